//! Wrong values: every one of them is reported, each at its place.

use crate::support::{error, errors, load_text};

#[test]
fn a_relative_base_url_is_refused() {
    let text = r#"{ models: { providers: { mine: { baseUrl: "models.example.org/v1" } } } }"#;
    assert_eq!(
        error(text, &[]),
        "1:43: models.providers.mine.baseUrl = \"models.example.org/v1\": expected an absolute URL \
         that begins with http:// or https://; did you mean \"https://models.example.org/v1\"?"
    );
    for relative in ["/v1", "//host/v1", "localhost:8080/v1", "v1", "ftp://host/v1", "http://", ""]
    {
        let text = text.replace("models.example.org/v1", relative);
        assert!(error(&text, &[]).contains("expected an absolute URL"), "{relative}");
    }
}

#[test]
fn a_base_url_that_no_path_can_follow_is_refused() {
    let with = |url: &str| {
        error(&format!(r#"{{ models: {{ providers: {{ a: {{ baseUrl: "{url}" }} }} }} }}"#), &[])
    };
    assert!(with("https://host/v1?version=2").ends_with("without ?… or #…"));
    let credentials = with("https://name:word@host/v1");
    assert!(credentials.ends_with("(hidden): expected a URL without user name and password in it"));
}

#[test]
fn a_duplicate_key_is_refused_in_any_section() {
    let text = "{\n  gateway: { port: 1,\n    \"port\": 2 },\n  channels: { a: 1, a: 2 },\n}";
    let key = "expected each key once; this one is already set in";
    assert_eq!(
        errors(text, &[]),
        [
            format!("3:5: gateway.port = 2: {key} line 2, column 14"),
            format!("4:21: channels.a = (hidden): {key} line 4, column 15"),
        ]
    );
}

#[test]
fn where_the_skills_are_is_told_beside_the_errors_unless_it_is_among_them() {
    let skills = |text: &str| {
        let problems = load_text(text, &[]).unwrap_err();
        problems.skills().map(|skills| skills.directory.file_name().unwrap().to_owned())
    };
    assert_eq!(skills("{ gateway: { port: 0 }, skills: { directory: 'a' } }").unwrap(), "a");
    assert_eq!(skills("{ gateway: { port: 0 } }").unwrap(), "skills");
    for uncertain in [
        "{ gateway: { port: 0 }, skills: { directory: 5 } }",
        "{ gateway: { port: 0 }, skills: { directory: 'a', load: { extraDirs: ['b', 5] } } }",
        "{ skills: { directory: 'a' }, skills: { directory: 'b' } }",
        "{ skills: { directory: 'a' ",
        "[]",
    ] {
        assert_eq!(skills(uncertain), None, "{uncertain}");
    }
    let missing = [("OPENCLAW_CONFIG_PATH", "none.json")];
    assert_eq!(load_text("{}", &missing).unwrap_err().skills(), None);
}

#[test]
fn what_is_wrong_behind_a_duplicate_key_is_told_along_with_it() {
    let text = "{\n  gateway: { port: 1, port: 99999 },\n  gateway: { bind: 'wan' },\n  \
                models: { providers: {} },\n  models: { providers: { a: { baseUrl: 5 } } },\n}";
    let key = "expected each key once; this one is already set in";
    let bind = "expected one of \"loopback\", \"lan\"; did you mean \"lan\"?";
    assert_eq!(
        errors(text, &[]),
        [
            format!("2:23: gateway.port = 99999: {key} line 2, column 14"),
            "2:29: gateway.port = 99999: expected a whole number from 1 to 65535".to_owned(),
            format!("3:3: gateway = an object: {key} line 2, column 3"),
            format!("3:20: gateway.bind = \"wan\": {bind}"),
            format!("5:3: models = an object: {key} line 4, column 3"),
            "5:40: models.providers.a.baseUrl = 5: expected an absolute URL in quotes".to_owned(),
        ]
    );
}

#[test]
fn a_secret_behind_a_duplicate_key_is_not_shown() {
    for text in [
        "{ gateway: { auth: { token: 'a', token: 'swordfish' } } }",
        "{ gateway: { auth: { token: 'a', token: 50703 } } }",
        "{ models: { providers: { a: { baseUrl: 'http://h', baseUrl: 'http://b:swordfish@h' } } } }",
        "{ channels: { x: { token: 'a', token: 'swordfish' } } }",
    ] {
        let problems = load_text(text, &[]).unwrap_err().to_string();
        assert!(problems.contains("(hidden): expected each key once"), "{problems}");
        assert!(!problems.contains("swordfish") && !problems.contains("50703"), "{problems}");
    }
}

#[test]
fn a_port_out_of_range_is_refused() {
    for port in ["0", "65536", "-1", "80.5", "1e9", "\"80\"", "true", "null", "[80]"] {
        let message = error(&format!("{{ gateway: {{ port: {port} }} }}"), &[]);
        let found = if port == "[80]" { "a list" } else { port };
        assert_eq!(
            message,
            format!("1:20: gateway.port = {found}: expected a whole number from 1 to 65535")
        );
    }
}

#[test]
fn a_variable_that_is_not_set_is_refused_at_its_place() {
    let text = "{ gateway: { auth: { token: \"a${TOKEN}\" } } }";
    let message = "1:31: gateway.auth.token = ${TOKEN}: expected the environment variable TOKEN to \
                   be set, or a default as in ${TOKEN:-value}";
    assert_eq!(error(text, &[]), message);
    // Compose passes on variables that it doesn't know as empty ones.
    assert_eq!(error(text, &[("TOKEN", "")]), message);
    let escaped = "{ skills: { directory: \"\\u0024{HERE}\" } }";
    assert!(error(escaped, &[]).starts_with("1:24: skills.directory = (hidden): expected the"));
}

#[test]
fn a_broken_placeholder_is_refused_without_showing_what_may_be_a_password() {
    for (value, expected) in [
        ("pass${word", "expected a closing brace"),
        ("pass${w ord}", "expected the name of a variable"),
        ("${A:-pass${word}", "expected a default without another"),
    ] {
        let text = format!("{{ gateway: {{ auth: {{ token: \"{value}\" }} }} }}");
        let problems = load_text(&text, &[]).unwrap_err().to_string();
        assert!(problems.contains(expected), "{problems}");
        assert!(!problems.contains("pass") && !problems.contains("ord}"), "{problems}");
    }
}

#[test]
fn a_word_that_is_not_allowed_is_answered_with_those_that_are() {
    assert_eq!(
        error("{ logging: { level: 'inof' } }", &[]),
        "1:21: logging.level = \"inof\": expected one of \"error\", \"warn\", \"info\", \"debug\", \
         \"trace\"; did you mean \"info\"?"
    );
    assert_eq!(
        error("{ session: { reset: { mode: 'daily' } } }", &[]),
        "1:29: session.reset.mode = \"daily\": expected \"idle\""
    );
    assert_eq!(
        error("{ gateway: { bind: '${BIND}' } }", &[("BIND", "wan")]),
        "1:20: gateway.bind = '${BIND}', which gives \"wan\": expected one of \"loopback\", \
         \"lan\"; did you mean \"lan\"?"
    );
}

#[test]
fn a_model_of_an_unknown_provider_is_refused() {
    let text = "{ agents: { defaults: { model: { primary: 'opnai/gpt-5' } } } }";
    assert_eq!(
        error(text, &[]),
        "1:43: agents.defaults.model.primary = \"opnai/gpt-5\": expected a provider that is set up \
         under models.providers or built in (anthropic, ollama, openai), there is no \"opnai\"; \
         did you mean \"openai\"?"
    );
    for wrong in ["gpt-5", "/gpt-5", "openai/", "open ai/x", ""] {
        let text = text.replace("opnai/gpt-5", wrong);
        assert!(error(&text, &[]).contains("expected \"provider/model\""), "{wrong}");
    }
}

#[test]
fn a_network_that_is_none_is_refused() {
    let text = "{ gateway: { trustedProxies: ['10.0.0.1', '10.0.0.0/33', 'proxy', 7] } }";
    let found = errors(text, &[]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("1:43: gateway.trustedProxies[1] = \"10.0.0.0/33\": expected an"));
    assert!(found[1].starts_with("1:58: gateway.trustedProxies[2] = \"proxy\": expected an IP"));
    assert!(found[2].starts_with("1:67: gateway.trustedProxies[3] = 7: expected an IP"));
}

#[test]
fn a_provider_without_an_address_or_with_an_unusable_id_is_refused() {
    let text = "{ models: { providers: { mine: {}, 'a/b': { baseUrl: 'http://h' }, odd: 5 } } }";
    let found = errors(text, &[]);
    assert_eq!(
        found,
        [
            "1:26: models.providers.mine: expected a baseUrl, as in baseUrl: \
             \"https://models.example.org/v1\"",
            "1:36: models.providers.a/b: expected an id of at most 64 letters, digits, dots, \
             dashes and underscores",
            "1:73: models.providers.odd = 5: expected an object { … }",
        ]
    );
}

#[test]
fn waiting_longer_for_the_first_word_than_for_the_whole_answer_is_refused() {
    let text =
        "{ models: { providers: { ollama: { timeoutSeconds: 9, firstTokenSeconds: 10 } } } }";
    assert_eq!(
        error(text, &[]),
        "1:74: models.providers.ollama.firstTokenSeconds = 10: expected at most 9, this provider's \
         timeoutSeconds"
    );
}

#[test]
fn a_list_that_is_too_long_is_refused() {
    let list = "'a', ".repeat(257);
    let text = format!("{{ skills: {{ load: {{ extraDirs: [{list}] }} }} }}");
    assert!(error(&text, &[]).ends_with("extraDirs = a list: expected at most 256 elements"));
}

/// The whole report, as an operator sees it.
#[test]
fn all_errors_are_reported_at_once_in_the_order_of_the_file() {
    let text = include_str!("everything-wrong.json");
    let variables = [("OPENCLAW_GATEWAY_PORT", "http"), ("LOG_LEVEL", "loud")];
    let problems = load_text(text, &variables).unwrap_err();
    let expected = include_str!("everything-wrong.report");
    assert_eq!(problems.to_string(), expected.trim_end(), "\n{problems}");
}
