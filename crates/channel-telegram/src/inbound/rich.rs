//! The words of a message that comes as formatted blocks, without the formatting.
//!
//! A text in it is a string, a list of texts, or an object that wraps a text. Blocks nest in the
//! same way, so one walk collects them all.

use serde_json::Value;

/// The fields that hold text or blocks, in the order in which they are read.
const HOLDERS: [&str; 6] = ["title", "text", "caption", "cells", "items", "blocks"];

/// The words of the blocks, one block to a line.
pub(super) fn words(blocks: &[Value]) -> String {
    let lines = blocks.iter().map(|block| {
        let mut words = String::new();
        collect(block, &mut words, false);
        words.trim().to_owned()
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Collects in the order of reading. What stands in cells or items is kept apart by spaces.
fn collect(value: &Value, words: &mut String, apart: bool) {
    match value {
        Value::String(text) => words.push_str(text),
        Value::Array(list) => list.iter().for_each(|value| {
            collect(value, words, apart);
            if apart && !words.is_empty() && !words.ends_with(' ') {
                words.push(' ');
            }
        }),
        Value::Object(fields) => {
            for (name, value) in HOLDERS.iter().filter_map(|name| Some((name, fields.get(*name)?)))
            {
                collect(value, words, !matches!(*name, "text"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_texts_are_joined_and_cells_are_kept_apart() {
        let blocks = [
            json!({"type": "heading", "text": "Prices"}),
            json!({"type": "paragraph", "text": ["a", {"type": "bold", "text": ["b", {"text": "c"}]}, "d"]}),
            json!({"type": "table", "cells": [[{"text": "x"}, {"text": "y"}], [{"text": "z"}]]}),
            json!({"type": "divider"}),
            json!(7),
        ];
        assert_eq!(words(&blocks), "Prices\nabcd\nx y z");
    }
}
