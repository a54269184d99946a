//! One file per vendor: how it is asked, and what its answer means. A further vendor is a
//! further file here, and a line in [`Api`](crate::Api).

mod anthropic;
mod messages;
mod ollama;
mod openai;
mod picture;

use conversation::{Image, Prompt};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::value::RawValue;

pub(crate) use anthropic::Anthropic;
pub(crate) use ollama::Ollama;
pub(crate) use openai::OpenAi;

use crate::wire::Reader;

/// What of a prompt goes into a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The words, which describe the pictures too.
    WordsOnly,
    /// The words, and those pictures that the vendor takes.
    WithPictures,
}

/// One vendor's way to be asked and to answer.
pub(crate) trait Dialect: Send + Sync {
    /// The parts of the path that follow the base address. The first is left out if the base
    /// address ends with it already.
    fn path(&self) -> &'static [&'static str];

    /// The headers of every request apart from the key.
    fn headers(&self) -> Vec<(HeaderName, HeaderValue)>;

    /// The header that carries `key`.
    fn key_header(&self, key: &str) -> (HeaderName, String);

    /// Whether this picture may be sent. One that may not is left out, since it would make the
    /// vendor refuse the whole request.
    fn takes(&self, _image: &Image) -> bool {
        true
    }

    /// The body of a request. `system` are the prompt's instructions as JSON, if it has any.
    fn request(
        &self,
        model: &str,
        system: Option<&RawValue>,
        prompt: &Prompt,
        sight: Sight,
    ) -> serde_json::Result<Vec<u8>>;

    /// A reader for one answer.
    fn reader(&self) -> Box<dyn Reader>;
}

/// Writes `request`, whose size is about that of the prompt in it.
fn write(
    request: &impl serde::Serialize,
    system: Option<&RawValue>,
    prompt: &Prompt,
    sight: Sight,
) -> serde_json::Result<Vec<u8>> {
    let said: usize = prompt.utterances.iter().map(|utterance| utterance.text.len() + 48).sum();
    let instructions = system.map_or(0, |system| system.get().len());
    let shown: usize = match sight {
        Sight::WordsOnly => 0,
        Sight::WithPictures => {
            let images = prompt.utterances.iter().flat_map(|utterance| &utterance.images);
            images.map(|image| picture::base64_length(image) + 96).sum()
        }
    };
    let mut body = Vec::with_capacity(instructions + said + said / 8 + shown + 256);
    serde_json::to_writer(&mut body, request)?;
    Ok(body)
}
