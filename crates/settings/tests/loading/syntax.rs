//! What is not JSON5, and what is although JSON isn't.

use crate::support::{error, load_text, settings};

#[test]
fn a_syntax_error_is_one_error_at_its_place() {
    for (text, expected) in [
        (
            "{\n  gateway: {\n    port: 1\n    bind: 'lan'\n  }\n}",
            "3:12: not valid JSON5: expected a comma",
        ),
        ("{ gateway: { port: } }", "1:20: `}`: not valid JSON5: expected a value"),
        ("{ gateway: { port 1 } }", "1:19: not valid JSON5: expected a colon after this key"),
        ("{\n gateway: {", "2:11: `{`: not valid JSON5: expected the closing brace of this object"),
        ("{ a: [1, }", "1:10: `}`: not valid JSON5: expected a value"),
        ("{ a: loopback }", "1:6: not valid JSON5: expected a value; a text stands in quotes"),
        ("{} {}", "1:4: `{`: not valid JSON5: expected nothing after the closing brace"),
        ("{ /* a: 1 }", "1:3: `/`: not valid JSON5: expected the end of this comment, */"),
        ("{ a: '\\q' }", ""),
        (
            "{ a: '\\u12' }",
            "1:7: `\\`: not valid JSON5: expected a valid escape behind the backslash",
        ),
        ("{ a: -x }", "1:7: not valid JSON5: expected digit following negative sign"),
        (
            "",
            "1:1: the end of the file: not valid JSON5: expected an object { … }, the file is empty",
        ),
        (
            "// nothing\n",
            "2:1: the end of the file: not valid JSON5: expected an object { … }, the file is empty",
        ),
        ("[]", "1:1: a list: expected an object { … }"),
    ] {
        match expected {
            "" => assert!(load_text(text, &[]).is_ok(), "{text}"),
            expected => assert_eq!(error(text, &[]), expected, "{text}"),
        }
    }
}

#[test]
fn a_forgotten_quote_is_reported_in_its_own_line() {
    let text = "{\n  skills: { directory: \"skills },\n  logging: { level: \"info\" },\n}";
    assert_eq!(
        error(text, &[]),
        "2:24: `\"`: not valid JSON5: expected the closing quote of this text in its line"
    );
}

#[test]
fn brackets_beyond_measure_are_refused_and_not_followed() {
    let text = format!("{{ a: {} }}", "[".repeat(100_000));
    assert!(error(&text, &[]).contains("expected fewer levels of braces and brackets"));
}

#[test]
fn the_whole_of_json5_is_understood() {
    let text = "\u{feff}// JSON5\n{\n  gateway: { 'port': +0x50, \"bind\": 'l\\x61n', /* … */ },\n  \
                agents: { defaults: { systemPrompt: 'two \\\nlines', timeoutSeconds: 5e1, \
                maxConcurrent: 10., offlineAnswer: false, }, },\n}";
    let settings = settings(text, &[]);
    assert_eq!(settings.gateway.address().to_string(), "0.0.0.0:80");
    assert_eq!(settings.agents.system_prompt.as_deref(), Some("two lines"));
    assert_eq!(settings.agents.turn_timeout.as_secs(), 50);
    assert_eq!(settings.agents.max_concurrent.get(), 10);
    assert!(!settings.agents.offline_answer);
}

#[test]
fn columns_are_counted_in_characters_and_lines_by_any_line_break() {
    let text = "{ /* \u{1f4e6} ü */ gateway: { port: 0 } }";
    assert!(error(text, &[]).starts_with("1:30: gateway.port"));
    assert!(error("{\r\n  gateway: {\r\n    port: 0 } }", &[]).starts_with("3:11: gateway.port"));
    assert!(error("{\r  gateway: {\r    port: 0 } }", &[]).starts_with("3:11: gateway.port"));
}
