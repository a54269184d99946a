//! One change: which lists it has, and what becomes of their elements.

use conversation::Timestamp;
use serde_json::Value;

use super::contacts::Contacts;
use super::fault::Fault;
use super::updates::{Change, Malformed, Other, Update};
use super::wire::{list, object, text};
use super::{echo, message, status, system};

/// The changes of a number that have lists of their own.
const MESSAGES: &str = "messages";
const ECHOES: &str = "smb_message_echoes";
const USER_IDS: &str = "user_id_update";

/// What could not be understood in an element.
pub(super) type Reading = Result<Update, Malformed>;

pub(super) fn read(change: &Value, now: Timestamp) -> Change {
    let Some(value) = object(change, "value") else {
        let malformed = Malformed { element: "change", why: "there is no value" };
        return Change { malformed: vec![malformed], ..Change::default() };
    };
    let field = text(change, "field").unwrap_or_default();
    let number = object(value, "metadata").and_then(|data| text(data, "phone_number_id"));
    let mut read = Change { number, ..Change::default() };
    let readings = match field.as_str() {
        MESSAGES => of_messages(value, now),
        ECHOES => list(value, "message_echoes").iter().map(|e| echo::read(e, now)).collect(),
        USER_IDS => system::user_ids(value),
        _ => Vec::new(),
    };
    for reading in readings {
        match reading {
            Ok(update) => read.updates.push(update),
            Err(malformed) => read.malformed.push(malformed),
        }
    }
    if read.updates.is_empty() && read.malformed.is_empty() {
        read.updates.push(Update::Other(Other { field, raw: value.clone() }));
    }
    read
}

fn of_messages(value: &Value, now: Timestamp) -> Vec<Reading> {
    let contacts = Contacts::new(list(value, "contacts"), list(value, "messages"));
    let errors: Vec<Fault> = list(value, "errors").iter().map(Fault::read).collect();
    let mut readings: Vec<Reading> = Vec::new();
    for element in list(value, "messages") {
        readings.push(message::read(element, &contacts, errors.first(), now));
    }
    for element in list(value, "statuses") {
        readings.push(status::read(element, now));
    }
    // With a message these errors say why it could not be shown, and stand in its words.
    if list(value, "messages").is_empty() {
        readings.extend(errors.into_iter().map(|fault| Ok(Update::Trouble(fault))));
    }
    readings
}
