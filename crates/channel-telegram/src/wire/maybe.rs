//! Fields that are read if they can be, and are absent otherwise.
//!
//! Telegram adds and changes fields without notice, and Telegram delivers an update that is
//! refused again and again, with all others waiting behind it. So no field may sink its update.

use std::ops::Deref;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// A field that is `None` if it is absent, null, or of another type than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Deref for Maybe<T> {
    type Target = Option<T>;

    fn deref(&self) -> &Option<T> {
        &self.0
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Self(T::deserialize(value).ok()))
    }
}

/// A list without those of its elements that can't be read; empty if it is no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Each<T>(pub(crate) Vec<T>);

impl<T> Default for Each<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Each<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Each<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = match Value::deserialize(deserializer)? {
            Value::Array(list) => list,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => Vec::new(),
        };
        Ok(Self(list.into_iter().filter_map(|value| T::deserialize(value).ok()).collect()))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Row {
        id: Maybe<i64>,
        name: Maybe<String>,
        cells: Each<i64>,
    }

    fn read(value: Value) -> Row {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_field_of_another_type_is_absent_and_takes_no_other_with_it() {
        let row = read(json!({"id": "seven", "name": "x", "cells": [1, "two", null, 4]}));
        assert_eq!(
            row,
            Row { id: Maybe(None), name: Maybe(Some("x".into())), cells: Each(vec![1, 4]) }
        );
        assert_eq!(read(json!({"id": null, "cells": {"a": 1}})), Row::default());
        assert_eq!(read(json!({})), Row::default());
    }

    #[test]
    fn ids_have_64_bits_and_what_is_larger_is_absent() {
        assert_eq!(*read(json!({"id": -1_009_999_999_999_i64})).id, Some(-1_009_999_999_999));
        assert_eq!(*read(json!({"id": i64::MAX})).id, Some(i64::MAX));
        assert_eq!(*read(json!({"id": u64::MAX})).id, None);
        assert_eq!(*read(json!({"id": 1.5})).id, None);
    }
}
