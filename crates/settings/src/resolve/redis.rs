//! The address of Redis.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::secret;
use crate::decode::{Reader, Setting, Shown};
use crate::document::Store;

/// What was expected, for a problem's message.
pub(super) const EXPECTATION: &str =
    "a URL such as redis://host:6379/0 or redis+unix:///path for a socket";

/// The address from `REDIS_URL`, or else from the file.
pub(super) fn url(
    store: Store,
    from_environment: Option<SecretString>,
    reader: &Reader<'_>,
) -> Option<SecretString> {
    let from_file = secret::of_pair(store.redis_url, store.redis_url_file, reader);
    if let Setting::Given(url) = &from_file
        && !is_url(url.value.expose_secret())
    {
        reader.error(&url.origin, Shown::Hidden, format!("expected {EXPECTATION}"));
    }
    from_environment.or(from_file.value())
}

/// Whether Redis can be addressed like this.
pub(super) fn is_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    match url.scheme() {
        "redis" => {
            let database = url.path().trim_start_matches('/');
            let is_number = database.is_empty() || database.parse::<u16>().is_ok();
            is_number && url.host_str().is_some_and(|host| !host.is_empty())
        }
        "redis+unix" | "unix" => url.path().len() > 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn addresses_of_redis_are_told_from_others() {
        for url in ["redis://redis:6379", "redis://:p%40ss@h:1/0", "redis+unix:///run/redis.sock"] {
            assert!(is_url(url), "{url}");
        }
        for url in [
            "redis:6379",
            "localhost:6379",
            "redis://",
            "http://redis:6379",
            "unix:",
            "redis://h/abc",
        ] {
            assert!(!is_url(url), "{url}");
        }
    }
}
