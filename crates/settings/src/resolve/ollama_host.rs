//! `OLLAMA_HOST` in all the forms that Ollama itself accepts: `host`, `host:port`, `:port`,
//! `http://host:port/path`, and the addresses that a server listens on.

use std::net::Ipv6Addr;

use url::Url;

use crate::decode::{UrlFault, parse_base_url};

/// What was expected, for a problem's message.
pub(super) const EXPECTATION: &str =
    "the address of Ollama, as in \"ollama:11434\" or \"http://127.0.0.1:11434\"";

/// Ollama's own port, which is meant unless a scheme says otherwise.
const PORT: &str = "11434";

pub(super) fn parse(text: &str) -> Result<Url, UrlFault> {
    let text = text.trim().trim_matches(['"', '\'']);
    let (scheme, rest, port) = match text.split_once("://") {
        Some(("http", rest)) => ("http", rest, "80"),
        Some(("https", rest)) => ("https", rest, "443"),
        Some(_) => return Err(UrlFault::NotAbsolute { suggestion: None }),
        None => ("http", text, PORT),
    };
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, path),
        None => (rest, ""),
    };
    let (host, port) = split_port(authority, port);
    let host = reachable(&host);
    parse_base_url(&format!("{scheme}://{host}:{port}/{path}"))
}

fn split_port<'t>(authority: &'t str, default: &'t str) -> (String, &'t str) {
    if authority.parse::<Ipv6Addr>().is_ok() {
        return (format!("[{authority}]"), default);
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host.to_owned(), port),
        Some(_) | None => (authority.to_owned(), default),
    }
}

/// A server is told to listen on "any address" by names that no client can connect to everywhere.
fn reachable(host: &str) -> &str {
    match host {
        "" | "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        host => host,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_form_that_ollama_accepts_is_understood() {
        for (written, meant) in [
            ("ollama", "http://ollama:11434/"),
            ("ollama:8080", "http://ollama:8080/"),
            ("ollama:80", "http://ollama/"),
            (":11435", "http://127.0.0.1:11435/"),
            ("0.0.0.0", "http://127.0.0.1:11434/"),
            ("0.0.0.0:9", "http://127.0.0.1:9/"),
            ("http://ollama", "http://ollama/"),
            ("http://ollama:11434", "http://ollama:11434/"),
            ("https://models.example.org/ollama/", "https://models.example.org/ollama"),
            ("::1", "http://[::1]:11434/"),
            ("[::]:11434", "http://[::1]:11434/"),
            (" \"ollama\" ", "http://ollama:11434/"),
        ] {
            assert_eq!(parse(written).ok().unwrap().as_str(), meant, "{written}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for written in ["ollama:port", "ollama:99999", "ftp://ollama", "a b", "http://u:p@ollama"] {
            assert!(parse(written).is_err(), "{written}");
        }
    }
}
