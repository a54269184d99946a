//! What comes with a message, or instead of words.

use serde::Deserialize;
use serde_json::Value;

use super::{Each, Maybe};

/// A file of any kind: a document, a video, a voice note, one size of a photo.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct File {
    pub(crate) file_id: Maybe<String>,
    pub(crate) file_name: Maybe<String>,
    pub(crate) mime_type: Maybe<String>,
    pub(crate) file_size: Maybe<u64>,
    pub(crate) width: Maybe<u64>,
    pub(crate) height: Maybe<u64>,
}

/// A sticker.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sticker {
    pub(crate) emoji: Maybe<String>,
}

/// Someone's card.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Contact {
    pub(crate) phone_number: Maybe<String>,
    pub(crate) first_name: Maybe<String>,
    pub(crate) last_name: Maybe<String>,
}

/// A point on the map.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Location {
    pub(crate) latitude: Maybe<f64>,
    pub(crate) longitude: Maybe<f64>,
}

/// A place with a name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Venue {
    pub(crate) title: Maybe<String>,
    pub(crate) address: Maybe<String>,
    pub(crate) location: Maybe<Location>,
}

/// A thrown die, or another emoji with a value.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Dice {
    pub(crate) emoji: Maybe<String>,
    pub(crate) value: Maybe<i64>,
}

/// A poll.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Poll {
    pub(crate) question: Maybe<String>,
    pub(crate) options: Each<Line>,
}

/// A list with boxes to tick.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Checklist {
    pub(crate) title: Maybe<String>,
    pub(crate) tasks: Each<Line>,
}

/// One line of a poll or a checklist.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Line {
    pub(crate) text: Maybe<String>,
}

/// Something with a title and nothing more that could be told: an invoice, a game.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Titled {
    pub(crate) title: Maybe<String>,
}

/// A message of formatted blocks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RichMessage {
    pub(crate) blocks: Each<Value>,
}
