//! Which pages may use the chat, and what browsers are told about it.

use std::collections::HashSet;
use std::net::IpAddr;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HOST, ORIGIN, VARY,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue};

use crate::options::OwnPages;

/// The pages that may use the chat.
pub(crate) struct Origins {
    allowed: HashSet<String>,
    own: OwnPages,
}

/// What a request says of the page that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Nothing: it isn't a browser's, or it is one's request to its page's own server.
    Unsaid,
    /// It may use the chat.
    Allowed(HeaderValue),
    /// It may not.
    Foreign,
}

impl Origins {
    pub(crate) fn new(allowed: Vec<String>, own: OwnPages) -> Self {
        Self { allowed: allowed.into_iter().collect(), own }
    }

    /// Judges a request by its `Origin`. Pages that were served under the name by which this very
    /// request calls the gateway are its own.
    pub(crate) fn page(&self, headers: &HeaderMap) -> Page {
        let mut origins = headers.get_all(ORIGIN).into_iter();
        let Some(origin) = origins.next() else { return Page::Unsaid };
        let text = origin.to_str().unwrap_or_default();
        let is_own = || headers.get(HOST).is_some_and(|host| self.is_own(text, host));
        if origins.next().is_none() && (self.allowed.contains(text) || is_own()) {
            Page::Allowed(origin.clone())
        } else {
            Page::Foreign
        }
    }

    fn is_own(&self, origin: &str, host: &HeaderValue) -> bool {
        is_of_host(origin, host)
            && match self.own {
                OwnPages::OfTheNameAsked => true,
                OwnPages::OfThisMachine => is_of_this_machine(host),
            }
    }
}

/// Whether a name can only lead to the machine on which it is asked for.
fn is_of_this_machine(host: &HeaderValue) -> bool {
    let Ok(host) = Authority::try_from(host.as_bytes()) else { return false };
    let name = host.host().to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match address {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

/// Whether an origin is of this host and port, over whatever scheme: what ends TLS stands before us.
fn is_of_host(origin: &str, host: &HeaderValue) -> bool {
    let schemes = ["https://", "http://"];
    let named = schemes.iter().find_map(|scheme| origin.strip_prefix(scheme));
    named.is_some_and(|named| named.as_bytes().eq_ignore_ascii_case(host.as_bytes()))
}

impl Page {
    /// Tells the browser that the page may read the answer.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if let Self::Allowed(origin) = self {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            let exposed = HeaderValue::from_static("Retry-After");
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

/// Tells the browser what a page may ask.
pub(crate) fn tell_preflight(headers: &mut HeaderMap) {
    let methods = HeaderValue::from_static("GET, POST");
    let asked = HeaderValue::from_static("Authorization, Content-Type, Last-Event-ID");
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(host: &str, origins: &[&str]) -> Page {
        page_of(OwnPages::OfTheNameAsked, host, origins)
    }

    fn page_of(own: OwnPages, host: &str, origins: &[&str]) -> Page {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        for origin in origins {
            headers.append(ORIGIN, origin.parse().unwrap());
        }
        Origins::new(vec!["https://shop.example".into()], own).page(&headers)
    }

    fn is_allowed(host: &str, origin: &str) -> bool {
        page(host, &[origin]) == Page::Allowed(origin.parse().unwrap())
    }

    #[test]
    fn the_gateways_own_pages_and_the_listed_ones_may() {
        assert!(is_allowed("chat.example", "https://shop.example"));
        assert!(is_allowed("chat.example", "https://chat.example"));
        assert!(is_allowed("localhost:18789", "http://localhost:18789"));
        assert_eq!(page("chat.example", &[]), Page::Unsaid);
    }

    /// An attacker's name that leads to 127.0.0.1 makes the attacker's page look like the gateway's.
    #[test]
    fn on_a_gateway_for_one_machine_no_foreign_name_is_its_own() {
        let on_loopback = |host: &str| {
            let origin = format!("http://{host}");
            page_of(OwnPages::OfThisMachine, host, &[&origin]) != Page::Foreign
        };
        for own in [
            "localhost",
            "localhost:18789",
            "LOCALHOST:1",
            "127.0.0.1:18789",
            "127.8.0.1",
            "[::1]:18789",
            "chat.localhost:80",
        ] {
            assert!(on_loopback(own), "{own}");
        }
        for foreign in [
            "evil.example:18789",
            "localhost.evil.example",
            "notlocalhost",
            "10.0.0.1",
            "[2001:db8::1]:18789",
            "127.0.0.1.evil.example",
            "localhost@evil.example",
        ] {
            assert!(!on_loopback(foreign), "{foreign}");
        }
        let listed = ["https://shop.example"];
        let page = page_of(OwnPages::OfThisMachine, "shop.example", &listed);
        assert_ne!(page, Page::Foreign);
    }

    #[test]
    fn no_other_page_may() {
        for foreign in [
            "https://evil.example",
            "http://shop.example",
            "https://shop.example:444",
            "https://shop.example.evil.example",
            "https://evil.example/https://shop.example",
            "https://chat.example:444",
            "ftp://chat.example",
            "chat.example",
            "null",
            "",
        ] {
            assert_eq!(page("chat.example", &[foreign]), Page::Foreign, "{foreign}");
        }
        let twice = ["https://shop.example", "https://evil.example"];
        assert_eq!(page("chat.example", &twice), Page::Foreign);
    }
}
