//! The variables that override the file.

use secrecy::ExposeSecret;
use settings::LogLevel;

use crate::support::{errors, settings};

const FILE: &str = "{ gateway: { port: 1000 }, logging: { level: 'error' }, \
                    store: { redisUrl: 'redis://file' }, \
                    models: { providers: { ollama: { baseUrl: 'http://file:1' } } } }";

#[test]
fn variables_override_the_file() {
    let variables = [
        ("OPENCLAW_GATEWAY_PORT", "2000"),
        ("REDIS_URL", "redis://environment:1/2"),
        ("OLLAMA_HOST", "environment"),
        ("LOG_LEVEL", "DEBUG"),
    ];
    let settings = settings(FILE, &variables);
    assert_eq!(settings.gateway.port, 2000);
    assert_eq!(settings.redis_url.unwrap().expose_secret(), "redis://environment:1/2");
    assert_eq!(settings.ollama.unwrap().as_str(), "http://environment:11434/");
    assert_eq!(settings.logging.level, LogLevel::Debug);
}

#[test]
fn empty_variables_count_as_unset() {
    let variables = [
        ("OPENCLAW_CONFIG_PATH", ""),
        ("OPENCLAW_GATEWAY_PORT", ""),
        ("OPENCLAW_GATEWAY_TOKEN", ""),
        ("REDIS_URL", ""),
        ("OLLAMA_HOST", ""),
        ("LOG_LEVEL", ""),
    ];
    let settings = settings(FILE, &variables);
    assert_eq!(settings.gateway.port, 1000);
    assert_eq!(settings.redis_url.unwrap().expose_secret(), "redis://file");
    assert_eq!(settings.ollama.unwrap().as_str(), "http://file:1/");
    assert_eq!(settings.logging.level, LogLevel::Error);
}

#[test]
fn proxies_are_trusted_that_the_environment_names_with_and_without_a_file() {
    let variable = [("OPENCLAW_TRUSTED_PROXIES", "10.0.0.7, 172.16.5.1/12,,::1")];
    let trusted = |text: &str| -> Vec<String> {
        let gateway = settings(text, &variable).gateway;
        gateway.trusted_proxies.iter().map(ToString::to_string).collect()
    };
    assert_eq!(trusted("{}"), ["10.0.0.7/32", "172.16.0.0/12", "::1/128"]);
    let file = "{ gateway: { trustedProxies: ['192.168.0.0/16', '10.0.0.7'] } }";
    assert_eq!(trusted(file), ["192.168.0.0/16", "10.0.0.7/32", "172.16.0.0/12", "::1/128"]);
    let found = errors("{}", &[("OPENCLAW_TRUSTED_PROXIES", "10.0.0.7,proxy")]);
    assert_eq!(
        found,
        [
            "environment: OPENCLAW_TRUSTED_PROXIES = \"proxy\": expected an IP address or a network in \
          CIDR form, as in \"10.0.0.7\" or \"172.16.0.0/12\"; several are separated by commas"
        ]
    );
}

#[test]
fn every_wrong_variable_is_named() {
    let variables = [
        ("OPENCLAW_GATEWAY_PORT", "99999"),
        ("OPENCLAW_GATEWAY_TOKEN", "two words"),
        ("REDIS_URL", "http://redis"),
        ("OLLAMA_HOST", "ftp://ollama"),
        ("LOG_LEVEL", "wran"),
        ("OPENAI_API_KEY", "two words"),
    ];
    let text = "{ agents: { defaults: { model: { primary: 'openai/gpt-5' } } } }";
    let mut found = errors(text, &variables);
    found.sort();
    let secret = "expected a secret of visible ASCII characters, without spaces or line breaks";
    assert_eq!(
        found,
        [
            "environment: LOG_LEVEL = \"wran\": expected one of error, warn, info, debug, trace; \
             did you mean \"warn\"?",
            "environment: OLLAMA_HOST = \"ftp://ollama\": expected the address of Ollama, as in \
             \"ollama:11434\" or \"http://127.0.0.1:11434\"",
            &format!("environment: OPENAI_API_KEY = (hidden): {secret}"),
            "environment: OPENCLAW_GATEWAY_PORT = \"99999\": expected a whole number from 1 to \
             65535",
            &format!("environment: OPENCLAW_GATEWAY_TOKEN = (hidden): {secret}"),
            "environment: REDIS_URL = (hidden): expected a URL such as redis://host:6379/0 for one \
             server, redis-sentinel://host:26379,host:26379/mymaster for the master that Sentinels \
             watch, redis-cluster://host:6379,host:6379 for a Cluster, each with rediss instead of \
             redis for TLS, or redis+unix:///path for a socket",
        ]
    );
}

#[test]
fn variables_are_checked_even_if_the_file_is_broken() {
    let found = errors("{", &[("OPENCLAW_GATEWAY_PORT", "x")]);
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn keys_of_providers_that_are_not_used_are_none_of_our_business() {
    settings("{}", &[("OPENAI_API_KEY", "two words")]);
}
