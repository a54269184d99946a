//! `gateway`: the address, who may use the API, and which proxies to believe.

use crate::decode::{FilePath, List, Network, Secret, Setting, Whole, choice, section};

section! {
    /// How the gateway is reached.
    struct Gateway {
        /// The TCP port to listen on. Default 18789, OpenClaw's own, so that clients find it.
        /// `OPENCLAW_GATEWAY_PORT` overrides it.
        port: Whole<1, 65_535> = Whole::of::<18_789>(),
        /// Who can connect. Default `loopback`: nothing is open to others before somebody asked
        /// for it.
        bind: Bind = Bind::Loopback,
        /// Who may use the API.
        auth: Auth,
        /// Addresses and networks of the proxies in front, whose `X-Request-Id` is believed, which
        /// makes a request that a proxy repeats the same message, and whose `X-Forwarded-For`, by
        /// which visitors of Web Chat are told apart. Default none, since anybody can send these
        /// headers. Those of `OPENCLAW_TRUSTED_PROXIES`, separated by commas, count as well.
        trusted_proxies: List<Network>,
        /// How long a stop waits for the turns and requests in flight, in seconds. Default 25:
        /// less than the 30 that container runtimes give before they kill.
        shutdown_grace_seconds: Whole<0, 600> = Whole::of::<25>(),
    }
}

section! {
    /// Who may use the API. Health checks and webhooks are not concerned: webhooks are signed.
    struct Auth {
        /// How callers prove themselves. Default `token` if a token is set; else `none` on
        /// loopback, while on the LAN the API refuses every call until a token is set.
        mode: Setting<AuthMode>,
        /// The token that callers send as `Authorization: Bearer …`. `OPENCLAW_GATEWAY_TOKEN`
        /// overrides it.
        token: Setting<Secret>,
        /// A file that holds the token, in place of `token`.
        token_file: Setting<FilePath>,
    }
}

choice! {
    /// Who can connect to the gateway.
    pub enum Bind {
        /// Only programs on this machine, such as a proxy.
        Loopback = "loopback",
        /// Every machine that can reach this one. Containers need it.
        Lan = "lan",
    }
}

choice! {
    /// How callers of the API prove themselves.
    pub(crate) enum AuthMode {
        /// Not at all. Only possible on loopback.
        None = "none",
        /// By a token.
        Token = "token",
    }
}
