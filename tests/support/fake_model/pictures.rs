//! What the vendors demand of a message with pictures. Each picture must be of a kind that they
//! all take, and be what it is said to be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::contract::Api;

/// How long the base64 of a picture may be at Anthropic.
const LONGEST_AT_ANTHROPIC: usize = 5 << 20;

/// A picture that a model was shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub media_type: String,
    /// The file itself.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.media_type, self.content.len())
    }
}

/// The words and the pictures of a user's message, or what is wrong with it.
pub(super) fn read(
    api: Api,
    message: &Map<String, Value>,
) -> Result<(String, Vec<Picture>), String> {
    let (words, pictures) = match api {
        Api::OpenAi | Api::Anthropic => {
            only(message, &["role", "content"])?;
            parts(api, list(message, "content")?)?
        }
        Api::Ollama => {
            only(message, &["role", "content", "images"])?;
            let images = list(message, "images")?;
            let pictures = images.iter().map(bare).collect::<Result<_, _>>()?;
            (vec![text(message, "content")?], pictures)
        }
    };
    match <[String; 1]>::try_from(words) {
        _ if pictures.is_empty() => Err("a message in parts without a picture".to_owned()),
        Ok([words]) => Ok((words, pictures)),
        Err(words) => Err(format!("{} texts in one message", words.len())),
    }
}

fn parts(api: Api, list: &[Value]) -> Result<(Vec<String>, Vec<Picture>), String> {
    let (mut words, mut pictures) = (Vec::new(), Vec::new());
    for part in list {
        let part = part.as_object().ok_or("a part is not an object")?;
        match (text(part, "type")?.as_str(), api) {
            ("text", _) => {
                only(part, &["type", "text"])?;
                words.push(text(part, "text")?);
            }
            ("image_url", Api::OpenAi) => pictures.push(image_url(part)?),
            ("image", Api::Anthropic) => pictures.push(source(part)?),
            (other, _) => return Err(format!("a part of the type {other}")),
        }
    }
    Ok((words, pictures))
}

/// OpenAI's form.
fn image_url(part: &Map<String, Value>) -> Result<Picture, String> {
    only(part, &["type", "image_url"])?;
    let image = object(part, "image_url")?;
    only(image, &["url"])?;
    let url = text(image, "url")?;
    let said = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let (media_type, data) = said.ok_or("image_url.url is no data URL in base64")?;
    picture(media_type, data)
}

/// Anthropic's form.
fn source(part: &Map<String, Value>) -> Result<Picture, String> {
    only(part, &["type", "source"])?;
    let source = object(part, "source")?;
    only(source, &["type", "media_type", "data"])?;
    if text(source, "type")? != "base64" {
        return Err("the source of an image is not base64".to_owned());
    }
    let data = text(source, "data")?;
    if data.len() > LONGEST_AT_ANTHROPIC {
        return Err(format!("image exceeds 5 MB maximum: {} bytes", data.len()));
    }
    picture(&text(source, "media_type")?, &data)
}

/// Ollama's form, which says nothing of the kind.
fn bare(image: &Value) -> Result<Picture, String> {
    let content = decode(image.as_str().ok_or("an image is not text")?)?;
    let media_type = kind(&content).ok_or("an image is of no known kind")?.to_owned();
    Ok(Picture { media_type, content })
}

fn picture(media_type: &str, data: &str) -> Result<Picture, String> {
    let content = decode(data)?;
    if kind(&content) != Some(media_type) {
        return Err(format!("an image is said to be {media_type}, which it is not"));
    }
    Ok(Picture { media_type: media_type.to_owned(), content })
}

fn decode(data: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(data).map_err(|error| format!("an image is not base64: {error}"))
}

/// What a file is by its first bytes.
fn kind(content: &[u8]) -> Option<&'static str> {
    let is_webp = content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP");
    let known: [(&[u8], &str); 3] =
        [(b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"GIF8", "image/gif")];
    let known = known.iter().find(|(start, _)| content.starts_with(start));
    known.map(|(_, media_type)| *media_type).or_else(|| is_webp.then_some("image/webp"))
}

fn only(fields: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("unknown field {name} in a message with pictures")),
        None => Ok(()),
    }
}

fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], String> {
    let list = fields.get(name).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or_else(|| format!("{name} is not a list"))
}

fn object<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a Map<String, Value>, String> {
    fields.get(name).and_then(Value::as_object).ok_or_else(|| format!("{name} is not an object"))
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<String, String> {
    super::contract::text(fields, name).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GIF: &str = "R0lGODlhLi4=";

    fn refusal(api: Api, content: Value, more: Value) -> String {
        let mut message = Map::from_iter([("role".to_owned(), json!("user"))]);
        message.insert("content".to_owned(), content);
        message.extend(more.as_object().cloned().unwrap_or_default());
        read(api, &message).err().unwrap_or_default()
    }

    #[test]
    fn what_no_vendor_would_take_is_refused() {
        let text = json!({"type": "text", "text": "look"});
        let url = |url: &str| json!({"type": "image_url", "image_url": {"url": url}});
        let openai = |parts: Value| refusal(Api::OpenAi, parts, Value::Null);
        let gif = url(&format!("data:image/gif;base64,{GIF}"));
        assert_eq!(openai(json!([text, gif])), "");
        for (parts, expected) in [
            (json!([text]), "without a picture"),
            (json!([gif]), "0 texts"),
            (json!([text, text, gif]), "2 texts"),
            (json!([text, url("https://h/a.gif")]), "no data URL"),
            (json!([text, url(&format!("data:image/png;base64,{GIF}"))]), "which it is not"),
            (json!([text, url("data:image/gif;base64,R0lGODlhLi4")]), "not base64"),
            (json!([text, {"type": "image", "source": {}}]), "a part of the type image"),
        ] {
            let said = openai(parts);
            assert!(said.contains(expected), "{said}");
        }
        let source = json!({"type": "base64", "media_type": "image/gif", "data": GIF, "detail": 1});
        let parts = json!([text, {"type": "image", "source": source}]);
        assert!(refusal(Api::Anthropic, parts, Value::Null).contains("unknown field detail"));
        let ollama = |images: Value| refusal(Api::Ollama, json!("look"), json!({"images": images}));
        assert_eq!(ollama(json!([GIF])), "");
        assert!(ollama(json!([])).contains("without a picture"));
        assert!(ollama(json!([format!("data:image/gif;base64,{GIF}")])).contains("not base64"));
        assert!(ollama(json!(["aGVsbG8="])).contains("no known kind"));
    }
}
