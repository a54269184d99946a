//! OpenAI's chat completions, which most other vendors and servers speak too.

use conversation::Prompt;
use conversation::ports::ModelError;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::messages::{Illustrated, Messages};
use super::picture::DataUrl;
use super::{Dialect, Sight, write};
use crate::complaint::Complaint;
use crate::wire::{Answer, Events, Progress, Reader, Sse, Words, parse};

/// The chat completions API.
pub(crate) struct OpenAi;

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    stream: bool,
    messages: Messages<'a, OpenAi, Message<'a>>,
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
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl<'a> },
}

#[derive(Serialize)]
struct ImageUrl<'a> {
    url: DataUrl<'a>,
}

impl<'a> Message<'a> {
    fn of(said: Illustrated<'a>) -> Self {
        let words = Part::Text { text: said.text };
        let pictures = said.images.into_iter().map(|image| {
            let url = DataUrl(image);
            Part::ImageUrl { image_url: ImageUrl { url } }
        });
        Self { role: said.role, content: std::iter::once(words).chain(pictures).collect() }
    }
}

impl Dialect for OpenAi {
    fn path(&self) -> &'static [&'static str] {
        &["chat", "completions"]
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        vec![(ACCEPT, HeaderValue::from_static("text/event-stream"))]
    }

    fn key_header(&self, key: &str) -> (HeaderName, String) {
        (AUTHORIZATION, format!("Bearer {key}"))
    }

    fn request(
        &self,
        model: &str,
        system: Option<&RawValue>,
        prompt: &Prompt,
        sight: Sight,
    ) -> serde_json::Result<Vec<u8>> {
        let messages = Messages::new(self, sight, prompt, Message::of).with_system(system);
        write(&Request { model, stream: true, messages }, system, prompt, sight)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Sse::new(Chunks::default()))
    }
}

/// A chunk of a streamed answer, or a whole one: they differ in `delta` and `message` only.
#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(default, borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: u32,
    #[serde(default, borrow)]
    delta: Option<Piece<'a>>,
    #[serde(default, borrow)]
    message: Option<Piece<'a>>,
    #[serde(default, borrow)]
    finish_reason: Words<'a>,
}

#[derive(Deserialize)]
struct Piece<'a> {
    #[serde(default, borrow)]
    content: Words<'a>,
    #[serde(default, borrow)]
    refusal: Words<'a>,
}

/// How the model said that it has finished, if it has.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Finish {
    #[default]
    No,
    Yes,
    /// The vendor or the model withholds the answer.
    Withheld,
}

#[derive(Default)]
struct Chunks {
    finish: Finish,
}

impl Chunks {
    fn take(&mut self, json: &[u8], answer: &mut Answer) -> Result<(), ModelError> {
        let chunk: Chunk<'_> = parse(json)?;
        if let Some(error) = chunk.error {
            return Err(Complaint::of_event(&error).into_error(None));
        }
        let Some(choices) = chunk.choices else {
            return lone_error(json);
        };
        for choice in choices.iter().filter(|choice| choice.index == 0) {
            for piece in [&choice.delta, &choice.message].into_iter().flatten() {
                answer.say(&piece.content.0)?;
                if !piece.refusal.is_empty() {
                    self.finish = Finish::Withheld;
                }
            }
            match (&*choice.finish_reason.0, self.finish) {
                ("", _) | (_, Finish::Withheld) => {}
                ("content_filter", _) => self.finish = Finish::Withheld,
                (_, Finish::No | Finish::Yes) => self.finish = Finish::Yes,
            }
        }
        Ok(())
    }

    fn conclude(&self, answer: &mut Answer) -> Result<Progress, ModelError> {
        match self.finish {
            Finish::Withheld => Err(ModelError::Refused("the answer was withheld".to_owned())),
            Finish::No | Finish::Yes => answer.complete(),
        }
    }
}

impl Events for Chunks {
    fn event(&mut self, data: &[u8], answer: &mut Answer) -> Result<Progress, ModelError> {
        if data == b"[DONE]" {
            return self.conclude(answer);
        }
        self.take(data, answer).map(|()| Progress::More)
    }

    fn whole(&mut self, body: &[u8], answer: &mut Answer) -> Result<(), ModelError> {
        self.take(body, answer)?;
        self.conclude(answer).map(drop)
    }

    /// Some servers leave the end mark out, but none the reason for which the model finished.
    fn ended(&mut self, answer: &mut Answer) -> Result<(), ModelError> {
        match self.finish {
            Finish::No => Err(ModelError::Cut("no end mark".to_owned())),
            Finish::Yes | Finish::Withheld => self.conclude(answer).map(drop),
        }
    }
}

/// Some servers send an error without wrapping it, which shows by `object`.
fn lone_error(json: &[u8]) -> Result<(), ModelError> {
    let event: Value = parse(json)?;
    match event.get("object").and_then(Value::as_str) {
        Some("error") => Err(Complaint::of_event(&event).into_error(None)),
        Some(_) | None => Ok(()),
    }
}
