//! What the settings say about the channel, and the limits that stand around it.

use std::time::Duration;

use conversation::Rate;
use ipnet::IpNet;
use secrecy::SecretString;

/// Everything about the chat of one gateway.
#[derive(Clone, Debug)]
pub struct Options {
    /// Origins besides the gateway's own whose pages may embed the chat, such as
    /// `https://shop.example`.
    pub allowed_origins: Vec<String>,
    /// Which pages are the gateway's own.
    pub own_pages: OwnPages,
    /// The secret that new sessions are signed with, the same on all replicas.
    pub session_secret: SecretString,
    /// Further secrets whose sessions are still taken, so that the one above can be changed.
    pub accepted_secrets: Vec<SecretString>,
    /// How long a session lasts after it was last renewed.
    pub session: Duration,
    /// The secret with which the site vouches for who its visitor is; nobody can if there is none.
    pub identity_secret: Option<SecretString>,
    /// What the widget says first.
    pub greeting: Option<String>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How much and how often.
    pub limits: Limits,
}

impl Options {
    /// A chat for the pages of the gateway's own origin, with the usual limits.
    #[must_use]
    pub fn new(session_secret: SecretString) -> Self {
        Self {
            allowed_origins: Vec::new(),
            own_pages: OwnPages::OfTheNameAsked,
            session_secret,
            accepted_secrets: Vec::new(),
            session: Duration::from_secs(30 * 24 * 60 * 60),
            identity_secret: None,
            greeting: None,
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// Which pages are the gateway's own, and may always use the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPages {
    /// Those of the very name by which a request calls the gateway, whatever that is.
    OfTheNameAsked,
    /// Of those only the ones with a name of this machine, such as `localhost`. For a gateway that
    /// only this machine can reach: there a browser that comes by another name was sent by a page
    /// whose author had that name lead here.
    OfThisMachine,
}

/// How much a visitor may send, and how often. The rates of an address are those of a whole office
/// or campus, which may have one address.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest body of a request, in bytes: the longest message with every character escaped.
    pub body_bytes: usize,
    /// The longest message, in characters.
    pub message_chars: usize,
    /// How many entries of a transcript are read at once: what one is told who reads slowly is held
    /// meanwhile.
    pub page: usize,
    /// How many streams one replica keeps open, so that some connections are left for all else.
    pub streams: usize,
    /// How many of them from one address.
    pub streams_of_one_address: u16,
    /// How often a stream shows that it is alive, and asks the store for what it may have missed.
    /// Proxies cut at 60 s.
    pub heartbeat: Duration,
    /// How often one session may send a message.
    pub messages_of_session: Rate,
    /// How often the sessions of one address may.
    pub messages_of_address: Rate,
    /// How often one address may ask for a session.
    pub sessions_of_address: Rate,
    /// How often one session may open a stream, or ask to stop.
    pub requests_of_session: Rate,
    /// How often the sessions of one address may, together.
    pub streams_of_address: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = |burst, period| Rate { burst, period: Duration::from_millis(period) };
        Self {
            body_bytes: 128 * 1024,
            message_chars: 8_000,
            page: 16,
            streams: 11_000,
            streams_of_one_address: 500,
            heartbeat: Duration::from_secs(20),
            messages_of_session: rate(20, 1_500),
            messages_of_address: rate(200, 100),
            sessions_of_address: rate(300, 100),
            requests_of_session: rate(60, 1_000),
            streams_of_address: rate(600, 50),
        }
    }
}
