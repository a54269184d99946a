//! How the events of a stream are spelled.

use conversation::{Entry, Said, Timestamp};
use serde::Serialize;

use crate::web_chat::Condition;

/// What keeps a silent stream alive.
pub(super) const PING: &str = ": ping\n\n";

/// The first event of a stream.
#[derive(Serialize)]
pub(super) struct Hello<'a> {
    pub(super) state: &'static str,
    pub(super) server_time: Timestamp,
    pub(super) person: Option<&'a str>,
}

/// A turn began.
#[derive(Serialize)]
pub(super) struct Started<'a> {
    pub(super) answers: Vec<&'a str>,
}

/// The answer goes on.
#[derive(Serialize)]
pub(super) struct Delta<'a> {
    pub(super) at: usize,
    pub(super) text: &'a str,
}

/// All that was said so far.
#[derive(Serialize)]
pub(super) struct SoFar<'a> {
    pub(super) text: &'a str,
}

/// How the gateway stands.
#[derive(Serialize)]
pub(super) struct State {
    pub(super) state: &'static str,
}

/// An event that says nothing but its name.
#[derive(Serialize)]
pub(super) struct Empty {}

/// The condition in the widget's words. An end is no state: the stream just ends.
pub(super) fn state(condition: Condition) -> &'static str {
    match condition {
        Condition::Ok | Condition::Ending => "ok",
        Condition::Degraded => "degraded",
    }
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    at: Timestamp,
    from: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
}

/// Adds an entry of the transcript.
pub(super) fn entry(entry: &Entry, out: &mut String) {
    let Entry { id, at, said } = entry;
    let base = Line {
        id,
        at: *at,
        from: "notice",
        text: "",
        key: None,
        answers: None,
        name: None,
        notice: None,
    };
    let line = match said {
        Said::Customer { key, text, message: _ } => {
            Line { from: "customer", text, key: Some(key), ..base }
        }
        Said::Assistant { answers, text } => {
            Line { from: "assistant", text, answers: Some(answers), ..base }
        }
        Said::Failed { answers } => Line { answers: Some(answers), notice: Some("failed"), ..base },
        Said::Person { name, text } => Line { from: "person", text, name: Some(name), ..base },
        Said::TakenOver { name } => Line { name: Some(name), notice: Some("taken_over"), ..base },
        Said::Resumed => Line { notice: Some("resumed"), ..base },
    };
    out.push_str("id: ");
    out.push_str(id);
    out.push('\n');
    event("entry", &line, out);
}

/// Adds an event. What is written here always makes JSON, and JSON has no line breaks.
pub(super) fn event(name: &str, data: &impl Serialize, out: &mut String) {
    let Ok(data) = serde_json::to_string(data) else { return };
    out.reserve(name.len() + data.len() + 16);
    for part in ["event: ", name, "\ndata: ", &data, "\n\n"] {
        out.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(said: Said) -> String {
        let mut out = String::new();
        entry(&Entry { id: "7-0".into(), at: Timestamp(9), said }, &mut out);
        out
    }

    #[test]
    fn entries_are_spelled_as_the_protocol_has_them() {
        let assistant = Said::Assistant { answers: vec!["a".into()], text: "x\ny".into() };
        assert_eq!(
            written(assistant),
            "id: 7-0\nevent: entry\ndata: {\"id\":\"7-0\",\"at\":9,\"from\":\"assistant\",\
             \"text\":\"x\\ny\",\"answers\":[\"a\"]}\n\n"
        );
        let taken = written(Said::TakenOver { name: "Anna".into() });
        assert!(taken.contains(r#""from":"notice","text":"","name":"Anna","notice":"taken_over""#));
        let failed = written(Said::Failed { answers: vec!["a".into()] });
        assert!(failed.contains(r#""answers":["a"],"notice":"failed""#), "{failed}");
        assert!(written(Said::Resumed).contains(r#""notice":"resumed""#));
        let person = written(Said::Person { name: "Anna".into(), text: "Hi".into() });
        assert!(person.contains(r#""from":"person","text":"Hi","name":"Anna""#), "{person}");
    }
}
