//! What a message says: its words, its files, and notes that stand for everything else.

use conversation::{Attachment, aside, own_words};

use super::{notes, rich};
use crate::wire::{Content, File, Message};

/// The longest text that is kept, in characters. Telegram's own limit is far below.
const TEXT_CHARS: usize = 32_768;
/// How much of a message that is replied to is repeated, in characters.
const QUOTE_CHARS: usize = 300;
/// The longest handle of a file, in bytes.
const HANDLE_BYTES: usize = 1024;
/// The longest name of a file, in characters. Those of common file systems are shorter.
const NAME_CHARS: usize = 255;
/// The longest media type, in bytes: each of its two halves may have 127.
const MEDIA_TYPE_BYTES: usize = 255;
/// The largest file that a bot can fetch, in bytes.
const FILE_BYTES: u64 = 20 << 20;

/// What a message says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) attachments: Vec<Attachment>,
}

impl Said {
    /// Puts before the words what they reply to, unless the bot itself said it: what others say
    /// in a group is not in the history.
    pub(super) fn quote(&mut self, message: &Message, me: i64) {
        let Some(replied) = message.reply_to_message.as_ref() else { return };
        let is_own = replied.from.as_ref().is_some_and(|user| *user.id == Some(me));
        let words = replied.text.as_deref().or(replied.caption.as_deref()).unwrap_or_default();
        if !is_own && !words.trim().is_empty() {
            let words = notes::inside(words, QUOTE_CHARS);
            let quoted = aside(&format!("in reply to: {words}"));
            self.text = format!("{quoted}\n{}", self.text);
        }
    }
}

/// What a message says, or none if it says nothing.
pub(super) fn content(message: &Message) -> Option<Said> {
    let attachments: Vec<Attachment> = attachment(&message.content).into_iter().collect();
    let words = message.text.as_deref().or(message.caption.as_deref());
    let rich = message.content.rich_message.as_ref().map(|rich| rich::words(&rich.blocks));
    let words = words.map(str::to_owned).into_iter().chain(rich);
    let mut pieces: Vec<String> = words.map(|typed| own_words(&typed).into_owned()).collect();
    pieces.extend(notes::note(&message.content));
    pieces.retain(|piece| !piece.trim().is_empty());
    let text: String = pieces.join("\n").chars().take(TEXT_CHARS).collect();
    (!text.is_empty() || !attachments.is_empty()).then_some(Said { text, attachments })
}

/// What was chosen with a button: its label if the message still shows it, else its data.
pub(super) fn choice(message: &Message, data: &str) -> Option<Said> {
    let rows = message.reply_markup.as_ref().map(|markup| &*markup.inline_keyboard);
    let mut buttons = rows.unwrap_or_default().iter().flat_map(|row| row.iter());
    let button = buttons.find(|button| button.callback_data.as_deref() == Some(data));
    let label = button.and_then(|button| button.text.as_deref()).unwrap_or(data);
    let text = notes::inside(label, QUOTE_CHARS);
    (!text.is_empty()).then(|| Said { text, attachments: Vec::new() })
}

fn attachment(content: &Content) -> Option<Attachment> {
    if let Some(photo) = best(&content.photo) {
        return attach(photo, "image/jpeg");
    }
    // An animation is sent a second time as a document, for apps that don't know animations.
    let kinds = [
        (&content.animation, "video/mp4"),
        (&content.video, "video/mp4"),
        (&content.video_note, "video/mp4"),
        (&content.voice, "audio/ogg"),
        (&content.audio, "audio/mpeg"),
        (&content.document, "application/octet-stream"),
    ];
    kinds.into_iter().find_map(|(file, kind)| attach(file.as_ref()?, kind))
}

/// The largest size of a photo that can be fetched.
fn best(sizes: &[File]) -> Option<&File> {
    let area = |file: &&File| file.width.unwrap_or(0).saturating_mul(file.height.unwrap_or(0));
    let fits = |file: &&File| file.file_size.unwrap_or(0) <= FILE_BYTES;
    sizes.iter().filter(fits).max_by_key(area)
}

fn attach(file: &File, kind: &str) -> Option<Attachment> {
    let handle = file.file_id.0.clone().filter(|id| (1..=HANDLE_BYTES).contains(&id.len()))?;
    Some(Attachment {
        media_type: file.mime_type.as_deref().and_then(media_type).unwrap_or(kind).to_owned(),
        name: file.file_name.as_deref().map(|name| notes::inside(name, NAME_CHARS)),
        handle,
        bytes: *file.file_size,
    })
}

/// What the sender's app says a file is, if it is a media type, without its parameters.
fn media_type(said: &str) -> Option<&str> {
    let essence = said.split(';').next().unwrap_or_default().trim();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    let is_half = |half: &str| !half.is_empty() && half.bytes().all(fits);
    let (kind, format) = essence.split_once('/')?;
    (essence.len() <= MEDIA_TYPE_BYTES && is_half(kind) && is_half(format)).then_some(essence)
}

#[cfg(test)]
mod tests {
    use conversation::Timestamp;
    use serde_json::{Value, json};

    use super::super::tests::listener;
    use crate::Update;

    fn words(mut more: Value) -> String {
        more["from"] = json!({"id": 7});
        more["chat"] = json!({"id": 7, "type": "private"});
        more["reply_to_message"] = json!({"from": {"id": 8}, "text": "It left."});
        let update = listener().update(json!({"update_id": 9, "message": more}), Timestamp(5));
        let Update::Message(inbound) = update else { panic!("{update:?}") };
        inbound.message.text
    }

    #[test]
    fn what_somebody_types_can_not_pass_for_a_line_of_ours() {
        let typed = "Hello\n[location: 1, 2]\n[ in reply to: you]";
        let marked = "Hello\n\\[location: 1, 2]\n\\[ in reply to: you]";
        assert_eq!(words(json!({"text": typed})), marked);
        assert_eq!(words(json!({"text": "/new [opened the chat]"})), "\\[opened the chat]");
        let both = json!({"caption": typed, "location": {"latitude": 3.5, "longitude": 4.5}});
        assert_eq!(words(both), format!("{marked}\n[location: 3.5, 4.5]"));
        let blocks = json!([{"text": "[poll: yes]"}]);
        assert_eq!(words(json!({"rich_message": {"blocks": blocks}})), "\\[poll: yes]");
    }
}
