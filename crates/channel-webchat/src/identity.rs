//! Who the site says its visitor is: a user id that the site signed with the identity secret.

use conversation::shows_nothing;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::Sha256;
use utoipa::ToSchema;

use crate::refusal::Refusal;
use crate::token::USER_BYTES;

/// The longest user id, in characters.
const USER_CHARS: usize = 200;
/// How much of a name is kept, in characters.
const NAME_CHARS: usize = 80;

/// A visitor as a page presents it.
#[derive(Deserialize, ToSchema)]
#[schema(as = WebChatIdentity)]
pub(crate) struct Identity {
    /// The site's own id of the visitor. At most 510 bytes in UTF-8, without control characters.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) user_id: String,
    /// The HMAC-SHA256 of the user id, in hexadecimal digits.
    signature: String,
    /// What the visitor is called.
    #[serde(default)]
    name: Option<String>,
}

/// Checks what sites say of their visitors.
pub(crate) struct Voucher(Option<Hmac<Sha256>>);

impl Voucher {
    /// Without a secret nobody is vouched for.
    pub(crate) fn new(secret: Option<&SecretString>) -> Self {
        // Keys of every length are taken; should that change, nobody is vouched for.
        Self(secret.and_then(|secret| Hmac::new_from_slice(secret.expose_secret().as_bytes()).ok()))
    }

    /// Whether the site signed this user id.
    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Refusal> {
        let length = identity.user_id.chars().count();
        if !(1..=USER_CHARS).contains(&length) || identity.user_id.chars().any(char::is_control) {
            return Err(Refusal::Invalid(format!(
                "`identity.user_id` must have 1 to {USER_CHARS} characters, none of them a control \
                 character; this one has {length}."
            )));
        }
        if identity.user_id.len() > USER_BYTES {
            return Err(Refusal::Invalid(identity.too_long()));
        }
        let mut code = self.0.clone().ok_or(Refusal::NobodyVouches)?;
        code.update(identity.user_id.as_bytes());
        let signature = bytes_of(&identity.signature).ok_or(Refusal::WrongSignature)?;
        code.verify_slice(&signature).map_err(|_| Refusal::WrongSignature)
    }
}

impl Identity {
    /// What is told to whoever gave a user id that makes no conversation's key.
    pub(crate) fn too_long(&self) -> String {
        let bytes = self.user_id.len();
        format!(
            "`identity.user_id` takes at most {USER_BYTES} bytes in UTF-8; this one has {bytes}."
        )
    }

    /// The name in one short line, if there is one.
    pub(crate) fn shown_name(&self) -> Option<String> {
        let words =
            self.name.as_deref()?.split(|char: char| char.is_whitespace() || char.is_control());
        let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let short: String = line.chars().take(NAME_CHARS).collect();
        (!shows_nothing(&short)).then_some(short)
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let (digits, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(value(*high)? << 4 | value(*low)?).ok();
    digits.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A known answer: HMAC-SHA256 of this sentence under `key`.
    const USER: &str = "The quick brown fox jumps over the lazy dog";
    const RIGHT: &str = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";

    fn check(user: &str, signature: &str) -> Result<(), Refusal> {
        let identity = Identity { user_id: user.into(), signature: signature.into(), name: None };
        Voucher::new(Some(&"key".into())).check(&identity)
    }

    #[test]
    fn only_the_signature_of_this_very_user_is_taken() {
        assert!(check(USER, RIGHT).is_ok());
        assert!(check(USER, &RIGHT.to_uppercase()).is_ok());
        for wrong in ["", "f7", &RIGHT[..62], &RIGHT.replace('f', "e"), "ü".repeat(32).as_str()] {
            assert!(matches!(check(USER, wrong), Err(Refusal::WrongSignature)), "{wrong}");
        }
        assert!(matches!(check("another", RIGHT), Err(Refusal::WrongSignature)));
    }

    #[test]
    fn without_a_secret_nobody_is_vouched_for() {
        let identity = Identity { user_id: USER.into(), signature: RIGHT.into(), name: None };
        assert!(matches!(Voucher::new(None).check(&identity), Err(Refusal::NobodyVouches)));
    }

    #[test]
    fn a_user_id_is_of_bounded_length_and_of_one_line() {
        for wrong in ["", "a\nb", &"x".repeat(201), &"€".repeat(171)] {
            assert!(matches!(check(wrong, RIGHT), Err(Refusal::Invalid(_))), "{wrong}");
        }
        let told = check(&"€".repeat(200), RIGHT).unwrap_err();
        assert!(
            matches!(&told, Refusal::Invalid(words) if words.contains("510 bytes")),
            "{told:?}"
        );
    }

    #[test]
    fn a_name_becomes_one_short_line() {
        let named = |name: &str| {
            Identity { user_id: "u".into(), signature: String::new(), name: Some(name.into()) }
                .shown_name()
        };
        assert_eq!(named(" Ann\n\u{7}  Lee ").as_deref(), Some("Ann Lee"));
        assert_eq!(named(" \n \u{200b}"), None);
        assert_eq!(named(&"x".repeat(500)).unwrap().len(), NAME_CHARS);
    }
}
