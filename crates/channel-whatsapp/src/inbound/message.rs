//! One element of `messages[]`: a message that is answered, or a note.

use conversation::{AnswerBy, Inbound, Message, Timestamp};
use serde_json::Value;

use super::change::Reading;
use super::contacts::Contacts;
use super::content::{Words, words};
use super::fault::Fault;
use super::sender::Origin;
use super::system;
use super::updates::{Annotation, Arrived, Malformed, Note, Noted, Update};
use super::wire::{is_true, object, text};

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
        "reaction" => note(origin, reaction(element)?),
        "edit" => {
            let (of, message) = edit(element, &origin)?;
            note(origin, Noted::Edit { of, message })
        }
        "revoke" => {
            let of = revoked(element)?;
            note(origin, Noted::Revoke { of })
        }
        "system" => {
            let what = system::read(element, &origin)?;
            note(origin, what)
        }
        _ => match words(&kind, element, fault) {
            Some(words) => Ok(arrived(element, origin, words)),
            None => note(origin, Noted::Unknown { kind, raw: element.clone() }),
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
        quotes: context.and_then(|context| text(context, "id")),
    }))
}

/// Adds what is known of where the words come from, in brackets as all that the customer didn't
/// write.
fn with_remarks(element: &Value, mut words: String) -> String {
    let mut remark = |remark: String| {
        if !words.is_empty() {
            words.push('\n');
        }
        words.push_str(&remark);
    };
    let context = object(element, "context");
    if let Some(context) = context
        && (is_true(context, "forwarded") || is_true(context, "frequently_forwarded"))
    {
        remark("[forwarded from another chat]".to_owned());
    }
    let product = context.and_then(|context| object(context, "referred_product"));
    if let Some(product) = product.and_then(|product| text(product, "product_retailer_id")) {
        remark(format!("[asked about the product {product}]"));
    }
    if let Some(referral) = object(element, "referral") {
        let about = super::wire::texts(referral, ["headline", "body"]).join(": ");
        remark(format!("[came from an advertisement or post: {about}]"));
    }
    words
}

fn note(origin: Origin, what: Noted) -> Reading {
    let note = Note {
        conversation: origin.conversation,
        sender: origin.sender,
        key: origin.key,
        at: origin.at,
        what,
    };
    Ok(Update::Annotation(Annotation::Note(Box::new(note))))
}

fn reaction(element: &Value) -> Result<Noted, Malformed> {
    let malformed = Malformed { element: "message", why: "its reaction names no message" };
    let reaction = object(element, "reaction").ok_or(malformed)?;
    let to = text(reaction, "message_id").ok_or(malformed)?;
    Ok(Noted::Reaction { to, emoji: text(reaction, "emoji") })
}

fn edit(element: &Value, origin: &Origin) -> Result<(String, Message), Malformed> {
    let (of, words) = edited(element)?;
    let Words { text, attachments } = words;
    Ok((
        of,
        Message { author: origin.author.clone(), attachments, ..Message::text(text, origin.at) },
    ))
}

/// Which message an element rewrites, and how it reads now.
pub(super) fn edited(element: &Value) -> Result<(String, Words), Malformed> {
    let malformed = |why| Malformed { element: "message", why };
    let edit = object(element, "edit").ok_or(malformed("it edits nothing"))?;
    let of = text(edit, "original_message_id").ok_or(malformed("its edit names no message"))?;
    let message = object(edit, "message").ok_or(malformed("its edit has no message"))?;
    let kind = text(message, "type").unwrap_or_default();
    let words = words(&kind, message, None).ok_or(malformed("its edit is of an unknown kind"))?;
    Ok((of, words))
}

/// Which message an element deletes.
pub(super) fn revoked(element: &Value) -> Result<String, Malformed> {
    object(element, "revoke")
        .and_then(|revoke| text(revoke, "original_message_id"))
        .ok_or(Malformed { element: "message", why: "its revocation names no message" })
}
