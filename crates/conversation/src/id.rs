//! Names of conversations and messages, and the digests under which a store keeps them.
//!
//! A store never uses a customer's number or name as a key: it uses the digest, which is of
//! fixed length and says nothing about the person.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Why a text is not a valid name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// The channel's name has a wrong length or a wrong character.
    #[error("a channel's name is 1 to 32 characters of a-z, 0-9, '_' and '-'")]
    Channel,
    /// The channel's own key is empty or too long.
    #[error("a conversation's key is 1 to {max} bytes, this one has {actual}", max = ConversationId::MAX_KEY_BYTES)]
    Key {
        /// The length found, in bytes.
        actual: usize,
    },
    /// The deduplication key is empty or too long.
    #[error("a deduplication key is 1 to {max} bytes, this one has {actual}", max = DedupeKey::MAX_BYTES)]
    DedupeKey {
        /// The length found, in bytes.
        actual: usize,
    },
    /// The text is not a message id as [`MessageId`] prints it.
    #[error("a message id looks like msg_ and 48 characters of A-Z, a-z, 0-9, '_' and '-'")]
    MessageId,
}

/// Names one conversation: the channel, a colon, and the channel's own key for the customer.
///
/// The channel's name contains no colon, so no key of one channel can name a conversation of
/// another.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConversationId(Arc<str>);

impl ConversationId {
    /// The longest key of a conversation, in bytes.
    pub const MAX_KEY_BYTES: usize = 512;

    /// Makes the name of the conversation that `channel` knows as `key`.
    ///
    /// # Errors
    /// [`InvalidId`] if the channel's name or the key is empty, too long or has a character
    /// that is not allowed.
    pub fn new(channel: &str, key: &str) -> Result<Self, InvalidId> {
        if !is_channel_name(channel) {
            return Err(InvalidId::Channel);
        }
        if key.is_empty() || key.len() > Self::MAX_KEY_BYTES {
            return Err(InvalidId::Key { actual: key.len() });
        }
        Ok(Self(format!("{channel}:{key}").into()))
    }

    /// The channel's name.
    #[must_use]
    pub fn channel(&self) -> &str {
        self.0.split_once(':').map_or("", |(channel, _)| channel)
    }

    /// The channel's own key for this conversation.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, key)| key)
    }

    /// The whole name, as stored. It may hold a phone number: never log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest under which a store keeps this conversation.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(truncated_sha256(&[self.0.as_bytes()]))
    }
}

impl TryFrom<String> for ConversationId {
    type Error = InvalidId;

    fn try_from(whole: String) -> Result<Self, InvalidId> {
        let (channel, key) = whole.split_once(':').ok_or(InvalidId::Channel)?;
        Self::new(channel, key)
    }
}

impl From<ConversationId> for String {
    fn from(id: ConversationId) -> Self {
        id.0.as_ref().to_owned()
    }
}

/// Prints the channel and the digest only, so that a log line never holds a phone number.
impl fmt::Debug for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.digest().to_string();
        write!(f, "{}:#{}", self.channel(), digest.get(..8).unwrap_or_default())
    }
}

/// Whether `name` is 1 to 32 characters of a–z, 0–9, `_` and `-`.
fn is_channel_name(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

/// The digest of a conversation's name: the first 16 bytes of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 16]);

/// Lowercase hexadecimal, 32 characters.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What makes a message the same message: a provider's message id or a caller's idempotency
/// key. It counts within its conversation only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DedupeKey(Arc<str>);

impl DedupeKey {
    /// The longest key, in bytes.
    pub const MAX_BYTES: usize = 256;

    /// Takes `key` as a deduplication key.
    ///
    /// # Errors
    /// [`InvalidId::DedupeKey`] if it is empty or longer than [`Self::MAX_BYTES`].
    pub fn new(key: impl Into<Arc<str>>) -> Result<Self, InvalidId> {
        let key = key.into();
        if key.is_empty() || key.len() > Self::MAX_BYTES {
            return Err(InvalidId::DedupeKey { actual: key.len() });
        }
        Ok(Self(key))
    }

    /// The key as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest under which a store remembers this key.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        KeyDigest(truncated_sha256(&[self.0.as_bytes()]))
    }
}

impl TryFrom<String> for DedupeKey {
    type Error = InvalidId;

    fn try_from(key: String) -> Result<Self, InvalidId> {
        Self::new(key)
    }
}

impl From<DedupeKey> for String {
    fn from(key: DedupeKey) -> Self {
        key.0.as_ref().to_owned()
    }
}

/// Prints the digest only: an idempotency key opens its answer to whoever holds it.
impl fmt::Debug for DedupeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key#{}", URL_SAFE_NO_PAD.encode(self.digest().0))
    }
}

/// The digest of a deduplication key: the first 12 bytes of its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyDigest(pub [u8; 12]);

/// Tells whether two requests with one key carry the same body: the first 12 bytes of the
/// SHA-256 over the parts that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 12]);

impl Fingerprint {
    /// The fingerprint of `parts`; where one part ends and the next begins matters.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        Self(truncated_sha256(parts))
    }
}

fn truncated_sha256<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut out = [0; N];
    out.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    out
}

/// The public name of an accepted message: which conversation, which key, and a random token,
/// without which knowing the other two opens nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId {
    /// The conversation's digest.
    pub conversation: Digest,
    /// The deduplication key's digest.
    pub key: KeyDigest,
    /// The random token, made at the first acceptance.
    pub token: [u8; 8],
}

/// `msg_` and 48 characters of URL-safe base64.
impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 36];
        bytes[..16].copy_from_slice(&self.conversation.0);
        bytes[16..28].copy_from_slice(&self.key.0);
        bytes[28..].copy_from_slice(&self.token);
        write!(f, "msg_{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Prints without the token, so that a log line never opens an answer.
impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "msg#{}.{}", self.conversation, URL_SAFE_NO_PAD.encode(self.key.0))
    }
}

impl FromStr for MessageId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let encoded = text.strip_prefix("msg_").ok_or(InvalidId::MessageId)?;
        let mut bytes = [0; 36];
        match URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes) {
            Ok(36) => {}
            Ok(_) | Err(_) => return Err(InvalidId::MessageId),
        }
        let mut id = Self { conversation: Digest([0; 16]), key: KeyDigest([0; 12]), token: [0; 8] };
        id.conversation.0.copy_from_slice(&bytes[..16]);
        id.key.0.copy_from_slice(&bytes[16..28]);
        id.token.copy_from_slice(&bytes[28..]);
        Ok(id)
    }
}

impl TryFrom<String> for MessageId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_one_channel_never_names_a_conversation_of_another() {
        let tricky = ConversationId::new("api", "x/y:telegram:1").unwrap();
        assert_eq!((tricky.channel(), tricky.key()), ("api", "x/y:telegram:1"));
        assert_eq!(ConversationId::new("api:telegram", "1"), Err(InvalidId::Channel));
        assert_eq!(ConversationId::new("", "1"), Err(InvalidId::Channel));
        assert_eq!(ConversationId::new("API", "1"), Err(InvalidId::Channel));
        assert_eq!(ConversationId::new("api", ""), Err(InvalidId::Key { actual: 0 }));
    }

    #[test]
    fn debug_prints_neither_the_number_nor_the_token() {
        let id = ConversationId::new("phone", "+4915112345678").unwrap();
        assert!(!format!("{id:?}").contains("4915"));
        let message = |token: &[u8; 8]| MessageId {
            conversation: id.digest(),
            key: KeyDigest([3; 12]),
            token: *token,
        };
        let (one, other) = (message(b"secret!!"), message(b"another!"));
        assert_ne!(one.to_string(), other.to_string());
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }

    #[test]
    fn a_message_id_reads_back_what_it_prints_and_refuses_anything_else() {
        let id = MessageId {
            conversation: Digest([0xab; 16]),
            key: KeyDigest([0xcd; 12]),
            token: [0xef; 8],
        };
        let text = id.to_string();
        assert_eq!(text.len(), 52);
        assert_eq!(text.parse(), Ok(id));
        for wrong in ["", "msg_", "msg_AAAA", &text[..51], &format!("{text}A"), &text[4..]] {
            assert_eq!(wrong.parse::<MessageId>(), Err(InvalidId::MessageId), "{wrong}");
        }
    }

    #[test]
    fn a_fingerprint_knows_where_its_parts_end() {
        assert_ne!(Fingerprint::of(&[b"ab", b"c"]), Fingerprint::of(&[b"a", b"bc"]));
        assert_eq!(Fingerprint::of(&[b"ab", b"c"]), Fingerprint::of(&[b"ab", b"c"]));
    }
}
