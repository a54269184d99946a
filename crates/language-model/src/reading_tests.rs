//! Answers that no vendor has been recorded with, but that come all the same.

use conversation::ports::ModelError;

use crate::dialects::{Anthropic, Dialect, Ollama, OpenAi};
use crate::wire::{Decoder, Progress};

fn read(dialect: &dyn Dialect, body: &str) -> (String, Result<(), ModelError>) {
    let mut decoder = Decoder::new(dialect.reader());
    let result = match decoder.feed(body.as_bytes()) {
        Ok(Progress::More) => decoder.end(),
        Ok(Progress::Done) => Ok(()),
        Err(error) => Err(error),
    };
    (decoder.take_text().unwrap_or_default(), result)
}

fn openai(body: &str) -> (String, Result<(), ModelError>) {
    read(&OpenAi, body)
}

fn anthropic(body: &str) -> (String, Result<(), ModelError>) {
    read(&Anthropic { max_tokens: std::num::NonZeroU32::MIN }, body)
}

fn ollama(body: &str) -> (String, Result<(), ModelError>) {
    read(&Ollama { keep_alive: String::new() }, body)
}

fn said(text: &str) -> (String, Result<(), ModelError>) {
    (text.to_owned(), Ok(()))
}

#[test]
fn comments_blank_lines_and_other_line_ends_do_not_matter() {
    let chunk = r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#;
    for body in [
        format!(": OPENROUTER PROCESSING\n\ndata: {chunk}\n\ndata: [DONE]\n\n"),
        format!("data: {chunk}\r\n\r\ndata: [DONE]\r\n\r\n"),
        format!("data:{chunk}\ndata:[DONE]\n"),
        format!("\u{feff}event: message\nid: 7\ndata: {chunk}\n\ndata: [DONE]"),
        format!("retry: 10\n\ndata:\n\ndata: {chunk}\n\n"),
    ] {
        assert_eq!(openai(&body), said("Hi"), "{body}");
    }
}

#[test]
fn what_follows_the_end_mark_is_not_read() {
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n\
                data: [DONE]\n\ndata: {\"error\":\"late\"}\n\n";
    assert_eq!(openai(body), said("Hi"));
}

#[test]
fn reasoning_and_other_choices_are_not_shown() {
    let body = "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm\"}},\
                {\"index\":1,\"delta\":{\"content\":\"Nope\"}}]}\n\n\
                data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Yes\"}}]}\n\n\
                data: [DONE]\n\n";
    assert_eq!(openai(body), said("Yes"));
    let body = "{\"message\":{\"thinking\":\"Hm\",\"content\":\"\"},\"done\":false}\n\
                {\"message\":{\"content\":\"<think>Hm</think>\\n\\nYes\"},\"done\":true}\n";
    assert_eq!(ollama(body), said("Yes"));
}

#[test]
fn of_anthropics_blocks_only_text_is_said() {
    let body = "data: {\"type\":\"content_block_start\",\
                \"content_block\":{\"type\":\"thinking\",\"text\":\"Hm\"}}\n\n\
                data: {\"type\":\"content_block_start\",\
                \"content_block\":{\"type\":\"text\",\"text\":\"Ye\"}}\n\n\
                data: {\"type\":\"content_block_delta\",\
                \"delta\":{\"type\":\"thinking_delta\",\"text\":\"Hm\"}}\n\n\
                data: {\"type\":\"content_block_delta\",\
                \"delta\":{\"type\":\"text_delta\",\"text\":\"s\"}}\n\n\
                data: {\"type\":\"message_stop\"}\n\n";
    assert_eq!(anthropic(body), said("Yes"));
}

#[test]
fn an_answer_that_is_withheld_is_a_refusal() {
    let filtered = "data: {\"choices\":[{\"delta\":{\"content\":\"It is\"}}]}\n\n\
                    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n\
                    data: [DONE]\n\n";
    let declined = "data: {\"choices\":[{\"delta\":{\"refusal\":\"I can't\"}}]}\n\n\
                    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
                    data: [DONE]\n\n";
    for body in [filtered, declined] {
        assert!(matches!(openai(body).1, Err(ModelError::Refused(_))), "{body}");
    }
    let body = "data: {\"type\":\"content_block_delta\",\
                \"delta\":{\"type\":\"text_delta\",\"text\":\"It is\"}}\n\n\
                data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\"}}\n\n\
                data: {\"type\":\"message_stop\"}\n\n";
    assert!(matches!(anthropic(body).1, Err(ModelError::Refused(_))));
}

#[test]
fn a_stream_without_its_end_mark_was_cut() {
    let cut = [
        openai("data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"),
        openai(": only a comment\n\n"),
        openai(""),
        anthropic(
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
        ),
        anthropic(""),
        ollama("{\"message\":{\"content\":\"Hi\"},\"done\":false}\n"),
        ollama(""),
    ];
    for (number, (_, result)) in cut.into_iter().enumerate() {
        assert!(matches!(result, Err(ModelError::Cut(_))), "case {number}: {result:?}");
    }
}

#[test]
fn garbage_is_unintelligible_and_is_not_repeated() {
    let garbage = [
        openai("<html>secret</html>"),
        openai("data: secret\n\n"),
        openai("data: {\"choices\":[{\"delta\":{\"content\":\"Hi\n\n"),
        openai("data: {\"choices\":\"secret\"}\n\n"),
        openai("data: {\"choices\":[{\"delta\":{\"content\":77}}]}\n\n"),
        openai("{\"secret\":"),
        openai("[]"),
        anthropic("data: {\"type\":\"content_block_delta\",\"delta\":\"secret\"}\n\n"),
        anthropic("{\"content\": 5}"),
        ollama("secret\n"),
        ollama("{\"message\":\"secret\"}\n"),
    ];
    for (number, (text, result)) in garbage.into_iter().enumerate() {
        let Err(ModelError::Unintelligible(why)) = result else {
            panic!("case {number}: {result:?}");
        };
        assert!(!why.contains("secret") && text.is_empty(), "case {number}: {why}");
    }
    let mut decoder = Decoder::new(OpenAi.reader());
    let error = decoder.feed(b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}\n");
    assert!(matches!(error, Err(ModelError::Unintelligible(_))), "{error:?}");
}

#[test]
fn an_error_is_found_in_every_place_where_servers_put_it() {
    let errors = [
        openai("data: {\"error\":{\"message\":\"x\",\"type\":\"server_error\"}}\n\n"),
        openai("{\"error\":{\"message\":\"x\",\"type\":\"server_error\"}}"),
        openai("data: {\"object\":\"error\",\"message\":\"x\",\"code\":503}\n\n"),
        openai("data: {\"choices\":[],\"error\":{\"code\":502,\"message\":\"x\"}}\n\n"),
        anthropic("{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x\"}}"),
        ollama("{\"error\":\"x\"}"),
    ];
    for (number, (_, result)) in errors.into_iter().enumerate() {
        assert!(matches!(result, Err(ModelError::Overloaded { .. })), "case {number}: {result:?}");
    }
}
