//! Under which name a request calls this gateway.
//!
//! A web page can have its own name resolve to this machine, and then reach whatever listens
//! here from its visitor's browser. The browser still says the page's name, by which such a
//! request is told from one that the user means.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};

/// Whether a request names an IP address or this machine, wherever it names a host at all. What
/// names none comes from no browser.
pub(crate) fn is_addressed_locally(uri: &Uri, headers: &HeaderMap) -> bool {
    let named = headers.get_all(HOST).into_iter().map(|value| value.to_str().unwrap_or("?"));
    named.chain(uri.authority().map(|authority| authority.as_str())).all(is_local)
}

/// Whether a host, with a port or without, can't be a name that someone else gave this machine.
fn is_local(host: &str) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(ip, _)| ip.parse::<Ipv6Addr>().is_ok());
    }
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name.parse::<Ipv4Addr>().is_ok() || name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_localhost_are_local_and_names_are_not() {
        for local in [
            "localhost",
            "LOCALHOST:18789",
            "localhost.",
            "shop.localhost:80",
            "127.0.0.1",
            "10.0.0.7:18789",
            "[::1]",
            "[::1]:18789",
        ] {
            assert!(is_local(local), "{local}");
        }
        for foreign in [
            "",
            "?",
            "evil.example",
            "evil.example:18789",
            "localhost.evil.example",
            "evillocalhost",
            "127.0.0.1.evil.example",
            "[evil.example]",
            "user@127.0.0.1",
        ] {
            assert!(!is_local(foreign), "{foreign}");
        }
    }
}
