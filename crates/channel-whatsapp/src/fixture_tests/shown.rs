//! Words, spelt out for comparison: here also what `Debug` keeps from the logs.

use conversation::{AnswerBy, Message};
use serde_json::{Value, json};

use crate::inbound::{
    Annotation, Arrived, Change, Echo, Echoed, Envelope, Fault, Note, Noted, Sender, Status,
    StatusState, Update,
};

pub(super) fn envelope(envelope: &Envelope) -> String {
    let changes: Vec<Value> = envelope.changes.iter().map(change).collect();
    serde_json::to_string_pretty(&changes).unwrap()
}

fn change(change: &Change) -> Value {
    let malformed: Vec<String> =
        change.malformed.iter().map(|m| format!("{}: {}", m.element, m.why)).collect();
    let updates: Vec<Value> = change.updates.iter().map(update).collect();
    json!({ "number": change.number, "updates": updates, "malformed": malformed })
}

fn update(update: &Update) -> Value {
    match update {
        Update::Message(arrived) => json!({ "message": self::arrived(arrived) }),
        Update::Annotation(Annotation::Note(note)) => json!({ "note": self::note(note) }),
        Update::Annotation(Annotation::Status(status)) => json!({ "status": self::status(status) }),
        Update::Annotation(Annotation::Echo(echo)) => json!({ "echo": self::echo(echo) }),
        Update::Trouble(fault) => json!({ "trouble": self::fault(fault) }),
        Update::Other(other) => json!({ "other": other.field, "raw": other.raw }),
    }
}

fn arrived(arrived: &Arrived) -> Value {
    assert_eq!(arrived.inbound.answer_by, AnswerBy::Channel);
    json!({
        "conversation": arrived.inbound.conversation,
        "key": arrived.inbound.key,
        "says": message(&arrived.inbound.message),
        "sender": sender(&arrived.sender),
        "quotes": arrived.quotes,
    })
}

fn message(message: &Message) -> Value {
    serde_json::to_value(message).unwrap()
}

fn sender(sender: &Sender) -> Value {
    json!({ "phone": sender.phone, "user_id": sender.user_id, "group": sender.group })
}

fn note(note: &Note) -> Value {
    let what = match &note.what {
        Noted::Reaction { to, emoji } => json!({ "reaction": emoji, "to": to }),
        Noted::Edit { of, message } => json!({ "edit": self::message(message), "of": of }),
        Noted::Revoke { of } => json!({ "revoke": of }),
        Noted::Moved { to } => json!({ "moved": to }),
        Noted::System { kind, text } => json!({ "system": kind, "text": text }),
        Noted::Unknown { kind, raw } => json!({ "unknown": kind, "raw": raw }),
    };
    json!({
        "conversation": note.conversation,
        "key": note.key,
        "at": note.at,
        "sender": sender(&note.sender),
        "what": what,
    })
}

fn status(status: &Status) -> Value {
    let state = match &status.state {
        StatusState::Sent => json!("sent"),
        StatusState::Delivered => json!("delivered"),
        StatusState::Read => json!("read"),
        StatusState::Played => json!("played"),
        StatusState::Failed(fault) => json!({ "failed": self::fault(fault) }),
        StatusState::Other(state) => json!({ "other": state }),
    };
    json!({
        "receipt": status.receipt,
        "state": state,
        "reference": status.reference.as_ref().map(ToString::to_string),
        "conversation": status.conversation,
        "at": status.at,
    })
}

fn echo(echo: &Echo) -> Value {
    let what = match &echo.what {
        Echoed::Said(message) => json!({ "said": self::message(message) }),
        Echoed::Edit { of, message } => json!({ "edit": self::message(message), "of": of }),
        Echoed::Revoke { of } => json!({ "revoke": of }),
    };
    json!({ "conversation": echo.conversation, "key": echo.key, "what": what })
}

fn fault(fault: &Fault) -> Value {
    json!({ "code": fault.code, "title": fault.title, "details": fault.details })
}
