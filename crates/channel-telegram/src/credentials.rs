//! The two secrets of a bot. Neither can be printed.

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

/// Why a text is no secret of the wanted kind. It never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredential {
    /// The token doesn't look like one.
    #[error(
        "a bot's token is its numeric id, a colon, and at least 16 of A-Z, a-z, 0-9, '_' and '-', as @BotFather gives it"
    )]
    Token,
    /// The secret is one that Telegram doesn't take.
    #[error("a webhook's secret is 1 to 256 of A-Z, a-z, 0-9, '_' and '-'")]
    WebhookSecret,
}

/// A bot's token. Whoever has it is the bot.
#[derive(Clone, Debug)]
pub struct BotToken {
    secret: SecretString,
    bot: i64,
}

impl BotToken {
    /// Takes a token as @BotFather gives it.
    ///
    /// # Errors
    /// [`InvalidCredential::Token`].
    pub fn new(token: &str) -> Result<Self, InvalidCredential> {
        let (bot, rest) = token.trim().split_once(':').ok_or(InvalidCredential::Token)?;
        let bot = bot.parse().ok().filter(|bot| *bot > 0 && !token.contains('+'));
        let bot = bot.ok_or(InvalidCredential::Token)?;
        if rest.len() < 16 || rest.len() > 128 || !rest.bytes().all(is_plain) {
            return Err(InvalidCredential::Token);
        }
        Ok(Self { secret: SecretString::from(token.trim()), bot })
    }

    /// The bot's own id.
    #[must_use]
    pub const fn bot(&self) -> i64 {
        self.bot
    }

    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// What Telegram says with each update, so that nobody else can.
#[derive(Clone, Debug)]
pub struct WebhookSecret(SecretString);

impl WebhookSecret {
    /// Takes a secret.
    ///
    /// # Errors
    /// [`InvalidCredential::WebhookSecret`].
    pub fn new(secret: &str) -> Result<Self, InvalidCredential> {
        if !(1..=256).contains(&secret.len()) || !secret.bytes().all(is_plain) {
            return Err(InvalidCredential::WebhookSecret);
        }
        Ok(Self(SecretString::from(secret)))
    }

    /// Whether `said` is the secret. How long this takes says nothing but whether the lengths
    /// are equal.
    #[must_use]
    pub fn is(&self, said: &[u8]) -> bool {
        self.expose().as_bytes().ct_eq(said).into()
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_knows_the_bots_id_and_never_prints_itself() {
        let token = BotToken::new(" 6962620676:AAH-very_secret-token\n").unwrap();
        assert_eq!(token.bot(), 6_962_620_676);
        assert_eq!(token.expose(), "6962620676:AAH-very_secret-token");
        assert!(!format!("{token:?}").contains("secret-token"));
    }

    #[test]
    fn what_is_no_token_is_refused_without_repeating_it() {
        for wrong in [
            "",
            "12:short",
            "x:AAH-very_secret-token",
            "-1:AAH-very_secret-token",
            "+1:AAH-very_secret-token",
            "0:AAH-very_secret-token",
            "1:AAH-very/secret-token",
        ] {
            let error = BotToken::new(wrong).unwrap_err();
            assert!(!error.to_string().contains("AAH"), "{error}");
        }
    }

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let secret = WebhookSecret::new("abc_DEF-1").unwrap();
        assert!(secret.is(b"abc_DEF-1"));
        for wrong in [&b""[..], b"abc_DEF-", b"abc_DEF-12", b"ABC_def-1"] {
            assert!(!secret.is(wrong));
        }
        assert!(!format!("{secret:?}").contains("abc"));
        for wrong in ["", "a b", "ä", &"x".repeat(257)] {
            assert_eq!(WebhookSecret::new(wrong).unwrap_err(), InvalidCredential::WebhookSecret);
        }
    }
}
