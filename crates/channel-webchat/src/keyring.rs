//! The secrets that sessions are signed with: one for new ones, and those whose sessions are still
//! taken.

use conversation::StoreError;
use conversation::ports::Accord;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// The name under which replicas agree on a secret that nobody set.
const AGREED: &str = "webchat/session-secret";

/// How many bytes of a secret's digest name it in a token.
pub(crate) const KEY_ID_BYTES: usize = 4;

/// A secret is too short to keep anybody out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the session secret has {actual} characters, and must have at least {min}", min = Keyring::SHORTEST)]
pub struct InvalidSecret {
    /// The length found.
    pub actual: usize,
}

/// The secret that all replicas have who were given none: this one's proposal, if it is the first.
///
/// # Errors
/// [`StoreError`], as [`Accord::agree`].
pub async fn agreed_secret(accord: &dyn Accord) -> Result<SecretString, StoreError> {
    let proposal: [u8; 32] = rand::random();
    accord.agree(AGREED, &hex(&proposal)).await.map(SecretString::from)
}

/// The keys made from the secrets.
pub(crate) struct Keyring {
    current: Key,
    accepted: Vec<Key>,
}

/// What is made from one secret: a key per purpose, so that nothing made for one serves another.
pub(crate) struct Key {
    pub(crate) id: [u8; KEY_ID_BYTES],
    sessions: Hmac<Sha256>,
    names: Hmac<Sha256>,
}

impl Keyring {
    /// The fewest characters of a secret.
    pub(crate) const SHORTEST: usize = 16;

    pub(crate) fn new(
        current: &SecretString,
        accepted: &[SecretString],
    ) -> Result<Self, InvalidSecret> {
        Ok(Self {
            current: Key::of(current)?,
            accepted: accepted.iter().map(Key::of).collect::<Result<_, _>>()?,
        })
    }

    /// The key for new sessions.
    pub(crate) fn current(&self) -> &Key {
        &self.current
    }

    /// The key with this id.
    pub(crate) fn find(&self, id: &[u8]) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.accepted).find(|key| key.id == id)
    }

    /// The name of something that must not be told, such as an address: the same on all replicas,
    /// and of no use to whoever doesn't have the secret.
    pub(crate) fn name(&self, of: &[u8]) -> String {
        let mut hmac = self.current.names.clone();
        hmac.update(of);
        let whole = hmac.finalize().into_bytes();
        hex(whole.get(..16).unwrap_or_default())
    }
}

impl Key {
    fn of(secret: &SecretString) -> Result<Self, InvalidSecret> {
        let secret = secret.expose_secret();
        let actual = secret.chars().count();
        if actual < Keyring::SHORTEST {
            return Err(InvalidSecret { actual });
        }
        let mut id = [0; KEY_ID_BYTES];
        let digest = Sha256::new().chain_update("webchat key ").chain_update(secret).finalize();
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        let (sessions, names) = (for_purpose(secret, "sessions"), for_purpose(secret, "names"));
        Ok(Self { id, sessions: sessions?, names: names? })
    }

    /// Begins the code that proves that something came from here.
    pub(crate) fn signing(&self) -> Hmac<Sha256> {
        self.sessions.clone()
    }
}

/// A key for one purpose.
fn for_purpose(secret: &str, purpose: &str) -> Result<Hmac<Sha256>, InvalidSecret> {
    // Keys of every length are taken; should that change, no gateway starts.
    let unfit = |_| InvalidSecret { actual: secret.chars().count() };
    let mut root = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(unfit)?;
    root.update(purpose.as_bytes());
    Hmac::new_from_slice(&root.finalize().into_bytes()).map_err(unfit)
}

/// Lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(current: &str, accepted: &[&str]) -> Result<Keyring, InvalidSecret> {
        let accepted: Vec<_> = accepted.iter().map(|&secret| secret.into()).collect();
        Keyring::new(&current.into(), &accepted)
    }

    #[test]
    fn a_secret_that_can_be_guessed_is_refused() {
        assert_eq!(keyring("short", &[]).err(), Some(InvalidSecret { actual: 5 }));
        assert!(keyring("a-secret-of-some-length", &["short"]).is_err());
    }

    #[test]
    fn a_key_is_found_by_its_id_and_names_differ_by_secret() {
        let (one, other) = ("a-secret-of-some-length", "another-secret-as-long");
        let old = keyring(one, &[]).unwrap();
        let both = keyring(other, &[one]).unwrap();
        assert!(both.find(&old.current().id).is_some());
        assert!(old.find(&both.current().id).is_none());
        assert_ne!(old.name(b"203.0.113.7"), both.name(b"203.0.113.7"));
        assert_eq!(old.name(b"203.0.113.7").len(), 32);
    }
}
