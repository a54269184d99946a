//! Ollama's chat: one JSON document per line.

use conversation::Prompt;
use conversation::ports::ModelError;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::messages::{Illustrated, Messages};
use super::picture::Base64;
use super::{Dialect, Sight, write};
use crate::complaint::Complaint;
use crate::wire::{Answer, Progress, Reader, Words, parse};

/// The chat API.
pub(crate) struct Ollama {
    /// How long the model stays loaded after an answer, as Ollama writes durations (`30m`).
    pub(crate) keep_alive: String,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    stream: bool,
    keep_alive: &'a str,
    messages: Messages<'a, Ollama, Pictured<'a>>,
}

/// A message with pictures.
#[derive(Serialize)]
struct Pictured<'a> {
    role: &'static str,
    content: &'a str,
    images: Vec<Base64<'a>>,
}

impl<'a> Pictured<'a> {
    fn of(said: Illustrated<'a>) -> Self {
        let images = said.images.into_iter().map(Base64).collect();
        Self { role: said.role, content: said.text, images }
    }
}

impl Dialect for Ollama {
    fn path(&self) -> &'static [&'static str] {
        &["api", "chat"]
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        Vec::new()
    }

    /// Ollama itself knows no keys, but what stands before a shared one does.
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
        let request = Request {
            model,
            stream: true,
            keep_alive: &self.keep_alive,
            messages: Messages::new(self, sight, prompt, Pictured::of).with_system(system),
        };
        write(&request, system, prompt, sight)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Lines::default())
    }
}

/// One line. `message.thinking` and `message.tool_calls` are left out on purpose.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(default, borrow)]
    message: Option<Message<'a>>,
    #[serde(default)]
    done: bool,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default, borrow)]
    content: Words<'a>,
}

#[derive(Default)]
struct Lines {
    begun: bool,
}

impl Reader for Lines {
    fn line(&mut self, line: &[u8], answer: &mut Answer) -> Result<Progress, ModelError> {
        if line.trim_ascii().is_empty() {
            return Ok(Progress::More);
        }
        self.begun = true;
        let line: Line<'_> = parse(line)?;
        if let Some(error) = line.error {
            return Err(Complaint::of_event(&error).into_error(None));
        }
        if let Some(message) = line.message {
            answer.say(&message.content.0)?;
        }
        if line.done { answer.complete() } else { Ok(Progress::More) }
    }

    fn ended(&mut self, _answer: &mut Answer) -> Result<(), ModelError> {
        let why = if self.begun { "no end mark" } else { "the body was empty" };
        Err(ModelError::Cut(why.to_owned()))
    }
}
