//! Defaults, and values out of variables.

use std::time::Duration;

use settings::{Bind, ConsoleStyle, LogLevel};

use crate::support::settings;

#[test]
fn nothing_at_all_gives_the_documented_defaults() {
    let settings = settings("{}", &[]);
    assert_eq!(settings.gateway.address().to_string(), "127.0.0.1:18789");
    assert!(settings.gateway.trusted_proxies.is_empty());
    assert_eq!(settings.agents.system_prompt, None);
    assert_eq!(settings.agents.turn_timeout, Duration::from_secs(120));
    assert_eq!(settings.agents.max_concurrent.get(), 1024);
    assert!(settings.agents.offline_answer);
    assert!(settings.chain().is_empty());
    assert_eq!(settings.session_idle, Duration::from_secs(30 * 60));
    assert_eq!(settings.collect_cap.get(), 20);
    assert!(settings.skills.directory.ends_with("skills"));
    assert!(settings.skills.extra_directories.is_empty() && settings.skills.watch);
    assert_eq!(settings.logging.level, LogLevel::Info);
    assert_eq!(settings.logging.console_style, ConsoleStyle::Pretty);
    assert!(settings.redis_url.is_none() && settings.ollama.is_none());
}

#[test]
fn every_setting_has_its_effect() {
    let text = "{ gateway: { trustedProxies: ['10.0.0.7', '172.16.5.0/12', '::1'] }, \
                agents: { defaults: { systemPrompt: 'Be kind.' } }, \
                session: { reset: { mode: 'idle', idleMinutes: 5 } }, \
                messages: { queue: { mode: 'collect', cap: 3 } }, \
                skills: { load: { watch: false } }, \
                logging: { level: 'trace', consoleStyle: 'json' } }";
    let settings = settings(text, &[]);
    let networks: Vec<_> =
        settings.gateway.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.7/32", "172.16.0.0/12", "::1/128"]);
    assert_eq!(settings.agents.system_prompt.as_deref(), Some("Be kind."));
    assert_eq!(settings.session_idle, Duration::from_secs(5 * 60));
    assert_eq!(settings.collect_cap.get(), 3);
    assert!(!settings.skills.watch);
    assert_eq!(settings.logging.level, LogLevel::Trace);
    assert_eq!(settings.logging.console_style, ConsoleStyle::Json);
}

#[test]
fn a_variable_may_stand_for_a_number_a_switch_or_a_word() {
    let text = "{ gateway: { port: '${PORT}', bind: '${BIND:-lan}' }, \
                agents: { defaults: { offlineAnswer: '${OFFLINE:-false}' } } }";
    let settings = settings(text, &[("PORT", "81")]);
    assert_eq!((settings.gateway.port, settings.gateway.bind), (81, Bind::Lan));
    assert!(!settings.agents.offline_answer);
}

#[test]
fn a_setting_whose_variables_come_out_empty_counts_as_not_set() {
    let text = "{ gateway: { port: '${PORT:-}', auth: { token: '${A:-}${B:-}' } }, \
                agents: { defaults: { systemPrompt: '${PROMPT:-}' } } }";
    let settings = settings(text, &[("PORT", "")]);
    assert_eq!(settings.gateway.port, 18789);
    assert_eq!(settings.agents.system_prompt, None);
}

#[test]
fn a_doubled_dollar_stands_for_a_literal_placeholder() {
    let text = "{ agents: { defaults: { systemPrompt: 'Say $${NAME} for ${NAME}.' } } }";
    let prompt = settings(text, &[("NAME", "Ann")]).agents.system_prompt;
    assert_eq!(prompt.as_deref(), Some("Say ${NAME} for Ann."));
}
