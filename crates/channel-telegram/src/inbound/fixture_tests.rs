//! Every recorded update, message and response, and the words it comes to.

use std::fmt::Write as _;
use std::path::PathBuf;

use conversation::Timestamp;
use serde_json::{Value, json};

use super::tests::{listener, listener_by, options, told};
use crate::{GroupAnswer, Ignored, Listener, Update};

/// What a file holds, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Update,
    Message,
    /// Of the client, which reads them elsewhere.
    Response,
}

fn kind(name: &str) -> Kind {
    if name.contains("__api-response__") || name.contains("__responses__") {
        Kind::Response
    } else if name.contains("__message__") || name.contains("__messages__") {
        Kind::Message
    } else {
        Kind::Update
    }
}

/// The files whose names are `wanted`, without their ending, and what they hold.
pub(crate) fn fixtures(wanted: impl Fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/telegram");
    let listing = std::fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!("the recorded updates are not there, {}: {error}", folder.display())
    });
    let mut files: Vec<_> = listing
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, path)
        })
        .filter(|(name, _)| wanted(name))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// The words of every file that is `wanted`, under its name, and how many there are.
fn read_all(wanted: Kind, read: impl Fn(&[u8]) -> String) -> (usize, String) {
    let mut count = 0;
    let all = fixtures(|name| kind(name) == wanted).into_iter().fold(
        String::new(),
        |mut all, (name, content)| {
            count += 1;
            let _ = writeln!(all, "{name}\n  {}\n", read(&content).replace('\n', "\n  "));
            all
        },
    );
    (count, all)
}

/// The words of an update. What a group says to itself is read once more as if every message
/// were to be answered, and what a bot says as if a person had said it.
fn read(id: &Value, kind: &str, body: &Value) -> String {
    let update = |listener: &Listener, body: &Value| {
        let update = json!({"update_id": id, kind: body}).to_string();
        listener.read(update.as_bytes(), Timestamp(0)).unwrap()
    };
    let first = update(&listener(), body);
    match &first {
        Update::Ignored(Ignored::NotAddressed) => {
            let mut options = options();
            options.groups.answer = GroupAnswer::Everything;
            format!("{}, else {}", told(&first), told(&update(&listener_by(&options), body)))
        }
        Update::Ignored(Ignored::FromBot) => {
            let mut body = body.clone();
            body["from"]["is_bot"] = Value::Bool(false);
            format!("{}, else {}", told(&first), told(&update(&listener(), &body)))
        }
        first => told(first),
    }
}

#[test]
fn every_recorded_update_is_read() {
    let (count, all) = read_all(Kind::Update, |body| {
        let whole: Value = serde_json::from_slice(body).unwrap();
        let (kind, inner) =
            whole.as_object().unwrap().iter().find(|(name, _)| *name != "update_id").unwrap();
        let update = listener().read(body, Timestamp(0)).unwrap();
        assert_eq!(update.kind(), listener().update(whole.clone(), Timestamp(0)).kind());
        read(&whole["update_id"], kind, inner)
    });
    assert!(count > 60, "only {count} updates were found");
    insta::assert_snapshot!(all);
}

#[test]
fn every_recorded_message_is_read() {
    let (count, all) = read_all(Kind::Message, |body| {
        let message: Value = serde_json::from_slice(body).unwrap();
        let is_reaction = message.get("new_reaction").is_some();
        read(&json!(1), if is_reaction { "message_reaction" } else { "message" }, &message)
    });
    assert!(count > 20, "only {count} messages were found");
    insta::assert_snapshot!(all);
}
