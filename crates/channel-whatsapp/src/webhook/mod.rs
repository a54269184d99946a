//! The routes that WhatsApp calls: `GET` to verify the address, `POST` with what happened.
//!
//! Only 200 counts as received, so it is answered only after everything is stored. Whatever else
//! is answered makes WhatsApp send the same again, for seven days.

mod body;
mod doubts;
mod moves;
mod receive;
mod refusal;
mod signature;
mod sorted;
mod status_log;
mod storing;
mod verification;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use conversation::ports::{Inbox, Notes, Receipts};
use conversation::{Clock, Rate};
use secrecy::ExposeSecret as _;

use crate::allow::{DmPolicy, Entry, is_answered};
use crate::figures;
use crate::inbound::Sender;
use crate::options::{InvalidOptions, Options};

/// Where WhatsApp calls.
pub const PATH: &str = "/webhooks/whatsapp";

/// What the routes need.
pub struct Parts {
    /// Where messages are made durable.
    pub inbox: Arc<dyn Inbox>,
    /// Where everything else that happens in conversations is.
    pub notes: Arc<dyn Notes>,
    /// Where it is told what became of replies.
    pub receipts: Arc<dyn Receipts>,
    /// The time that messages without one are stamped with.
    pub clock: Arc<dyn Clock>,
}

/// What the handlers share.
struct Shared {
    parts: Parts,
    number: String,
    app_secret: signature::Secret,
    verify_token: verification::Token,
    dm_policy: DmPolicy,
    allow_from: Vec<Entry>,
    rate: Option<Rate>,
    body_bytes: usize,
    carried: moves::Carried,
    forgotten: status_log::Forgotten,
    doubts: doubts::Doubts,
}

impl Shared {
    /// Whether whoever sent something is answered.
    fn answers(&self, sender: &Sender) -> bool {
        let (phone, user_id) = (sender.phone.as_deref(), sender.user_id.as_deref());
        is_answered(self.dm_policy, &self.allow_from, phone, user_id)
    }
}

/// The routes, to be merged into the server's own.
///
/// # Errors
/// [`InvalidOptions::EmptySecret`].
pub fn router(options: &Options, parts: Parts) -> Result<Router, InvalidOptions> {
    let secret = options.app_secret.expose_secret();
    let token = options.verify_token.expose_secret();
    for (name, value) in [("appSecret", secret), ("verifyToken", token)] {
        if value.is_empty() {
            return Err(InvalidOptions::EmptySecret(name));
        }
    }
    figures::describe();
    let shared = Shared {
        number: options.phone_number_id.clone(),
        app_secret: signature::Secret::new(secret),
        verify_token: verification::Token::new(token),
        dm_policy: options.dm_policy,
        allow_from: options.allow_from.clone(),
        rate: options.rate,
        body_bytes: options.body_bytes,
        carried: moves::Carried::default(),
        forgotten: status_log::Forgotten::default(),
        doubts: doubts::Doubts::default(),
        parts,
    };
    let route = get(verification::verify).post(receive::receive);
    Ok(Router::new().route(PATH, route).with_state(Arc::new(shared)))
}
