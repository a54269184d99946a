//! How long a caller wants to wait: `Prefer: wait=10` and `Prefer: respond-async` (RFC 7240).

use std::time::Duration;

use axum::http::header::HeaderMap;
use axum::http::{HeaderName, HeaderValue};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Says which preference was followed.
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// How long a caller is kept waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    pub(crate) wait: Duration,
    preferred: bool,
}

impl Patience {
    /// What the caller prefers, and no more than `limit`. A preference that can't be read is
    /// no preference, as the standard has it.
    pub(crate) fn of(headers: &HeaderMap, limit: Duration) -> Self {
        let wishes = headers.get_all(PREFER).into_iter();
        let wish = wishes
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(','))
            .find_map(wish);
        let wait = wish.map_or(limit, |wish| wish.min(limit));
        Self { wait, preferred: wish.is_some() }
    }

    /// The value of `Preference-Applied`, if there was a preference.
    pub(crate) fn applied(self) -> Option<HeaderValue> {
        let seconds = self.wait.as_secs();
        self.preferred.then(|| HeaderValue::from_str(&format!("wait={seconds}")).ok()).flatten()
    }
}

fn wish(preference: &str) -> Option<Duration> {
    let preference = preference.split(';').next()?.trim().to_ascii_lowercase();
    if preference == "respond-async" {
        return Some(Duration::ZERO);
    }
    let (name, value) = preference.split_once('=')?;
    let seconds = value.trim().trim_matches('"').parse().ok()?;
    (name.trim() == "wait").then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(prefer: &[&str]) -> (u64, Option<String>) {
        let headers = prefer.iter().map(|value| (PREFER, HeaderValue::from_str(value).unwrap()));
        let patience = Patience::of(&headers.collect(), Duration::from_secs(30));
        let applied = patience.applied().map(|value| value.to_str().unwrap().to_owned());
        (patience.wait.as_secs(), applied)
    }

    #[test]
    fn a_caller_may_shorten_the_wait_and_never_lengthen_it() {
        assert_eq!(seconds(&[]), (30, None));
        assert_eq!(seconds(&["wait=5"]), (5, Some("wait=5".into())));
        assert_eq!(seconds(&["handling=lenient, WAIT = \"7\""]), (7, Some("wait=7".into())));
        assert_eq!(seconds(&["return=minimal", "respond-async"]), (0, Some("wait=0".into())));
        assert_eq!(seconds(&["wait=3000"]), (30, Some("wait=30".into())));
        assert_eq!(seconds(&["wait=soon"]), (30, None));
    }
}
