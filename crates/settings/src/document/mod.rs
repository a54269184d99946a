//! What may stand in `openclaw.json`, one section per file.
//!
//! A section names its keys, their ranges, defaults and reasons; the JSON Schema is made from it.
//! A new section, for example a channel's, is a file here and a field below.

mod agents;
mod channels;
mod gateway;
mod logging;
mod messages;
mod model_ref;
mod models;
mod session;
mod skills;
mod store;

use crate::decode::section;

pub(crate) use agents::{Agents, Model};
pub(crate) use channels::{
    Channels, RateLimit, Telegram, TelegramMode, TelegramSender, WebChat, WhatsApp,
};
pub use channels::{DmPolicy, Streaming};
pub use gateway::Bind;
pub(crate) use gateway::{Auth, AuthMode, Gateway};
pub(crate) use logging::Logging;
pub use logging::{ConsoleStyle, LogLevel};
pub(crate) use messages::{Messages, QueueMode};
pub(crate) use model_ref::{ModelId, ModelRef};
pub use models::ProviderApi;
pub(crate) use models::{ModelInput, Models, Provider, ProviderModel};
pub(crate) use session::{ResetMode, Session};
pub(crate) use skills::Skills;
pub(crate) use store::Store;

section! {
    /// Settings of the OpenClaw gateway. Texts may hold variables of the environment: `${VAR}` must
    /// be set, `${VAR:-default}` need not be, and `$${` stands for a literal `${`. A setting whose
    /// variables come out empty counts as not set. Relative paths start from the working directory.
    #[schemars(title = "OpenClaw gateway settings")]
    struct Document {
        /// How the gateway is reached.
        gateway: Gateway,
        /// How messages are answered.
        agents: Agents,
        /// Where the language models are.
        models: Models,
        /// How long a conversation is remembered.
        session: Session,
        /// What happens to messages that come in while an answer is being made.
        messages: Messages,
        /// The ways besides the API by which customers write.
        channels: Channels,
        /// What the gateway knows of the company.
        skills: Skills,
        /// What is logged, and how.
        logging: Logging,
        /// Where conversations are kept.
        store: Store,
    }
}
