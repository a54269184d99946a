//! One element of `statuses[]`: what became of a message of ours.

use conversation::Timestamp;
use serde_json::Value;

use super::change::Reading;
use super::fault::Fault;
use super::sender::moment;
use super::updates::{Malformed, Status, StatusState, Update};
use super::wire::{cut, id, list, text};
use crate::reference::Reference;

/// The longest name of a state that is kept, in characters.
const LONGEST_STATE: usize = 40;

pub(super) fn read(element: &Value, now: Timestamp) -> Reading {
    let malformed = |why| Malformed { element: "status", why };
    let receipt = id(element, "id").ok_or(malformed("it names no message"))?;
    let status = text(element, "status").ok_or(malformed("it names no state"))?;
    let data = text(element, "biz_opaque_callback_data");
    let status = Status {
        receipt,
        state: state(status, element),
        reference: data.and_then(|data| Reference::parse(&data)),
        at: moment(element, now),
    };
    Ok(Update::Status(Box::new(status)))
}

fn state(status: String, element: &Value) -> StatusState {
    match status.as_str() {
        "sent" => StatusState::Sent,
        "delivered" => StatusState::Delivered,
        "read" => StatusState::Read,
        "played" => StatusState::Played,
        "failed" => {
            let error = list(element, "errors").first().unwrap_or(&Value::Null);
            StatusState::Failed(Fault::read(error))
        }
        _ => StatusState::Other(cut(status, LONGEST_STATE)),
    }
}
