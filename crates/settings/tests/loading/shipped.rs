//! The settings file that comes with the gateway.

use std::path::PathBuf;

use settings::{ApiAuth, Bind, Environment, Settings, Source, load};

use crate::support::settings;

fn shipped(variables: &[(&str, &str)]) -> Settings {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let source = Source { file: Some("config/openclaw.json".into()), directory: root };
    let environment: Environment = variables.iter().copied().collect();
    let loaded = load(&source, &environment).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.warnings, []);
    loaded.settings
}

#[test]
fn the_shipped_file_says_the_same_as_the_defaults() {
    let mut shipped = shipped(&[]);
    let mut defaults = settings("{}", &[]);
    shipped.skills.directory = PathBuf::new();
    defaults.skills.directory = PathBuf::new();
    assert_eq!(format!("{shipped:?}"), format!("{defaults:?}"));
}

#[test]
fn the_shipped_file_opens_up_in_a_container() {
    let settings = shipped(&[
        ("OPENCLAW_BIND", "lan"),
        ("OPENCLAW_TRUSTED_PROXIES", "172.30.238.10"),
        ("OPENCLAW_MODEL", "openai/gpt-4o-mini"),
        ("OPENCLAW_FALLBACK_MODEL", "ollama/llama3.2"),
        ("OPENAI_API_KEY", "key"),
    ]);
    assert_eq!(settings.gateway.bind, Bind::Lan);
    assert!(matches!(settings.gateway.api_auth, ApiAuth::Locked));
    assert_eq!(settings.gateway.trusted_proxies, ["172.30.238.10/32".parse().unwrap()]);
    let models: Vec<&str> = settings.chain().iter().map(|model| model.model.as_str()).collect();
    assert_eq!(models, ["gpt-4o-mini", "llama3.2"]);
}

/// What is commented out must be right too, since it is there to be uncommented.
#[test]
fn the_examples_in_the_shipped_file_are_valid() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/openclaw.json");
    let text = std::fs::read_to_string(path).unwrap();
    let is_example = |comment: &str| {
        let starts = [
            "mode:",
            "token:",
            "systemPrompt:",
            "primary:",
            "redisUrl:",
            "allowFrom:",
            "groups:",
            "allowedOrigins:",
            "sessionSecret:",
            "acceptedSessionSecrets:",
            "sentinelPassword:",
            "replicasToAcknowledge:",
            "\"172.",
            "\"openai/",
            "example: {",
        ];
        starts.iter().any(|start| comment.starts_with(start))
            || comment.starts_with("  ")
            || comment == "},"
    };
    let mut uncommented = 0;
    let lines = text.lines().map(|line| match line.trim_start().strip_prefix("// ") {
        Some(comment) if is_example(comment) && line.starts_with(' ') => {
            uncommented += 1;
            comment.to_owned()
        }
        Some(_) | None => line.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    assert!(uncommented >= 16, "{text}");
    let variables = [
        ("API_TOKEN", "a"),
        ("EXAMPLE_API_KEY", "b"),
        ("OPENAI_API_KEY", "c"),
        ("OPENCLAW_MODEL", "ollama/llama3.2"),
    ];
    let variables =
        variables.into_iter().chain([("TELEGRAM_BOT_TOKEN", "42:AAH-very_secret-token")]);
    let variables = variables.chain([("TELEGRAM_MODE", "polling")]).chain([
        ("WHATSAPP_PHONE_NUMBER_ID", "106540352242922"),
        ("WHATSAPP_ACCESS_TOKEN", "d"),
        ("WHATSAPP_APP_SECRET", "e"),
        ("WHATSAPP_VERIFY_TOKEN", "f"),
    ]);
    let variables = variables.chain([
        ("WEBCHAT_ALLOWED_ORIGIN", "https://shop.example,https://www.shop.example"),
        ("WEBCHAT_SESSION_SECRET", "0123456789abcdef"),
        ("WEBCHAT_ACCEPTED_SESSION_SECRET", "0123456789abcdef"),
        ("WEBCHAT_IDENTITY_SECRET", "0123456789abcdef"),
    ]);
    let variables: Vec<_> = variables.collect();
    let settings = settings(&text, &variables);
    assert_eq!(settings.chain().len(), 2);
    assert!(settings.redis_url.is_some());
    assert_eq!(settings.channels.whatsapp.unwrap().allow_from, ["4915112345678"]);
    let chat = settings.channels.web_chat.unwrap();
    assert!(chat.session_secret.is_some() && chat.identity_secret.is_some());
    assert_eq!((chat.allowed_origins.len(), chat.accepted_session_secrets.len()), (2, 1));
    let telegram = settings.channels.telegram.unwrap();
    assert_eq!(telegram.allow_from, ["123456789", "@ann"]);
    assert_eq!(telegram.groups_allow_from, ["-1001234567890"]);
    assert_eq!(settings.gateway.trusted_proxies.len(), 1);
}
