//! The channels that are on.

use std::sync::Arc;

use axum::Router;
use conversation::Clock;
use conversation::ports::Channel;
use http_api::Description;
use settings::ChannelSettings;

use super::web_chat::Chat;
use super::{Beside, Stores, telegram, whatsapp};

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
            channels.senders.push(Arc::new(channel));
            channels.routes = channels.routes.merge(routes);
        }
        if let Some(settings) = &settings.telegram {
            let parts = telegram::channel(settings, stores, Arc::clone(clock), replica)?;
            channels.senders.push(parts.channel);
            channels.routes = channels.routes.merge(parts.routes);
            channels.beside.push(parts.beside);
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
