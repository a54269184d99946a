//! One element of `message_echoes[]`: a person at the business wrote from the app on the phone.

use conversation::{DedupeKey, Message, Timestamp};
use serde_json::Value;

use super::change::Reading;
use super::content::{Words, words};
use super::message::{edited, revoked};
use super::sender::moment;
use super::updates::{Annotation, Echo, Echoed, Malformed, Update};
use super::wire::text;
use crate::address::Address;

pub(super) fn read(element: &Value, now: Timestamp) -> Reading {
    let malformed = |why| Malformed { element: "echo", why };
    let key = text(element, "id").ok_or(malformed("it has no id"))?;
    let key = DedupeKey::new(key).map_err(|_| malformed("its id is too long"))?;
    let to = text(element, "to").map(|to| Address::of_person(&to));
    let to = to.or_else(|| text(element, "to_user_id").map(Address::User));
    let conversation = to.and_then(|to| to.conversation().ok());
    let conversation = conversation.ok_or(malformed("it names no recipient"))?;
    let at = moment(element, now);
    let what = match text(element, "type").unwrap_or_default().as_str() {
        "edit" => {
            let (of, words) = edited(element)?;
            Echoed::Edit { of, message: said(words, at) }
        }
        "revoke" => Echoed::Revoke { of: revoked(element)? },
        kind => {
            let words = words(kind, element, None).ok_or(malformed("it is of an unknown kind"))?;
            Echoed::Said(said(words, at))
        }
    };
    let echo = Echo { conversation, key, what };
    Ok(Update::Annotation(Annotation::Echo(Box::new(echo))))
}

fn said(words: Words, at: Timestamp) -> Message {
    let Words { text, attachments } = words;
    Message { attachments, ..Message::text(text, at) }
}
