//! The channels that are on.

use std::sync::Arc;

use axum::Router;
use conversation::Clock;
use conversation::ports::Channel;
use http_api::Description;
use settings::ChannelSettings;

use super::web_chat::Chat;
use super::{Beside, Stores, telegram, whatsapp};

/// Says whether a channel's provider refuses the token of the settings.
pub(crate) type Refused = Box<dyn Fn() -> bool + Send + Sync>;

/// The parts of all channels.
#[derive(Default)]
pub(super) struct Channels {
    /// Those that send.
    pub(super) senders: Vec<Arc<dyn Channel>>,
    /// Their routes.
    pub(super) routes: Router,
    /// What those of them are that customers' programs may use.
    pub(super) described: Vec<Description>,
    /// What runs beside them.
    pub(super) beside: Vec<Beside>,
    /// Which of their providers refuse this gateway.
    pub(super) refused: Vec<Refused>,
}

impl Channels {
    /// Puts those together that are on.
    pub(super) fn connect(
        settings: &ChannelSettings,
        stores: &Stores,
        clock: &Arc<dyn Clock>,
        replica: &str,
    ) -> anyhow::Result<Self> {
        let mut channels = Self::default();
        if let Some(settings) = &settings.whatsapp {
            let (channel, routes) = whatsapp::channel(settings, stores, Arc::clone(clock))?;
            let channel = Arc::new(channel);
            channels.senders.push(Arc::clone(&channel) as Arc<dyn Channel>);
            channels.refused.push(Box::new(move || channel.is_refused()));
            channels.routes = channels.routes.merge(routes);
        }
        if let Some(settings) = &settings.telegram {
            let parts = telegram::channel(settings, stores, Arc::clone(clock), replica)?;
            channels.senders.push(parts.channel);
            channels.routes = channels.routes.merge(parts.routes);
            channels.beside.push(parts.beside);
            channels.refused.push(parts.refused);
        }
        Ok(channels)
    }

    /// Adds the chat that sites embed. It sends nothing: its visitors read along.
    pub(super) fn embed(&mut self, chat: Chat) {
        self.routes = std::mem::take(&mut self.routes).merge(chat.routes);
        self.described.push(chat.described);
        self.beside.push(chat.beside);
    }
}
