//! Anthropic's messages.

use std::num::NonZeroU32;

use conversation::ports::ModelError;
use conversation::{Image, Prompt};
use reqwest::header::{ACCEPT, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::messages::{Illustrated, Messages};
use super::picture::{Base64, base64_length};
use super::{Dialect, Sight, write};
use crate::complaint::Complaint;
use crate::wire::{Answer, Events, Progress, Reader, Sse, Words, parse};

/// The version of the API whose events are read here.
const VERSION: &str = "2023-06-01";
/// How long a picture may be as base64, which is what the API measures.
const LONGEST_PICTURE: usize = 5 << 20;

/// The messages API.
pub(crate) struct Anthropic {
    /// How long an answer may get, in tokens. The API requires a limit.
    pub(crate) max_tokens: NonZeroU32,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    max_tokens: NonZeroU32,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a RawValue>,
    messages: Messages<'a, Anthropic, Message<'a>>,
}

/// A message with pictures.
#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Vec<Part<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Image { source: Source<'a> },
    Text { text: &'a str },
}

#[derive(Serialize)]
struct Source<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    media_type: &'static str,
    data: Base64<'a>,
}

impl<'a> Message<'a> {
    /// The pictures go first: the vendor says that its models then understand them better.
    fn of(said: Illustrated<'a>) -> Self {
        let pictures = said.images.into_iter().map(|image| {
            let (media_type, data) = (image.media_type(), Base64(image));
            Part::Image { source: Source { kind: "base64", media_type, data } }
        });
        let words = Part::Text { text: said.text };
        Self { role: said.role, content: pictures.chain(std::iter::once(words)).collect() }
    }
}

impl Dialect for Anthropic {
    fn path(&self) -> &'static [&'static str] {
        &["v1", "messages"]
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        vec![
            (ACCEPT, HeaderValue::from_static("text/event-stream")),
            (HeaderName::from_static("anthropic-version"), HeaderValue::from_static(VERSION)),
        ]
    }

    fn key_header(&self, key: &str) -> (HeaderName, String) {
        (HeaderName::from_static("x-api-key"), key.to_owned())
    }

    fn takes(&self, image: &Image) -> bool {
        base64_length(image) <= LONGEST_PICTURE
    }

    fn request(
        &self,
        model: &str,
        system: Option<&RawValue>,
        prompt: &Prompt,
        sight: Sight,
    ) -> serde_json::Result<Vec<u8>> {
        let request = Request {
            model,
            max_tokens: self.max_tokens,
            stream: true,
            system,
            messages: Messages::new(self, sight, prompt, Message::of).beginning_with_the_customer(),
        };
        write(&request, system, prompt, sight)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Sse::new(Blocks::default()))
    }
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Words<'a>,
    #[serde(default, borrow)]
    content_block: Option<Block<'a>>,
    #[serde(default, borrow)]
    delta: Option<Block<'a>>,
    #[serde(default)]
    error: Option<Value>,
}

/// A block of the answer, or what changes in one. Only those of text are said; the others are
/// the model's thoughts and the tools that run at the vendor's.
#[derive(Deserialize)]
struct Block<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Words<'a>,
    #[serde(default, borrow)]
    text: Words<'a>,
    #[serde(default, borrow)]
    stop_reason: Words<'a>,
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(default, borrow)]
    content: Option<Words<'a>>,
    #[serde(default, borrow)]
    stop_reason: Words<'a>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default)]
struct Blocks {
    refused: bool,
}

impl Blocks {
    fn stopped(&mut self, reason: &str) {
        self.refused |= reason == "refusal";
    }

    /// What was said before a refusal is not an answer either.
    fn conclude(&self, answer: &mut Answer) -> Result<Progress, ModelError> {
        if self.refused {
            return Err(ModelError::Refused("the model declined to answer".to_owned()));
        }
        answer.complete()
    }
}

impl Events for Blocks {
    fn event(&mut self, data: &[u8], answer: &mut Answer) -> Result<Progress, ModelError> {
        let event: Event<'_> = parse(data)?;
        if let Some(error) = event.error {
            return Err(Complaint::of_event(&error).into_error(None));
        }
        match &*event.kind.0 {
            "content_block_start" => {
                if let Some(block) = event.content_block.filter(|block| block.kind.0 == "text") {
                    answer.say(&block.text.0)?;
                }
            }
            "content_block_delta" => {
                if let Some(delta) = event.delta.filter(|delta| delta.kind.0 == "text_delta") {
                    answer.say(&delta.text.0)?;
                }
            }
            "message_delta" => {
                if let Some(delta) = event.delta {
                    self.stopped(&delta.stop_reason.0);
                }
            }
            "message_stop" => return self.conclude(answer),
            _ => {}
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, body: &[u8], answer: &mut Answer) -> Result<(), ModelError> {
        let whole: Whole<'_> = parse(body)?;
        if let Some(error) = whole.error {
            return Err(Complaint::of_event(&error).into_error(None));
        }
        answer.say(&whole.content.unwrap_or_default().0)?;
        self.stopped(&whole.stop_reason.0);
        self.conclude(answer).map(drop)
    }

    fn ended(&mut self, _answer: &mut Answer) -> Result<(), ModelError> {
        Err(ModelError::Cut("no end mark".to_owned()))
    }
}
