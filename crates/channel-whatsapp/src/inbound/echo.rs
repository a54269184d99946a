//! One element of `message_echoes[]`: a person at the business wrote from the app on the phone.

use conversation::{Author, DedupeKey, Message, Remarked, Timestamp};
use serde_json::Value;

use super::change::Reading;
use super::content::{Words, words};
use super::message::{edited, noted, revoked};
use super::sender::{Origin, Sender, moment};
use super::updates::{Malformed, NotedBy};
use super::wire::text;
use crate::address::Address;

pub(super) fn read(element: &Value, now: Timestamp) -> Reading {
    let malformed = |why| Malformed { element: "echo", why };
    let key = text(element, "id").ok_or(malformed("it has no id"))?;
    let key = DedupeKey::new(key).map_err(|_| malformed("its id is too long"))?;
    let sender = customer(element);
    let conversation = sender.address().and_then(|to| to.conversation().ok());
    let conversation = conversation.ok_or(malformed("it names no recipient"))?;
    let at = moment(element, now);
    let (about, what) = what(element, at)?;
    let origin = Origin { conversation, sender, author: Author::default(), key, at };
    Ok(noted(origin, about, what, NotedBy::Colleague))
}

/// The customer who was written to, by every id that is told.
fn customer(element: &Value) -> Sender {
    let told = text(element, "to").map(|to| Address::of_person(&to));
    let id = text(element, "to_user_id");
    match told {
        Some(Address::User(told)) => Sender::person(None, id.or(Some(told))),
        Some(Address::Phone(phone)) => Sender::person(Some(phone), id),
        Some(Address::Group(_)) | None => Sender::person(None, id),
    }
}

/// What the colleague did. An edit tells the whole message anew; which one it takes the place of
/// is what it is about.
fn what(element: &Value, at: Timestamp) -> Result<(Option<String>, Remarked), Malformed> {
    match text(element, "type").unwrap_or_default().as_str() {
        "edit" => {
            let (of, words) = edited(element)?;
            Ok((Some(of), Remarked::Colleague(said(words, None, at))))
        }
        "revoke" => {
            let what = "A person of the company deleted an own message to the customer.";
            Ok((Some(revoked(element)?), Remarked::Happened(what.to_owned())))
        }
        kind => {
            let malformed = Malformed { element: "echo", why: "it is of an unknown kind" };
            let words = words(kind, element, None).ok_or(malformed)?;
            Ok((None, Remarked::Colleague(said(words, text(element, "id"), at))))
        }
    }
}

fn said(Words { text, attachments }: Words, reference: Option<String>, at: Timestamp) -> Message {
    Message { attachments, reference, ..Message::text(text, at) }
}
