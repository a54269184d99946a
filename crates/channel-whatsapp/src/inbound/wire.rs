//! Reading JSON of which nothing is sure: what is missing or of another type reads as absent.

use serde_json::Value;

/// The string under `key`. A number reads as its digits, since ids have been sent as either.
pub(super) fn text(object: &Value, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The object under `key`.
pub(super) fn object<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| value.is_object())
}

/// The elements of the list under `key`; none if it is no list.
pub(super) fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether `key` is there and true.
pub(super) fn is_true(object: &Value, key: &str) -> bool {
    object.get(key).is_some_and(|value| value == true)
}

/// The strings under these keys that are there, in the order of the keys.
pub(super) fn texts<const N: usize>(object: &Value, keys: [&str; N]) -> Vec<String> {
    keys.iter().filter_map(|key| text(object, key)).collect()
}

/// At most `limit` characters of `text`.
pub(super) fn cut(mut text: String, limit: usize) -> String {
    if let Some((at, _)) = text.char_indices().nth(limit) {
        text.truncate(at);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_another_type_reads_as_absent() {
        let odd = json!({"a": 1, "b": "", "c": [], "d": "x", "e": {"f": true}});
        assert_eq!(text(&odd, "a").as_deref(), Some("1"));
        for key in ["b", "c", "e", "z"] {
            assert_eq!(text(&odd, key), None, "{key}");
        }
        assert!(object(&odd, "d").is_none() && object(&odd, "e").is_some());
        assert!(list(&odd, "d").is_empty() && list(&json!(7), "d").is_empty());
        assert!(is_true(&odd["e"], "f") && !is_true(&odd, "d"));
        assert_eq!(texts(&odd, ["d", "b", "a"]), ["x", "1"]);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("grün".to_owned(), 3), "grü");
        assert_eq!(cut("grün".to_owned(), 9), "grün");
    }
}
