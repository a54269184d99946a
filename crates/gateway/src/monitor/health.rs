//! One look at a gateway's health.

use std::time::{Duration, Instant, SystemTime};

use reqwest::{Client, Url};
use serde_json::Value;

use super::changes::State;
use crate::asking::{self, Answer, Trust};

/// Where a gateway tells how it does.
pub(super) const PATH: &str = "/healthz";
/// The longest detail, in characters.
const LONGEST_DETAIL: usize = 200;

/// Asks one gateway.
pub(super) struct Looker {
    client: Client,
    url: Url,
}

/// What a look has found.
pub(super) struct Look {
    pub(super) at: SystemTime,
    /// The address, without what may be a secret.
    pub(super) endpoint: String,
    pub(super) found: State,
    pub(super) http_status: Option<u16>,
    pub(super) took: Duration,
    /// What it said, or why it said nothing.
    pub(super) detail: String,
}

impl Looker {
    /// Asks `url`, and waits for an answer for as long as `patience`.
    pub(super) fn new(url: Url, patience: Duration, trust: Trust) -> anyhow::Result<Self> {
        Ok(Self { client: asking::client_trusting(&url, patience, trust)?, url })
    }

    /// Looks once.
    pub(super) async fn look(&self) -> Look {
        let (at, begun) = (SystemTime::now(), Instant::now());
        let answer = asking::ask(self.client.get(self.url.clone())).await;
        let took = begun.elapsed();
        let (found, http_status, detail) = match answer {
            Ok(answer) => {
                let (found, detail) = read(&answer, Page::at(&self.url));
                (found, Some(answer.status), detail)
            }
            Err(why) => (State::Down, None, explained(why)),
        };
        let detail = detail.chars().take(LONGEST_DETAIL).collect();
        Look { at, endpoint: asking::shown(&self.url), found, http_status, took, detail }
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// A gateway's own health, in words of ours.
    Health,
    /// Any other page, such as a proxy's own, which counts by its code.
    Other,
}

impl Page {
    fn at(url: &Url) -> Self {
        match url.path() {
            PATH => Self::Health,
            _ => Self::Other,
        }
    }
}

/// What to do about a server that nobody vouches for.
fn explained(why: String) -> String {
    match why.contains("invalid peer certificate") {
        true => format!("its certificate is not trusted; see --certificate-authority ({why})"),
        false => why,
    }
}

/// What an answer says.
fn read(answer: &Answer, page: Page) -> (State, String) {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let status = body.get("status").and_then(Value::as_str);
    let is_ours = matches!(status, Some("ok" | "degraded" | "unavailable"));
    let parts: Vec<String> = ["status", "redis", "ollama", "reason"]
        .iter()
        .filter_map(|name| Some(format!("{name} {}", body.get(name)?.as_str()?)))
        .collect();
    let is_fine = (200..300).contains(&answer.status);
    if page == Page::Health && is_fine && !is_ours {
        let status = answer.status;
        return (State::Down, format!("it answered {status}, but not as a gateway's {PATH} does"));
    }
    let detail = match (is_fine, parts.is_empty()) {
        (true, true) => "it answers".to_owned(),
        (true, false) => parts.join(", "),
        (false, true) => format!("it answered {}", answer.status),
        (false, false) => format!("it answered {}: {}", answer.status, parts.join(", ")),
    };
    let found = match (is_fine, status == Some("degraded")) {
        (false, _) => State::Down,
        (true, true) => State::Degraded,
        (true, false) => State::Up,
    };
    (found, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_health_page_is_read_as_it_is_documented() {
        let says = |status: &str, redis: &str| {
            format!(
                r#"{{"status":"{status}","uptime":1,"version":"1","redis":"{redis}","ollama":"connected"}}"#
            )
        };
        for (status, body, expected) in [
            (
                200,
                says("ok", "connected"),
                (State::Up, "status ok, redis connected, ollama connected".to_owned()),
            ),
            (
                200,
                says("degraded", "embedded"),
                (State::Degraded, "status degraded, redis embedded, ollama connected".to_owned()),
            ),
            (
                503,
                says("unavailable", "disconnected"),
                (
                    State::Down,
                    "it answered 503: status unavailable, redis disconnected, ollama connected"
                        .to_owned(),
                ),
            ),
            (502, "<html>".to_owned(), (State::Down, "it answered 502".to_owned())),
            (301, String::new(), (State::Down, "it answered 301".to_owned())),
        ] {
            let answer = Answer { status, body, retry_after: None };
            assert_eq!(read(&answer, Page::Health), expected);
        }
    }

    #[test]
    fn a_foreign_page_is_no_health_of_a_gateway_and_well_at_other_paths() {
        for (path, body, expected) in [
            ("/healthz", "<html>Welcome</html>", State::Down),
            ("/healthz", "ok", State::Down),
            ("/healthz", r#"{"status":"pass"}"#, State::Down),
            ("/nginx-health", "ok\n", State::Up),
            ("/livez", "ok", State::Up),
        ] {
            let url = Url::parse(&format!("http://gateway{path}?x=y")).unwrap();
            let answer = Answer { status: 200, body: body.to_owned(), retry_after: None };
            let (found, detail) = read(&answer, Page::at(&url));
            assert_eq!(found, expected, "{path} {body}");
            assert_eq!(detail.contains("not as a gateway's"), expected == State::Down, "{detail}");
        }
    }
}
