//! One element of `messages[]`: a message that is answered, or something that happened besides.

use conversation::{AnswerBy, Inbound, Message, Note, Remark, Remarked, Scope, Timestamp, aside};
use serde_json::Value;

use super::change::Reading;
use super::contacts::Contacts;
use super::content::{Words, words};
use super::fault::Fault;
use super::sender::Origin;
use super::system;
use super::updates::{Arrived, Malformed, Noted, NotedBy, Update};
use super::wire::{cut, id, is_true, labelled, labels, object, text};

/// The longest name of a kind and the longest reaction that are kept, in characters.
const LONGEST_KIND: usize = 40;

/// Reads one element. `fault` is the error that came beside the messages, if one did.
pub(super) fn read(
    element: &Value,
    contacts: &Contacts,
    fault: Option<&Fault>,
    now: Timestamp,
) -> Reading {
    let origin = Origin::read(element, contacts, now)?;
    let kind = text(element, "type").unwrap_or_default();
    match kind.as_str() {
        "reaction" => {
            let (to, emoji) = reaction(element)?;
            let emoji = emoji.into_iter().collect();
            Ok(noted(origin, Some(to), Remarked::Reacted(emoji), NotedBy::Customer))
        }
        "edit" => {
            let (of, message) = edit(element, &origin)?;
            Ok(noted(origin, Some(of), Remarked::Edited(message), NotedBy::Customer))
        }
        "revoke" => {
            let of = revoked(element)?;
            Ok(noted(origin, Some(of), Remarked::TakenBack, NotedBy::Customer))
        }
        "system" => system::read(element, origin),
        _ => match words(&kind, element, fault) {
            Some(words) => Ok(arrived(element, origin, words)),
            None => {
                let kind = cut(kind, LONGEST_KIND);
                let what =
                    format!("The customer sent something that can't be read here: {kind:?}.");
                Ok(noted(origin, None, Remarked::Happened(what), NotedBy::UnknownKind))
            }
        },
    }
}

fn arrived(element: &Value, origin: Origin, words: Words) -> Update {
    let message = Message {
        text: with_remarks(element, words.text),
        author: origin.author,
        attachments: words.attachments,
        reference: Some(origin.key.as_str().to_owned()),
        command: None,
        reach: origin.sender.reach(),
        at: origin.at,
    };
    let context = object(element, "context");
    Update::Message(Box::new(Arrived {
        inbound: Inbound {
            conversation: origin.conversation,
            key: origin.key,
            message,
            answer_by: AnswerBy::Channel,
            request: None,
            rate: None,
        },
        sender: origin.sender,
        quotes: context.and_then(|context| id(context, "id")),
    }))
}

/// Adds what is known of where the words come from, in brackets as all that the customer didn't
/// write.
fn with_remarks(element: &Value, mut words: String) -> String {
    let mut remark = |remark: &str| {
        if !words.is_empty() {
            words.push('\n');
        }
        words.push_str(&aside(remark));
    };
    let context = object(element, "context");
    if let Some(context) = context
        && (is_true(context, "forwarded") || is_true(context, "frequently_forwarded"))
    {
        remark("forwarded from another chat");
    }
    let product = context.and_then(|context| object(context, "referred_product"));
    if let Some(product) = product.and_then(|product| labelled(product, "product_retailer_id")) {
        remark(&format!("asked about the product {product}"));
    }
    if let Some(referral) = object(element, "referral") {
        let about = labels(referral, ["headline", "body"]).join(": ");
        remark(&format!("came from an advertisement or post: {about}"));
    }
    words
}

/// Something that happened in the conversation of `origin`.
pub(super) fn noted(origin: Origin, about: Option<String>, what: Remarked, by: NotedBy) -> Update {
    let note = Note {
        conversation: origin.conversation,
        key: origin.key,
        remark: Remark { about, what, at: origin.at },
        scope: Scope::Always,
    };
    Update::Note(Box::new(Noted { note, sender: origin.sender, by }))
}

fn reaction(element: &Value) -> Result<(String, Option<String>), Malformed> {
    let malformed = Malformed { element: "message", why: "its reaction names no message" };
    let reaction = object(element, "reaction").ok_or(malformed)?;
    let to = id(reaction, "message_id").ok_or(malformed)?;
    Ok((to, text(reaction, "emoji").map(|emoji| cut(emoji, LONGEST_KIND))))
}

/// Which message an element rewrites, and the whole message as it is from now on.
fn edit(element: &Value, origin: &Origin) -> Result<(String, Message), Malformed> {
    let (of, Words { text, attachments }) = edited(element)?;
    let (author, reference) = (origin.author.clone(), Some(of.clone()));
    let message = Message { author, attachments, reference, ..Message::text(text, origin.at) };
    Ok((of, message))
}

/// Which message an element rewrites, and how it reads now.
pub(super) fn edited(element: &Value) -> Result<(String, Words), Malformed> {
    let malformed = |why| Malformed { element: "message", why };
    let edit = object(element, "edit").ok_or(malformed("it edits nothing"))?;
    let of = id(edit, "original_message_id").ok_or(malformed("its edit names no message"))?;
    let message = object(edit, "message").ok_or(malformed("its edit has no message"))?;
    let kind = text(message, "type").unwrap_or_default();
    let words = words(&kind, message, None).ok_or(malformed("its edit is of an unknown kind"))?;
    Ok((of, words))
}

/// Which message an element deletes.
pub(super) fn revoked(element: &Value) -> Result<String, Malformed> {
    object(element, "revoke")
        .and_then(|revoke| id(revoke, "original_message_id"))
        .ok_or(Malformed { element: "message", why: "its revocation names no message" })
}
