//! Words, spelt out for comparison: here also what `Debug` keeps from the logs.

use conversation::{AnswerBy, Message};
use serde_json::{Value, json};

use crate::inbound::{
    Arrived, Change, Envelope, Fault, Moved, Noted, Sender, Status, StatusState, Update,
};

pub(super) fn envelope(envelope: &Envelope) -> String {
    let mut changes: Vec<Value> = envelope.changes.iter().map(change).collect();
    // Whether a map keeps its order is up to what else is built with it.
    changes.iter_mut().for_each(Value::sort_all_objects);
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
        Update::Note(noted) => json!({ "note": self::noted(noted) }),
        Update::Moved(moved) => json!({ "moved": self::moved(moved) }),
        Update::Status(status) => json!({ "status": self::status(status) }),
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
    json!({
        "phone": sender.phone,
        "user_id": sender.user_id,
        "group": sender.group,
        "formerly": sender.formerly(),
    })
}

fn noted(noted: &Noted) -> Value {
    json!({
        "conversation": noted.note.conversation,
        "key": noted.note.key,
        "remark": noted.note.remark,
        "sender": sender(&noted.sender),
        "by": format!("{:?}", noted.by),
    })
}

fn moved(moved: &Moved) -> Value {
    json!({ "from": moved.from, "to": moved.to, "key": moved.key, "sender": sender(&moved.sender) })
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
        "at": status.at,
    })
}

fn fault(fault: &Fault) -> Value {
    json!({ "code": fault.code, "title": fault.title, "details": fault.details })
}
