//! The signature of a webhook: an HMAC over the raw body, checked before anything is parsed.

use axum::http::{HeaderMap, HeaderName};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::refusal::Refusal;

/// The header that holds it.
const HEADER: HeaderName = HeaderName::from_static("x-hub-signature-256");

const PREFIX: &[u8] = b"sha256=";
const BYTES: usize = 32;

/// The app secret, ready to compute signatures with.
#[derive(Clone)]
pub(super) struct Secret(Option<Hmac<Sha256>>);

impl Secret {
    pub(super) fn new(secret: &str) -> Self {
        // A key of any length is taken; should that change, nothing is signed rightly any more.
        Self(Hmac::new_from_slice(secret.as_bytes()).ok())
    }

    /// Whether `body` has this signature. Takes the same time wherever they differ.
    pub(super) fn check(&self, body: &[u8], signature: &Signature) -> Result<(), Refusal> {
        let mut hmac = self.0.clone().ok_or(Refusal::WrongSignature)?;
        hmac.update(body);
        hmac.verify_slice(&signature.0).map_err(|_| Refusal::WrongSignature)
    }
}

/// A signature that came with a webhook.
#[derive(Clone, Copy)]
pub(super) struct Signature([u8; BYTES]);

impl Signature {
    /// Reads the one signature that there must be.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = headers.get_all(HEADER).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Refusal::Unsigned);
        };
        let hex = value.as_bytes().strip_prefix(PREFIX).ok_or(Refusal::Unsigned)?;
        let (digits, []) = hex.as_chunks::<2>() else { return Err(Refusal::Unsigned) };
        if digits.len() != BYTES {
            return Err(Refusal::Unsigned);
        }
        let mut bytes = [0; BYTES];
        for (byte, [high, low]) in bytes.iter_mut().zip(digits) {
            let (high, low) = (digit(*high)?, digit(*low)?);
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

fn digit(char: u8) -> Result<u8, Refusal> {
    match char {
        b'0'..=b'9' => Ok(char - b'0'),
        b'a'..=b'f' => Ok(char - b'a' + 10),
        b'A'..=b'F' => Ok(char - b'A' + 10),
        _ => Err(Refusal::Unsigned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (HEADER, value.parse().unwrap())).collect()
    }

    fn check(values: &[&str]) -> Result<(), Refusal> {
        let signature = Signature::read(&headers(values))?;
        Secret::new("key").check(b"The quick brown fox jumps over the lazy dog", &signature)
    }

    /// A known answer: HMAC-SHA256 of this sentence under `key`.
    const RIGHT: &str = "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";

    #[test]
    fn the_known_signature_is_right_in_either_case_of_digits() {
        assert!(check(&[RIGHT]).is_ok());
        let capitals = format!("sha256={}", RIGHT[7..].to_uppercase());
        assert!(check(&[&capitals]).is_ok());
    }

    #[test]
    fn a_signature_with_any_other_digit_is_wrong() {
        for at in 7..RIGHT.len() {
            let mut other = RIGHT.to_owned();
            let digit = if &RIGHT[at..=at] == "0" { "1" } else { "0" };
            other.replace_range(at..=at, digit);
            assert!(matches!(check(&[&other]), Err(Refusal::WrongSignature)), "{at}");
        }
    }

    #[test]
    fn whatever_is_no_signature_counts_as_none() {
        let (long, short) = (format!("{RIGHT}0"), &RIGHT[..RIGHT.len() - 2]);
        let (wrong_digit, longer) = (RIGHT.replace("cd8", "cdg"), format!("{RIGHT}00"));
        for values in [
            &[][..],
            &[""],
            &["sha256="],
            &[&RIGHT[7..]],
            &[&long],
            &[short],
            &[&wrong_digit],
            &[&longer],
            &[RIGHT, RIGHT],
        ] {
            assert!(matches!(check(values), Err(Refusal::Unsigned)), "{values:?}");
        }
    }
}
