//! Anything at all as a webhook: it is read, whatever it is.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::decode;
use super::tests::{NOW, change};

/// Any JSON, with the names that are looked for among its keys.
fn json_like() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "entry",
        "changes",
        "value",
        "field",
        "messages",
        "statuses",
        "contacts",
        "errors",
        "id",
        "from",
        "from_user_id",
        "type",
        "text",
        "body",
        "interactive",
        "nfm_reply",
        "system",
        "edit",
        "message",
        "reaction",
        "order",
        "product_items",
        "context",
        "referral",
        "location",
        "image",
        "timestamp",
        "message_echoes",
        "user_id_update",
        "response_json",
        "profile",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["text", "edit", "system", "image", "messages", "{\"a\":[1]}"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 96, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_without_a_panic(value in json_like()) {
        prop_assert!(decode(value.to_string().as_bytes(), NOW).is_ok());
    }

    #[test]
    fn any_message_is_words_a_note_or_malformed(message in json_like()) {
        let change = change("messages", &json!({"messages": [message]}));
        prop_assert_eq!(change.updates.len() + change.malformed.len(), 1);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes, NOW);
    }
}
