//! How each vendor puts an answer on the wire.

use serde_json::json;

use super::contract::Api;
use crate::fake_server::connection::response_head;

/// The type of a streamed body.
pub(super) fn content_type(api: Api) -> &'static str {
    match api {
        Api::OpenAi | Api::Anthropic => "text/event-stream",
        Api::Ollama => "application/x-ndjson",
    }
}

/// What comes before the first words.
pub(super) fn opening(api: Api) -> String {
    match api {
        Api::OpenAi => data(&json!({
            "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": "fake",
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""},
                "finish_reason": null}],
        })),
        Api::Anthropic => {
            let message = json!({
                "type": "message_start",
                "message": {"id": "msg_fake", "type": "message", "role": "assistant",
                    "content": [], "model": "fake", "stop_reason": null,
                    "usage": {"input_tokens": 1, "output_tokens": 1}},
            });
            let block = json!({"type": "content_block_start", "index": 0,
                "content_block": {"type": "text", "text": ""}});
            event(&message) + &event(&block) + &event(&json!({"type": "ping"}))
        }
        Api::Ollama => String::new(),
    }
}

/// Some words.
pub(super) fn words(api: Api, words: &str) -> String {
    match api {
        Api::OpenAi => data(&json!({
            "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": "fake",
            "choices": [{"index": 0, "delta": {"content": words}, "finish_reason": null}],
        })),
        Api::Anthropic => event(&json!({"type": "content_block_delta", "index": 0,
            "delta": {"type": "text_delta", "text": words}})),
        Api::Ollama => {
            json!({"model": "fake", "created_at": "2026-01-01T00:00:00Z", "done": false,
                "message": {"role": "assistant", "content": words}})
            .to_string()
                + "\n"
        }
    }
}

/// The end mark.
pub(super) fn ending(api: Api) -> String {
    match api {
        Api::OpenAi => {
            data(&json!({
                "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1,
                "model": "fake",
                "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
            })) + "data: [DONE]\n\n"
        }
        Api::Anthropic => {
            event(&json!({"type": "content_block_stop", "index": 0}))
                + &event(&json!({"type": "message_delta",
                    "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                    "usage": {"output_tokens": 2}}))
                + &event(&json!({"type": "message_stop"}))
        }
        Api::Ollama => {
            json!({"model": "fake", "created_at": "2026-01-01T00:00:00Z", "done": true,
                "done_reason": "stop", "message": {"role": "assistant", "content": ""},
                "total_duration": 1, "eval_count": 2})
            .to_string()
                + "\n"
        }
    }
}

/// A whole response to `api` that says `text` in a few chunks, ready to be sent at once.
pub(super) fn response(api: Api, text: &str) -> Vec<u8> {
    let mut response = response_head(200, &[], content_type(api), None);
    let pieces = thirds(text);
    let bodies = std::iter::once(opening(api) + &words(api, pieces[0]))
        .chain(pieces[1..].iter().filter(|piece| !piece.is_empty()).map(|piece| words(api, piece)))
        .chain(std::iter::once(ending(api)));
    for body in bodies {
        response.extend_from_slice(format!("{:x}\r\n{body}\r\n", body.len()).as_bytes());
    }
    response.extend_from_slice(b"0\r\n\r\n");
    response
}

/// The same answer for every API, made once.
pub(super) struct Prepared {
    openai: Vec<u8>,
    anthropic: Vec<u8>,
    ollama: Vec<u8>,
}

impl Prepared {
    pub(super) fn new(reply: &str) -> Self {
        Self {
            openai: response(Api::OpenAi, reply),
            anthropic: response(Api::Anthropic, reply),
            ollama: response(Api::Ollama, reply),
        }
    }

    pub(super) fn response(&self, api: Api) -> &[u8] {
        match api {
            Api::OpenAi => &self.openai,
            Api::Anthropic => &self.anthropic,
            Api::Ollama => &self.ollama,
        }
    }
}

/// The text in three pieces of about the same length.
fn thirds(text: &str) -> [&str; 3] {
    let first = text.ceil_char_boundary(text.len() / 3);
    let second = text.ceil_char_boundary(text.len() * 2 / 3);
    [&text[..first], &text[first..second], &text[second..]]
}

fn data(json: &serde_json::Value) -> String {
    format!("data: {json}\n\n")
}

fn event(json: &serde_json::Value) -> String {
    format!("event: {}\ndata: {json}\n\n", json["type"].as_str().unwrap_or_default())
}
