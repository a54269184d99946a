//! A setting that may be absent, and a value that knows its place.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Origin;

/// A value with the place it came from.
#[derive(Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl<T> At<T> {
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), origin: self.origin }
    }
}

/// A setting without a fixed default. A wrong one is told from an absent one, so that a mistake
/// that was reported doesn't lead to a second report about a missing value.
#[derive(Clone, Default)]
pub(crate) enum Setting<T> {
    #[default]
    Absent,
    Wrong,
    Given(At<T>),
}

impl<T> Setting<T> {
    pub(crate) fn given(&self) -> Option<&At<T>> {
        match self {
            Self::Given(at) => Some(at),
            Self::Absent | Self::Wrong => None,
        }
    }

    /// The value, or `usual` if none was set; none if a wrong one was.
    pub(crate) fn or(self, usual: T) -> Option<T> {
        match self {
            Self::Given(at) => Some(at.value),
            Self::Absent => Some(usual),
            Self::Wrong => None,
        }
    }

    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Given(at) => Some(at.value),
            Self::Absent | Self::Wrong => None,
        }
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        match self {
            Self::Absent => Setting::Absent,
            Self::Wrong => Setting::Wrong,
            Self::Given(at) => Setting::Given(at.map(change)),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Setting<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
