//! Events that WhatsApp itself tells of in a conversation: changed numbers, ids and identities.

use conversation::{DedupeKey, Timestamp};
use serde_json::Value;

use super::change::Reading;
use super::sender::{Origin, Sender, moment};
use super::updates::{Annotation, Malformed, Note, Noted, Update};
use super::wire::{list, object, text};
use crate::address::Address;

/// Reads a message of the kind `system`.
pub(super) fn read(element: &Value, origin: &Origin) -> Result<Noted, Malformed> {
    let malformed = Malformed { element: "message", why: "its system event is missing" };
    let system = object(element, "system").ok_or(malformed)?;
    let kind = text(system, "type").unwrap_or_default();
    if kind.contains("changed_number") || kind.contains("changed_user_id") {
        let moved = new_address(system, &origin.sender).and_then(|to| to.conversation().ok());
        if let Some(to) = moved.filter(|to| *to != origin.conversation) {
            return Ok(Noted::Moved { to });
        }
    }
    Ok(Noted::System { kind, text: text(system, "body") })
}

/// Where the person is reached from now on. Someone known by number is not moved by a changed id.
fn new_address(system: &Value, sender: &Sender) -> Option<Address> {
    let number = text(system, "wa_id").or_else(|| text(system, "new_wa_id"));
    let by_number = number.map(|number| Address::of_person(&number));
    let by_id = || text(system, "user_id").map(Address::User);
    match sender.phone {
        Some(_) => by_number,
        None => by_number.or_else(by_id),
    }
}

/// The changed ids of the field `user_id_update`, each with the one before and the one now.
pub(super) fn user_ids(value: &Value, now: Timestamp) -> Vec<Reading> {
    list(value, "user_id_update").iter().map(|element| changed_id(element, now)).collect()
}

fn changed_id(element: &Value, now: Timestamp) -> Reading {
    let malformed = Malformed { element: "user id", why: "it lacks the id before or the id now" };
    let ids = object(element, "user_id").ok_or(malformed)?;
    let before = text(ids, "previous").ok_or(malformed)?;
    let after = text(ids, "current").ok_or(malformed)?;
    let name = |id: &String| Address::User(id.clone()).conversation().map_err(|_| malformed);
    let (conversation, to) = (name(&before)?, name(&after)?);
    let key = DedupeKey::new(format!("moved {before} {after}")).map_err(|_| malformed)?;
    let sender = Sender { phone: None, user_id: Some(before), group: None };
    let at = moment(element, now);
    let note = Note { conversation, sender, key, at, what: Noted::Moved { to } };
    Ok(Update::Annotation(Annotation::Note(Box::new(note))))
}
