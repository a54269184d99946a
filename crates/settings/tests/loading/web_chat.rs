//! The chat that sites embed.

use std::time::Duration;

use secrecy::ExposeSecret;
use settings::WebChatSettings;

use crate::support::{Directory, error, errors, settings};

const SECRET: &str = "a-secret-of-some-length";

fn chat(section: &str) -> Option<WebChatSettings> {
    let text = format!("{{ channels: {{ webchat: {{ {section} }} }} }}");
    settings(&text, &[]).channels.web_chat
}

fn refused(section: &str) -> String {
    error(&format!("{{ channels: {{ webchat: {{ {section} }} }} }}"), &[])
}

#[test]
fn it_is_on_unless_it_is_switched_off() {
    let usual = chat("").unwrap();
    assert!(usual.session_secret.is_none() && usual.identity_secret.is_none());
    assert!(usual.allowed_origins.is_empty() && usual.accepted_session_secrets.is_empty());
    assert_eq!(usual.session, Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(usual.greeting, None);
    assert!(chat("enabled: false").is_none());
}

#[test]
fn everything_of_the_section_arrives() {
    let directory = Directory::new();
    directory.write("identity", format!("{SECRET}-2\n")).write(
        "config/openclaw.json",
        format!(
            "{{ channels: {{ webchat: {{ allowedOrigins: ['https://Shop.example:443/', \
             'http://localhost:8000'], sessionSecret: '{SECRET}', acceptedSessionSecrets: \
             ['{SECRET}-old'], sessionDays: 7, identitySecretFile: 'identity', \
             greeting: 'Hello!', attachments: false }} }} }}"
        ),
    );
    let loaded = directory.load(&[]).unwrap();
    assert_eq!(loaded.warnings, []);
    let chat = loaded.settings.channels.web_chat.unwrap();
    assert_eq!(chat.allowed_origins, ["https://shop.example", "http://localhost:8000"]);
    assert_eq!(chat.session_secret.unwrap().expose_secret(), SECRET);
    assert_eq!(chat.accepted_session_secrets[0].expose_secret(), format!("{SECRET}-old"));
    assert_eq!(chat.session, Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!(chat.identity_secret.unwrap().expose_secret(), format!("{SECRET}-2"));
    assert_eq!(chat.greeting.as_deref(), Some("Hello!"));
}

#[test]
fn an_origin_is_a_scheme_and_a_host_and_nothing_else() {
    for wrong in
        ["*", "shop.example", "https://shop.example/cart", "ftp://a", "https://u:p@a", "null"]
    {
        let found = refused(&format!("allowedOrigins: ['{wrong}']"));
        let expected = "channels.webchat.allowedOrigins[0]";
        assert!(found.contains(expected) && found.contains("expected the origin"), "{found}");
    }
}

#[test]
fn several_origins_fit_into_one_variable() {
    let text = "{ channels: { webchat: { allowedOrigins: ['${SITES:-}', 'https://c.example'] } } }";
    let of = |sites: &str| {
        settings(text, &[("SITES", sites)]).channels.web_chat.unwrap().allowed_origins
    };
    let all = ["https://a.example", "http://b.example:8000", "https://c.example"];
    assert_eq!(of("https://a.example, http://b.example:8000,"), all);
    assert_eq!(of(""), ["https://c.example"]);
    for wrong in ["https://a.example,b.example", ","] {
        let found = error(text, &[("SITES", wrong)]);
        assert!(found.contains("allowedOrigins[0]") && found.contains("expected"), "{found}");
    }
}

#[test]
fn an_origin_with_a_star_is_refused_since_it_would_match_nothing() {
    for star in ["https://*.shop.example", "https://*", "*", "https://a.example,https://*.b"] {
        let found = refused(&format!("allowedOrigins: ['{star}']"));
        assert!(found.contains("the origin of each site spelled out"), "{found}");
        assert!(found.contains("* stands for no site"), "{found}");
    }
}

#[test]
fn a_secret_that_can_be_guessed_is_refused_and_not_shown() {
    let text = "{ channels: { webchat: { sessionSecret: 'hush', identitySecret: 'hush', \
                acceptedSessionSecrets: ['hush'] } } }";
    let found = errors(text, &[]);
    assert_eq!(found.len(), 3, "{found:#?}");
    for error in found {
        assert!(error.contains("expected at least 16 characters, found 4"), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[test]
fn files_of_visitors_are_not_promised() {
    let found = refused("attachments: true");
    assert!(found.contains("channels.webchat.attachments = true: expected false"), "{found}");
}
