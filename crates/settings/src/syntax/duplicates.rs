//! Keys that are written twice in one object. Parsers silently take one of them, and an operator
//! who edits the other wonders why nothing changes. What stands at the later place is told, unless
//! it may be a secret.

use std::collections::HashMap;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;

use crate::decode::{Origin, Reader, Shown, child};

/// Reports every repeated key at its later place, in known and unknown sections alike. The reader
/// must have read the sections before, since it tells secrets from other values.
pub(crate) fn report_duplicate_keys(reader: &Reader<'_>, value: &Value<'_>, setting: &str) {
    match value {
        Value::Object(object) => {
            let mut first: HashMap<&str, usize> = HashMap::new();
            for property in &object.properties {
                let name = property.name.as_str();
                let setting = child(setting, name);
                if let Some(offset) = first.get(name) {
                    let (line, column) = reader.text().line_and_column(*offset);
                    let origin = Origin { setting: setting.clone(), span: property.name.range() };
                    let message = format!(
                        "expected each key once; this one is already set in line {line}, column {column}"
                    );
                    reader.error(&origin, shown(reader, &property.value), message);
                } else {
                    first.insert(name, property.name.start());
                }
                report_duplicate_keys(reader, &property.value, &setting);
            }
        }
        Value::Array(array) => {
            for (index, element) in array.elements.iter().enumerate() {
                report_duplicate_keys(reader, element, &format!("{setting}[{index}]"));
            }
        }
        Value::StringLit(_)
        | Value::NumberLit(_)
        | Value::BooleanLit(_)
        | Value::NullKeyword(_) => {}
    }
}

/// What stands there: the value, or only its kind.
fn shown(reader: &Reader<'_>, value: &Value<'_>) -> Shown {
    match value {
        Value::Object(_) => Shown::Kind("an object"),
        Value::Array(_) => Shown::Kind("a list"),
        Value::BooleanLit(_) | Value::NullKeyword(_) => {
            Shown::value(reader.text().slice(value.range()))
        }
        Value::StringLit(_) | Value::NumberLit(_) if reader.is_plain(value.range()) => {
            Shown::value(reader.text().slice(value.range()))
        }
        Value::StringLit(_) | Value::NumberLit(_) => Shown::Hidden,
    }
}
