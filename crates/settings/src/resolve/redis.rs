//! Redis: its address, and what else it takes to reach it.

use secrecy::{ExposeSecret, SecretString};

use super::{redis_address, secret};
use crate::decode::{At, FilePath, Reader, Setting, Shown};
use crate::document::Store;
use crate::settings::RedisSettings;
use crate::source::read_bounded;

/// Certificates of a few authorities fit in easily; a larger file is another one by mistake.
const MAX_AUTHORITY_BYTES: u64 = 1024 * 1024;

/// The address, from `REDIS_URL` or else from the file, and what goes with it.
pub(super) fn resolve(
    store: Store,
    from_environment: Option<SecretString>,
    reader: &Reader<'_>,
) -> (Option<SecretString>, RedisSettings) {
    let from_file = secret::of_pair(store.redis_url, store.redis_url_file, reader);
    if let Setting::Given(url) = &from_file
        && let Err(expected) = redis_address::check(url.value.expose_secret())
    {
        reader.error(&url.origin, Shown::Hidden, format!("expected {expected}"));
    }
    let url = from_environment.or(from_file.value());
    let address = url.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
    let authority = store.redis_ca_file.given().and_then(|file| {
        if !address.is_empty() && !address.starts_with("rediss") {
            let message = "does nothing, since the address of Redis begins without `rediss`, which \
                           stands for TLS";
            reader.warning(&file.origin, message);
        }
        authority(file, reader)
    });
    let password = secret::of_pair(store.sentinel_password, store.sentinel_password_file, reader);
    if let Setting::Given(password) = &password
        && !address.is_empty()
        && !redis_address::is_of_sentinels(address)
    {
        let message = "does nothing, since the address of Redis is not that of Sentinels, as in \
                       redis-sentinel://host:26379/mymaster";
        reader.warning(&password.origin, message);
    }
    let replicas = store.replicas_to_acknowledge.get();
    let redis = RedisSettings {
        authority,
        sentinel_password: password.value(),
        replicas_to_acknowledge: usize::try_from(replicas).unwrap_or(usize::MAX),
    };
    (url, redis)
}

/// The certificates of an authority, as they stand in its file.
fn authority(file: &At<FilePath>, reader: &Reader<'_>) -> Option<Vec<u8>> {
    let path = file.value.as_path();
    let fault = match read_bounded(&reader.resolve(path), MAX_AUTHORITY_BYTES) {
        Ok(pem) if is_certificate(&pem) => return Some(pem),
        Ok(_) => "found no `-----BEGIN CERTIFICATE-----` in it".to_owned(),
        Err(refusal) => format!("found {}", refusal.describe()),
    };
    let message = format!("expected a readable file of certificates in PEM: {fault}");
    reader.error(&file.origin, Shown::text(&path.to_string_lossy()), message);
    None
}

fn is_certificate(pem: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    pem.windows(BEGIN.len()).any(|window| window == BEGIN)
}
