//! An error as WhatsApp describes it, in answers and in webhooks alike.

use serde_json::Value;

use super::wire::{cut, object, text};

/// The longest description that is kept, in characters.
const LONGEST: usize = 200;

/// An error of WhatsApp's. What it says may hold a phone number: log the code, not the words.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// The number that programs branch on; 0 if there was none.
    pub code: i64,
    /// What it says.
    pub title: String,
    /// What it says in particular.
    pub details: Option<String>,
}

impl Fault {
    /// Reads an error object.
    pub(crate) fn read(error: &Value) -> Self {
        let code = error.get("code");
        let code = code.and_then(|code| {
            code.as_i64().or_else(|| code.as_str().and_then(|code| code.parse().ok()))
        });
        let title = text(error, "title").or_else(|| text(error, "message")).unwrap_or_default();
        let details = object(error, "error_data").and_then(|data| text(data, "details"));
        Self {
            code: code.unwrap_or(0),
            title: cut(title, LONGEST),
            details: details.map(|details| cut(details, LONGEST)),
        }
    }
}

/// Prints the code only.
impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fault({})", self.code)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_is_read_as_number_or_as_text() {
        for (error, code) in [
            (json!({"code": 131_047}), 131_047),
            (json!({"code": "131047"}), 131_047),
            (json!({"code": {}}), 0),
            (json!("nonsense"), 0),
        ] {
            assert_eq!(Fault::read(&error).code, code, "{error}");
        }
    }

    #[test]
    fn debug_prints_no_words() {
        let fault = Fault::read(&json!({"code": 7, "title": "to +4915112345678"}));
        assert_eq!(format!("{fault:?}"), "Fault(7)");
    }
}
