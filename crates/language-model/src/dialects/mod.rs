//! One file per vendor: how it is asked, and what its answer means. A further vendor is a
//! further file here, and a line in [`Api`](crate::Api).

mod anthropic;
mod messages;
mod ollama;
mod openai;

use conversation::Prompt;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::value::RawValue;

pub(crate) use anthropic::Anthropic;
pub(crate) use ollama::Ollama;
pub(crate) use openai::OpenAi;

use crate::wire::Reader;

/// One vendor's way to be asked and to answer.
pub(crate) trait Dialect: Send + Sync {
    /// The parts of the path that follow the base address. The first is left out if the base
    /// address ends with it already.
    fn path(&self) -> &'static [&'static str];

    /// The headers of every request apart from the key.
    fn headers(&self) -> Vec<(HeaderName, HeaderValue)>;

    /// The header that carries `key`.
    fn key_header(&self, key: &str) -> (HeaderName, String);

    /// The body of a request. `system` are the prompt's instructions as JSON, if it has any.
    fn request(
        &self,
        model: &str,
        system: Option<&RawValue>,
        prompt: &Prompt,
    ) -> serde_json::Result<Vec<u8>>;

    /// A reader for one answer.
    fn reader(&self) -> Box<dyn Reader>;
}

/// Writes `request`, whose size is about that of the prompt in it.
fn write(
    request: &impl serde::Serialize,
    system: Option<&RawValue>,
    prompt: &Prompt,
) -> serde_json::Result<Vec<u8>> {
    let said: usize = prompt.utterances.iter().map(|utterance| utterance.text.len() + 48).sum();
    let instructions = system.map_or(0, |system| system.get().len());
    let mut body = Vec::with_capacity(instructions + said + said / 8 + 256);
    serde_json::to_writer(&mut body, request)?;
    Ok(body)
}
