//! From what was written to what is meant: environment overrides, secrets, and all that concerns
//! more than one setting.

mod auth;
mod builtin;
mod chain;
mod channels;
mod limits;
mod ollama_host;
mod overrides;
mod provider;
mod redis;
mod redis_address;
mod secret;
mod sight;
mod telegram;
mod web_chat;
mod whatsapp;

use crate::decode::{Prose, Reader};
use crate::document::{Document, Gateway, QueueMode, ResetMode};
use crate::settings::{AgentSettings, GatewaySettings, LoggingSettings, Settings, SkillsSettings};
use overrides::Overrides;
use provider::Providers;

/// Puts the settings together. Problems go to the reader; if there are errors among them, what is
/// returned must not be used.
pub(crate) fn resolve(document: Document, reader: &Reader<'_>) -> Settings {
    let overrides = Overrides::read(reader);
    let defaults = document.agents.defaults;
    let providers =
        Providers::resolve(document.models, &defaults.model, overrides.ollama.clone(), reader);
    let chain = chain::resolve(&defaults.model, &providers, reader);
    let session = document.session.reset;
    let queue = document.messages.queue;
    let skills = document.skills;
    let (redis_url, redis) = redis::resolve(document.store, overrides.redis_url.clone(), reader);
    Settings {
        gateway: gateway(document.gateway, &overrides, reader),
        agents: AgentSettings {
            system_prompt: defaults.system_prompt.value().map(|Prose(text)| text),
            turn_timeout: defaults.timeout_seconds.seconds(),
            max_concurrent: defaults.max_concurrent.count(),
            offline_answer: defaults.offline_answer.0,
        },
        session_idle: match session.mode {
            ResetMode::Idle => session.idle_minutes.minutes(),
        },
        collect_cap: match queue.mode {
            QueueMode::Collect => queue.cap.count(),
        },
        skills: SkillsSettings {
            directory: reader.resolve(skills.directory.as_path()),
            extra_directories: skills
                .load
                .extra_dirs
                .0
                .iter()
                .map(|directory| reader.resolve(directory.value.as_path()))
                .collect(),
            watch: skills.load.watch.0,
        },
        logging: LoggingSettings {
            level: overrides.log_level.unwrap_or(document.logging.level),
            console_style: document.logging.console_style,
        },
        channels: channels::resolve(document.channels, reader),
        redis_url,
        redis,
        ollama: providers.ollama(&chain),
        chain,
    }
}

fn gateway(gateway: Gateway, overrides: &Overrides, reader: &Reader<'_>) -> GatewaySettings {
    let port = overrides.port.unwrap_or(gateway.port);
    let mut trusted_proxies: Vec<_> =
        gateway.trusted_proxies.0.iter().map(|network| network.value.0).collect();
    for network in &overrides.trusted_proxies {
        if !trusted_proxies.contains(network) {
            trusted_proxies.push(*network);
        }
    }
    GatewaySettings {
        port: u16::try_from(port.get()).unwrap_or(u16::MAX),
        bind: gateway.bind,
        trusted_proxies,
        shutdown_grace: gateway.shutdown_grace_seconds.seconds(),
        api_auth: auth::resolve(gateway.auth, gateway.bind, overrides.token.clone(), reader),
    }
}
