#![doc = include_str!("../README.md")]

mod channels;
mod decode;
mod document;
mod environment;
mod load;
mod problem;
mod resolve;
mod schema;
mod settings;
mod source;
mod syntax;

pub use channels::{
    ChannelSettings, RateLimitSettings, TelegramIntake, TelegramSettings, WebChatSettings,
    WhatsAppSettings,
};
pub use document::{Bind, ConsoleStyle, DmPolicy, LogLevel, ProviderApi, Streaming};
pub use environment::Environment;
pub use load::{Loaded, load};
pub use problem::{Place, Problem, Problems, Severity};
pub use schema::schema;
pub use settings::{
    AgentSettings, ApiAuth, GatewaySettings, LoggingSettings, RedisSettings, ResolvedModel,
    Settings, SkillsSettings,
};
pub use source::{DEFAULT_PATH, PATH_VARIABLE, Source};
