//! Events that WhatsApp itself tells of in a conversation: changed numbers, ids and identities.

use conversation::{DedupeKey, Remarked};
use serde_json::Value;

use super::change::Reading;
use super::message::noted;
use super::sender::{Origin, Sender};
use super::updates::{Malformed, Moved, NotedBy, Update};
use super::wire::{cut, list, object, text};
use crate::address::Address;

/// The longest name of a kind of event that is kept, in characters.
const LONGEST_KIND: usize = 60;

/// Reads a message of the kind `system`.
pub(super) fn read(element: &Value, origin: Origin) -> Reading {
    let malformed = Malformed { element: "message", why: "its system event is missing" };
    let system = object(element, "system").ok_or(malformed)?;
    let kind = text(system, "type").unwrap_or_default();
    let is_move = kind.contains("changed_number") || kind.contains("changed_user_id");
    // A group stays what it is, whoever of it gets another number.
    if is_move && origin.sender.group.is_none() {
        let to = address_now(system).and_then(|to| to.conversation().ok());
        if let Some(to) = to.filter(|to| *to != origin.conversation) {
            let Origin { conversation: from, sender, key, .. } = origin;
            return Ok(Update::Moved(Box::new(Moved { sender, from, to, key })));
        }
    }
    let what = Remarked::Happened(in_words(&kind));
    Ok(noted(origin, None, what, NotedBy::Customer))
}

/// Where the person is reached from now on: by the id if it is told, as in every conversation.
fn address_now(system: &Value) -> Option<Address> {
    let by_id = text(system, "user_id").map(Address::User);
    let number = || text(system, "wa_id").or_else(|| text(system, "new_wa_id"));
    by_id.or_else(|| number().map(|number| Address::of_person(&number)))
}

/// An event in words of ours: WhatsApp's own repeat names and numbers.
fn in_words(kind: &str) -> String {
    match kind {
        "customer_identity_changed" => {
            "The customer uses WhatsApp on another phone, or has installed it anew.".to_owned()
        }
        _ => format!("WhatsApp told of an event: {:?}.", cut(kind.to_owned(), LONGEST_KIND)),
    }
}

/// The changed ids of the field `user_id_update`, each with the one before and the one now.
pub(super) fn user_ids(value: &Value) -> Vec<Reading> {
    list(value, "user_id_update").iter().map(changed_id).collect()
}

fn changed_id(element: &Value) -> Reading {
    let malformed = Malformed { element: "user id", why: "it lacks the id before or the id now" };
    let ids = object(element, "user_id").ok_or(malformed)?;
    let before = text(ids, "previous").ok_or(malformed)?;
    let after = text(ids, "current").ok_or(malformed)?;
    let name = |id: &String| Address::User(id.clone()).conversation().map_err(|_| malformed);
    let (from, to) = (name(&before)?, name(&after)?);
    // The digests, since two long ids would make too long a key.
    let key = DedupeKey::new(format!("moved {} {}", from.digest(), to.digest()));
    let key = key.map_err(|_| malformed)?;
    let sender = Sender::person(None, Some(before));
    Ok(Update::Moved(Box::new(Moved { sender, from, to, key })))
}
