//! The token of a session: which conversation it opens and until when, signed. Nothing of a session
//! is stored, so any replica can check it.
//!
//! In bytes: the version, the key's id, the end of its time, the length of the conversation's key,
//! that key, the visitor's name, and the HMAC-SHA256 of all that; spelled in URL-safe base64.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use conversation::{ConversationId, Timestamp};
use hmac::Mac as _;

use crate::keyring::{KEY_ID_BYTES, Keyring};

/// The channel's name in conversations and figures.
pub const CHANNEL: &str = "webchat";

/// The only layout so far.
const VERSION: u8 = 1;
const CODE_BYTES: usize = 32;
/// Of the key of a conversation whose visitor nobody knows.
const RANDOM_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + 8 + 2;
/// The longest spelling that is looked at: the longest conversation and name take less.
const LONGEST: usize = 2048;
/// What begins the key of a conversation whose visitor the site knows. Those of others are
/// hexadecimal digits, so neither can be the other.
const IDENTIFIED: &str = "u/";
/// The longest of the site's ids that still fits into a key, in bytes.
pub(crate) const USER_BYTES: usize = ConversationId::MAX_KEY_BYTES - IDENTIFIED.len();

/// The conversation that operators name by this key: `u/` and the site's own id of a visitor whom it
/// knows, or the 32 hexadecimal digits of anyone else's.
#[must_use]
pub fn conversation(key: &str) -> Option<ConversationId> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let is_key = match key.strip_prefix(IDENTIFIED) {
        Some(user) => !user.is_empty(),
        None => key.len() == 2 * RANDOM_BYTES && key.bytes().all(is_digit),
    };
    is_key.then(|| ConversationId::new(CHANNEL, key).ok()).flatten()
}

/// What a session opens, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) conversation: ConversationId,
    /// What the visitor is called, as the site said.
    pub(crate) name: Option<String>,
    pub(crate) expires: Timestamp,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// Its time is over.
    Expired,
    /// It was not made here, or with a secret that isn't taken any more.
    Unknown,
}

impl Session {
    /// A session that opens a conversation of its own.
    pub(crate) fn anonymous(expires: Timestamp) -> Option<Self> {
        let random: [u8; RANDOM_BYTES] = rand::random();
        let conversation = ConversationId::new(CHANNEL, &crate::keyring::hex(&random)).ok()?;
        Some(Self { conversation, name: None, expires })
    }

    /// A session of someone whom the site knows.
    pub(crate) fn identified(user: &str, name: Option<String>, expires: Timestamp) -> Option<Self> {
        let key = format!("{IDENTIFIED}{user}");
        let conversation = ConversationId::new(CHANNEL, &key).ok()?;
        Some(Self { conversation, name, expires })
    }

    pub(crate) fn is_identified(&self) -> bool {
        self.conversation.key().starts_with(IDENTIFIED)
    }

    /// A short name of the conversation that tells nothing of it.
    pub(crate) fn user(&self) -> String {
        let mut text = self.conversation.digest().to_string();
        text.truncate(20);
        text
    }

    /// The token that opens it.
    pub(crate) fn token(&self, keyring: &Keyring) -> String {
        let (key, conversation) = (keyring.current(), self.conversation.key().as_bytes());
        let name = self.name.as_deref().unwrap_or_default().as_bytes();
        let mut bytes =
            Vec::with_capacity(HEAD_BYTES + conversation.len() + name.len() + CODE_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.id);
        bytes.extend_from_slice(&self.expires.0.to_be_bytes());
        bytes.extend_from_slice(&u16::try_from(conversation.len()).unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(conversation);
        bytes.extend_from_slice(name);
        let mut code = key.signing();
        code.update(&bytes);
        bytes.extend_from_slice(&code.finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The session that a token opens now.
    pub(crate) fn open(token: &str, keyring: &Keyring, now: Timestamp) -> Result<Self, Unusable> {
        let session = verified(token, keyring).ok_or(Unusable::Unknown)?;
        if session.expires <= now { Err(Unusable::Expired) } else { Ok(session) }
    }
}

/// Nothing of a token is read before its code was checked, in a time that doesn't depend on where
/// it differs.
fn verified(token: &str, keyring: &Keyring) -> Option<Session> {
    if token.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (said, code) = bytes.split_at_checked(bytes.len().checked_sub(CODE_BYTES)?)?;
    let (&version, rest) = said.split_first()?;
    let (key_id, rest) = rest.split_at_checked(KEY_ID_BYTES)?;
    let mut expected = keyring.find(key_id).filter(|_| version == VERSION)?.signing();
    expected.update(said);
    expected.verify_slice(code).ok()?;
    let (expires, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (key, name) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let conversation = ConversationId::new(CHANNEL, std::str::from_utf8(key).ok()?).ok()?;
    let name = std::str::from_utf8(name).ok()?;
    Some(Session {
        conversation,
        name: (!name.is_empty()).then(|| name.to_owned()),
        expires: Timestamp(u64::from_be_bytes(*expires)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000);
    const LATER: Timestamp = Timestamp(2_000);

    fn keyring(current: &str, accepted: &[&str]) -> Keyring {
        let accepted: Vec<_> = accepted.iter().map(|&secret| secret.into()).collect();
        Keyring::new(&current.into(), &accepted).unwrap()
    }

    fn own() -> Keyring {
        keyring("a-secret-of-some-length", &[])
    }

    #[test]
    fn a_token_opens_what_it_was_made_for_until_its_time_is_over() {
        let session = Session::identified("ann/7", Some("Ann Ümlaut".into()), LATER).unwrap();
        let token = session.token(&own());
        assert_eq!(Session::open(&token, &own(), NOW), Ok(session.clone()));
        assert!(session.is_identified());
        assert_eq!(Session::open(&token, &own(), LATER), Err(Unusable::Expired));
    }

    #[test]
    fn every_changed_bit_makes_a_token_worthless() {
        let token = Session::anonymous(LATER).unwrap().token(&own());
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(Session::open(&changed, &own(), NOW), Err(Unusable::Unknown), "{bit}");
        }
        for end in 0..token.len() {
            let cut = Session::open(&token[..end], &own(), NOW);
            assert_eq!(cut, Err(Unusable::Unknown), "{end}");
        }
    }

    #[test]
    fn a_token_outlives_its_secret_only_while_that_is_accepted() {
        let session = Session::anonymous(LATER).unwrap();
        let token = session.token(&own());
        let rotated = keyring("the-next-secret-as-long", &["a-secret-of-some-length"]);
        assert_eq!(Session::open(&token, &rotated, NOW), Ok(session.clone()));
        let renewed = session.token(&rotated);
        assert_eq!(Session::open(&renewed, &own(), NOW), Err(Unusable::Unknown));
        let over = keyring("the-next-secret-as-long", &[]);
        assert_eq!(Session::open(&token, &over, NOW), Err(Unusable::Unknown));
    }

    #[test]
    fn operators_name_conversations_by_their_keys_and_nothing_else() {
        for session in [Session::anonymous(LATER), Session::identified("ann/7", None, LATER)] {
            let its = session.unwrap().conversation;
            assert_eq!(conversation(its.key()), Some(its));
        }
        let digits = "0123456789abcdef0123456789abcdef";
        assert!(conversation(digits).is_some());
        for wrong in
            ["", "u/", "ann", &digits[1..], &digits.to_uppercase(), &digits.replace('0', "g")]
        {
            assert_eq!(conversation(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn two_visitors_never_share_a_conversation() {
        let (one, other) = (Session::anonymous(LATER).unwrap(), Session::anonymous(LATER).unwrap());
        assert_ne!(one.conversation, other.conversation);
        assert_ne!(one.user(), other.user());
        assert!(!one.is_identified());
    }

    proptest! {
        #[test]
        fn no_text_is_a_token(text in "[A-Za-z0-9_-]{0,200}|\\PC{0,60}") {
            prop_assert_eq!(Session::open(&text, &own(), NOW), Err(Unusable::Unknown));
        }

        #[test]
        fn whatever_a_visitor_is_called_is_read_back(user in "\\PC{1,100}", name in "\\PC{0,50}") {
            let name = (!name.is_empty()).then_some(name);
            let session = Session::identified(&user, name, LATER).unwrap();
            let read = Session::open(&session.token(&own()), &own(), NOW);
            prop_assert_eq!(read, Ok(session));
        }
    }
}
