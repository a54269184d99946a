//! The kinds of messages, reduced to words and attachments.
//!
//! What the customer didn't write stands in brackets.

use conversation::{Attachment, aside};
use serde_json::Value;

use super::fault::Fault;
use super::interactive;
use super::lists;
use super::wire::{LONGEST_LABEL, cut, is_true, label, labelled, list, object, text, typed};

/// The longest text that is kept, in characters. WhatsApp's own limit is far below.
const LONGEST_TEXT: usize = 16_000;

/// The longest handle of a file, and the longest name of its type, in bytes.
const LONGEST_HANDLE: usize = 250;
const LONGEST_TYPE: usize = 100;

/// A message as words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) attachments: Vec<Attachment>,
}

/// The words of a message of this kind, or none if the kind isn't known. A message of a known
/// kind always has words, if only that it can't be read: its sender waits for an answer.
pub(super) fn words(kind: &str, message: &Value, fault: Option<&Fault>) -> Option<Words> {
    let content = object(message, kind);
    let words = match kind {
        "text" => content.and_then(|content| typed(content, "body")).map(spoken),
        "image" | "video" | "audio" | "sticker" | "document" => {
            content.and_then(|content| media(kind, content))
        }
        "location" => content.and_then(lists::location).map(spoken),
        "contacts" => lists::contacts(list(message, "contacts")).map(spoken),
        "order" => content.and_then(lists::order).map(spoken),
        "button" => content.and_then(|button| labelled(button, "text")).map(spoken),
        "interactive" => content.and_then(interactive::chosen).map(spoken),
        "unsupported" => None,
        _ => return None,
    };
    Some(words.unwrap_or_else(|| unreadable(kind, message, fault)))
}

fn spoken(text: String) -> Words {
    Words { text: cut(text, LONGEST_TEXT), attachments: Vec::new() }
}

/// A file by its kind, name and handle; the caption is what was said about it.
fn media(kind: &str, content: &Value) -> Option<Words> {
    let handle = text(content, "id").filter(|id| id.len() <= LONGEST_HANDLE)?;
    let media_type = text(content, "mime_type").filter(|told| is_media_type(told));
    let media_type = media_type.unwrap_or_else(|| format!("{kind}/*"));
    let name = labelled(content, "filename");
    let caption = typed(content, "caption").unwrap_or_else(|| wordless(kind, content));
    let attachment = Attachment { media_type, name, handle, bytes: None };
    Some(Words { attachments: vec![attachment], ..spoken(caption) })
}

/// Whether this can be a media type, such as `audio/ogg; codecs=opus`: the sender's own could be
/// any text.
fn is_media_type(told: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/;= +-._".contains(&byte);
    told.len() <= LONGEST_TYPE && told.contains('/') && told.bytes().all(is_plain)
}

/// What a file without a caption is, where its type doesn't say it.
fn wordless(kind: &str, content: &Value) -> String {
    match kind {
        "sticker" => aside("sticker"),
        "audio" if is_true(content, "voice") => aside("voice message"),
        _ => String::new(),
    }
}

/// Says that there was something, so that the customer can be asked to write it.
fn unreadable(kind: &str, message: &Value, beside: Option<&Fault>) -> Words {
    let own = list(message, "errors").first().map(Fault::read);
    let fault = own.as_ref().or(beside);
    let why = fault.map(|fault| fault.details.as_ref().unwrap_or(&fault.title));
    let why = why.map(|why| label(why, LONGEST_LABEL));
    let why = why.filter(|why| !why.is_empty()).map_or_else(String::new, |why| format!(": {why}"));
    let what = match kind {
        "unsupported" => "a message that WhatsApp doesn't pass on".to_owned(),
        _ => format!("a message of the kind {kind} that can't be read"),
    };
    spoken(aside(&format!("{what}{why}")))
}
