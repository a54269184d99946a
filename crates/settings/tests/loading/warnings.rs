//! What looks wrong but does not stop the start.

use crate::support::{settings, warnings};

#[test]
fn an_unknown_key_is_answered_with_the_nearest_known_one() {
    let text = "{\n  gatway: { port: 0 },\n  gateway: { trusted_proxies: [] },\n}";
    assert_eq!(
        warnings(text),
        [
            "2:3: warning: gatway: unknown key, ignored; did you mean \"gateway\"?",
            "3:14: warning: gateway.trusted_proxies: unknown key, ignored; did you mean \
             \"trustedProxies\"?",
        ]
    );
    assert_eq!(
        warnings("{ models: { providers: { ollama: { baseURL: 'http://h' } } } }"),
        ["1:36: warning: models.providers.ollama.baseURL: unknown key, ignored; did you mean \
          \"baseUrl\"?"]
    );
}

#[test]
fn an_unknown_key_that_is_near_to_none_is_answered_with_all_of_them() {
    assert_eq!(
        warnings("{ plugins: { telegraph: {} } }"),
        ["1:3: warning: plugins: unknown key, ignored; known here: gateway, agents, models, \
          session, messages, channels, skills, logging, store"]
    );
}

#[test]
fn variables_in_unknown_sections_are_left_alone() {
    assert_eq!(warnings("{ plugins: { telegraph: { botToken: '${BOT_TOKEN}' } } }").len(), 1);
}

#[test]
fn the_reference_to_a_schema_is_expected() {
    settings("{ $schema: './openclaw.schema.json' }", &[]);
    assert_eq!(warnings("{ gateway: { $schema: 'x' } }").len(), 1);
}

#[test]
fn a_model_that_is_named_twice_is_asked_once() {
    let text = "{ agents: { defaults: { model: { primary: 'ollama/a', \
                fallbacks: ['ollama/b', 'ollama/a'] } } } }";
    assert_eq!(
        warnings(text),
        ["1:79: warning: agents.defaults.model.fallbacks[1]: this model is named before, and is \
          asked only once"]
    );
}

#[test]
fn a_token_that_is_not_asked_for_is_pointed_out() {
    let text = "{ gateway: { auth: { mode: 'none', token: 'abc' } } }";
    assert_eq!(
        warnings(text),
        [
            "1:28: warning: gateway.auth.mode: a token is set, but with \"none\" nobody is asked for \
          it"
        ]
    );
}

#[test]
fn an_address_that_ends_in_what_the_gateway_adds_itself_is_pointed_out() {
    let at = |url: &str| {
        warnings(&format!("{{ models: {{ providers: {{ x: {{ baseUrl: '{url}' }} }} }} }}"))
    };
    assert_eq!(
        at("https://h.example/v1/chat/completions/"),
        [
            "1:40: warning: models.providers.x.baseUrl: ends in /chat/completions, which the gateway \
          adds itself: leave that out, so that the address ends before it"
        ]
    );
    for (url, tail) in [
        ("https://h.example/v1/messages", "/v1/messages"),
        ("https://h.example/messages", "/messages"),
        ("http://h.example:11434/api/chat", "/api/chat"),
    ] {
        let told = at(url);
        assert!(matches!(&*told, [only] if only.contains(&format!("ends in {tail},"))), "{told:?}");
    }
    for url in ["https://h.example/v1", "https://h.example", "https://chat.example/completions/v1"]
    {
        assert_eq!(at(url), [""; 0]);
    }
}
