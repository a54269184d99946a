//! `section!`: one list of fields from which a section's struct, keys, defaults, reading and schema
//! are made.

/// Declares a section.
///
/// A field with `= value` has that default. One without is a [`Setting`](super::Setting) that may
/// be absent, a list, or a section of its own. The documentation goes into the JSON Schema.
macro_rules! section {
    (
        $(#[$about:meta])*
        struct $name:ident {
            $( $(#[$about_field:meta])* $field:ident: $type:ty $(= $default:expr)? ),* $(,)?
        }
    ) => {
        #[derive(schemars::JsonSchema)]
        #[schemars(rename_all = "camelCase", default)]
        $(#[$about])*
        pub(crate) struct $name {
            $( $(#[$about_field])* pub(crate) $field: $type, )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $crate::decode::default_value!($($default)?), )* }
            }
        }

        impl $crate::decode::Section for $name {
            fn read(fields: &mut $crate::decode::Fields<'_>) -> Self {
                let default = Self::default();
                Self { $( $field: fields.read(stringify!($field), default.$field), )* }
            }
        }

        impl $crate::decode::Field for $name {
            fn read(fields: &mut $crate::decode::Fields<'_>, key: &str, _default: Self) -> Self {
                fields.nested(key)
            }
        }
    };
}

/// The default that was written, or else the type's own.
macro_rules! default_value {
    () => {
        Default::default()
    };
    ($default:expr) => {
        $default
    };
}

pub(crate) use {default_value, section};
