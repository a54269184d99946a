//! What the gateway runs with: every value checked, every default filled in, every secret read.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use crate::channels::ChannelSettings;
use crate::document::{Bind, ConsoleStyle, LogLevel, ProviderApi};

/// All settings, resolved.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the gateway is reached.
    pub gateway: GatewaySettings,
    /// How messages are answered.
    pub agents: AgentSettings,
    /// How long a conversation is remembered after its last message.
    pub session_idle: Duration,
    /// How many waiting messages one turn answers together.
    pub collect_cap: NonZeroUsize,
    /// Where the skills are.
    pub skills: SkillsSettings,
    /// The channels that are on.
    pub channels: ChannelSettings,
    /// What is logged, and how.
    pub logging: LoggingSettings,
    /// The address of Redis; without one, conversations live in this process.
    pub redis_url: Option<SecretString>,
    /// How Redis is reached beyond its address.
    pub redis: RedisSettings,
    /// The Ollama that the settings or `OLLAMA_HOST` speak of, whether or not a model of it is in
    /// the chain. Health reports on it.
    pub ollama: Option<Url>,
    pub(crate) chain: Vec<ResolvedModel>,
}

impl Settings {
    /// The models to ask, in order. Empty when none is configured: then the skills answer.
    #[must_use]
    pub fn chain(&self) -> &[ResolvedModel] {
        &self.chain
    }
}

/// How Redis is reached beyond its address.
#[derive(Debug, Clone, Default)]
pub struct RedisSettings {
    /// The certificates, in PEM, of the authority that vouches for it; none for those that the
    /// system trusts.
    pub authority: Option<Vec<u8>>,
    /// The Sentinels' own password.
    pub sentinel_password: Option<SecretString>,
    /// How many replicas must have what is written before it is acknowledged.
    pub replicas_to_acknowledge: usize,
}

/// How the gateway is reached.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// The TCP port.
    pub port: u16,
    /// Who can connect.
    pub bind: Bind,
    /// Who may use the API.
    pub api_auth: ApiAuth,
    /// The proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a stop waits for what is in flight.
    pub shutdown_grace: Duration,
}

impl GatewaySettings {
    /// The address to listen on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let ip = match self.bind {
            Bind::Loopback => Ipv4Addr::LOCALHOST,
            Bind::Lan => Ipv4Addr::UNSPECIFIED,
        };
        SocketAddr::new(IpAddr::V4(ip), self.port)
    }
}

/// Who may use the API.
#[derive(Debug, Clone)]
pub enum ApiAuth {
    /// Everybody who can connect, which is this machine only.
    Open,
    /// Those who send this token.
    Token(SecretString),
    /// Nobody: others can connect, but no token is set. The API answers 401 and says how to set
    /// one; health and webhooks work.
    Locked,
}

/// How messages are answered.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    /// What the model is told about its task; none for the gateway's own words.
    pub system_prompt: Option<String>,
    /// The longest that one turn may take over all models.
    pub turn_timeout: Duration,
    /// How many turns one replica works on at once.
    pub max_concurrent: NonZeroUsize,
    /// Whether the skills are quoted when every model has failed.
    pub offline_answer: bool,
}

/// Where the skills are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillsSettings {
    /// The main directory.
    pub directory: PathBuf,
    /// Further directories.
    pub extra_directories: Vec<PathBuf>,
    /// Whether changed files take effect without a restart.
    pub watch: bool,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct LoggingSettings {
    /// The least important kind of event that is logged.
    pub level: LogLevel,
    /// The form of a log line.
    pub console_style: ConsoleStyle,
}

/// A model of the chain with all that is needed to ask it.
#[derive(Debug, Clone)]
pub struct ResolvedModel {
    /// The provider's id, for logs and metrics; models of one provider share its limits.
    pub provider_id: String,
    /// The protocol it speaks.
    pub api: ProviderApi,
    /// Its address. The path has no slash at its end, unless it is nothing but the slash.
    pub base_url: Url,
    /// Its key, if it asks for one.
    pub api_key: Option<SecretString>,
    /// The model's name, as the provider knows it.
    pub model: String,
    /// How long to wait for the first word.
    pub first_token: Duration,
    /// The longest that one answer may take. Never less than `first_token`.
    pub total: Duration,
    /// How many answers this replica asks of the provider at once.
    pub max_concurrent: NonZeroUsize,
    /// Whether it can look at pictures.
    pub sees: bool,
}
