//! Whatever JSON arrives, it is read, and nothing else of it matters.

use conversation::{ConversationId, Inbound, Timestamp};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::tests::listener;
use super::{NO_USE, USED};
use crate::{Address, Update};

/// Names that mean something to the reader, so that what is generated gets deep into it.
const NAMES: [&str; 40] = [
    "message_id",
    "message_thread_id",
    "is_topic_message",
    "business_connection_id",
    "from",
    "sender_chat",
    "chat",
    "id",
    "type",
    "title",
    "is_bot",
    "first_name",
    "username",
    "language_code",
    "reply_to_message",
    "migrate_to_chat_id",
    "text",
    "entities",
    "user",
    "caption",
    "photo",
    "file_id",
    "file_size",
    "width",
    "height",
    "animation",
    "document",
    "sticker",
    "emoji",
    "contact",
    "phone_number",
    "venue",
    "location",
    "latitude",
    "longitude",
    "rich_message",
    "blocks",
    "data",
    "message",
    "new_chat_member",
];

const TEXTS: [&str; 12] = [
    "private",
    "supergroup",
    "channel",
    "/start",
    "/new@the_bot x",
    "@the_bot",
    "kicked",
    "",
    "\u{0}\u{202e}",
    "😀",
    "a\nb",
    "thedata",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-9_i64..9).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(&TEXTS[..]).prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 12, |inner| {
        let name = prop_oneof![
            9 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned),
            1 => ".{0,8}",
        ];
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            6 => proptest::collection::vec((name, inner), 0..12)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn update() -> impl Strategy<Value = Value> {
    let kinds: Vec<&str> = USED.into_iter().chain(NO_USE).chain(["something_else"]).collect();
    (proptest::sample::select(kinds), any::<i64>(), json())
        .prop_map(|(kind, id, body)| json!({"update_id": id, kind: body}))
}

fn said(update: &Update) -> Option<&Inbound> {
    match update {
        Update::Message(inbound)
        | Update::Callback { said: Some(inbound), .. }
        | Update::Afterthought { said: inbound, .. } => Some(inbound),
        Update::Callback { said: None, .. }
        | Update::Notes(_)
        | Update::Moved { .. }
        | Update::Ignored(_)
        | Update::Undecided
        | Update::Unknown { .. } => None,
    }
}

/// Where the things happened that an update brings, and the keys by which they are known.
fn named(update: &Update) -> Vec<(&ConversationId, &str)> {
    let said = said(update).map(|inbound| (&inbound.conversation, inbound.key.as_str()));
    let notes = match update {
        Update::Notes(notes) => notes.as_slice(),
        Update::Afterthought { note, .. } => std::slice::from_ref(&**note),
        _ => &[],
    };
    let notes = notes.iter().map(|note| (&note.conversation, note.key.as_str()));
    said.into_iter().chain(notes).collect()
}

proptest! {
    #[test]
    fn any_json_is_read(value in prop_oneof![json(), update()]) {
        let update = listener().update(value.clone(), Timestamp(0));
        for (conversation, key) in named(&update) {
            prop_assert!(Address::of(conversation).is_some());
            let id = key.split('.').next().unwrap().parse::<i64>().ok();
            prop_assert_eq!(id, value["update_id"].as_i64());
        }
        if let Update::Unknown { kind } = update {
            prop_assert!((1..=64).contains(&kind.len()) && kind.is_ascii());
        }
    }

    #[test]
    fn any_bytes_are_read_or_are_not_json(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let read = listener().read(&bytes, Timestamp(0));
        prop_assert!(read.is_ok() || serde_json::from_slice::<Value>(&bytes).is_err());
        let readable = conversation::readable_json(&bytes);
        prop_assert!(read.is_err() || serde_json::from_slice::<Value>(&readable).is_ok());
    }

    #[test]
    fn a_message_of_words_is_heard_whatever_else_is_in_it(text in "[^/\\s]{1,40}", rest in json()) {
        let mut message = rest.as_object().cloned().unwrap_or_default();
        for name in ["sender_chat", "migrate_to_chat_id", "is_automatic_forward"] {
            message.remove(name);
        }
        message.insert("chat".into(), json!({"id": 7, "type": "private"}));
        message.insert("from".into(), json!({"id": 7, "is_bot": false}));
        message.insert("text".into(), text.clone().into());
        let update = listener().update(json!({"update_id": 1, "message": message}), Timestamp(0));
        let inbound = said(&update).unwrap();
        prop_assert!(inbound.message.text.starts_with(&text));
    }
}
