//! The bot on Telegram: what belongs together, and what it lacks.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::channels::{dm_policy, rate_limit};
use super::secret;
use crate::channels::{TelegramIntake, TelegramSettings};
use crate::decode::{At, BaseUrl, List, Origin, Reader, Setting, Shown, Switch};
use crate::document::{Telegram, TelegramMode, TelegramSender};

/// The path at which the gateway takes updates.
const WEBHOOK_PATH: &str = "/webhooks/telegram";
/// Where Telegram's own Bot API is.
const TELEGRAM: &str = "api.telegram.org";
/// The ports to which Telegram posts.
const PORTS: [u16; 4] = [443, 80, 88, 8443];
/// A secret of fewer characters can be guessed.
const SHORT_SECRET: usize = 16;

/// The channel, if it is on and nothing is wrong with it.
pub(super) fn resolve(telegram: Telegram, reader: &Reader<'_>) -> Option<TelegramSettings> {
    let token = secret::of_pair(telegram.bot_token, telegram.bot_token_file, reader);
    let secret = secret::of_pair(telegram.webhook_secret, telegram.webhook_secret_file, reader);
    check_token(&token, reader);
    check_secret(&secret, reader);
    let url = telegram.webhook_url.map(|BaseUrl(url)| with_path(url));
    let api_root = telegram.api_root.map(|BaseUrl(url)| url);
    check_url(&url, &api_root, reader);
    let dm_policy = dm_policy(telegram.dm_policy, &telegram.allow_from, reader);
    let is_on = is_on(&telegram.enabled, &token, reader);
    let token = token.given().cloned()?;
    if !is_on {
        return None;
    }
    let intake = match telegram.mode.given().map(|mode| mode.value) {
        Some(TelegramMode::Polling) => TelegramIntake::Polling,
        Some(TelegramMode::Webhook) | None => {
            let place = telegram.mode.given().map_or(&token.origin, |mode| &mode.origin);
            let secret = required(secret, place, reader)?;
            TelegramIntake::Webhook { secret, url: url.value() }
        }
    };
    Some(TelegramSettings {
        bot_token: token.value,
        intake,
        api_root: api_root.value(),
        dm_policy,
        allow_from: texts(telegram.allow_from),
        groups_require_mention: telegram.groups.require_mention.0,
        groups_allow_from: texts(telegram.groups.allow_from),
        streaming: telegram.streaming,
        rate_limit: rate_limit(&telegram.rate_limit),
    })
}

fn is_on(enabled: &Setting<Switch>, token: &Setting<SecretString>, reader: &Reader<'_>) -> bool {
    let is_absent = matches!(token, Setting::Absent);
    match enabled {
        Setting::Given(At { value: Switch(true), origin }) if is_absent => {
            let message = "expected botToken or botTokenFile with it: the token that @BotFather \
                           gives";
            reader.error(origin, Shown::Value("true".to_owned()), message);
            false
        }
        Setting::Given(At { value: Switch(on), .. }) => *on,
        Setting::Absent | Setting::Wrong => !is_absent,
    }
}

/// Telegram's own form: the bot's id, a colon, and what makes it a secret.
fn check_token(token: &Setting<SecretString>, reader: &Reader<'_>) {
    let Some(At { value, origin }) = token.given() else { return };
    let is_id = |id: &str| {
        id.bytes().all(|it| it.is_ascii_digit()) && id.parse().is_ok_and(|it: i64| it > 0)
    };
    let is_fit = value.expose_secret().split_once(':').is_some_and(|(id, rest)| {
        is_id(id) && (16..=128).contains(&rest.len()) && rest.bytes().all(is_plain)
    });
    if !is_fit {
        let message = "expected a bot's token as @BotFather gives it, in the form 123456789:AA…";
        reader.error(origin, Shown::Hidden, message);
    }
}

fn check_secret(secret: &Setting<SecretString>, reader: &Reader<'_>) {
    let Some(At { value, origin }) = secret.given() else { return };
    let value = value.expose_secret();
    if !value.bytes().all(is_plain) || value.len() > 256 {
        let message = "expected 1 to 256 of A-Z, a-z, 0-9, '_' and '-', which is what Telegram \
                       takes; `openssl rand -hex 32` makes a good one";
        reader.error(origin, Shown::Hidden, message);
    } else if value.len() < SHORT_SECRET {
        let message = "is so short that it can be guessed; `openssl rand -hex 32` makes a good one";
        reader.warning(origin, message);
    }
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn with_path(mut url: Url) -> Url {
    if url.path() == "/" {
        url.set_path(WEBHOOK_PATH);
    }
    url
}

/// A Bot API server of one's own posts anywhere; Telegram's doesn't.
fn check_url(url: &Setting<Url>, api_root: &Setting<Url>, reader: &Reader<'_>) {
    let is_telegrams = match api_root {
        Setting::Given(root) => root.value.host_str() == Some(TELEGRAM),
        Setting::Absent => true,
        Setting::Wrong => false,
    };
    let (Setting::Given(url), true) = (url, is_telegrams) else { return };
    let At { value, origin } = url;
    if value.scheme() != "https" {
        let message = "expected a URL that begins with https://, since Telegram posts to no other";
        reader.error(origin, Shown::text(value.as_str()), message);
    } else if !value.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
        let message = "expected port 443, 80, 88 or 8443, since Telegram posts to no other";
        reader.error(origin, Shown::text(value.as_str()), message);
    }
}

/// The secret, without which anybody could post messages in anybody's name.
fn required(
    secret: Setting<SecretString>,
    place: &Origin,
    reader: &Reader<'_>,
) -> Option<SecretString> {
    if matches!(secret, Setting::Absent) {
        let message = "expected webhookSecret or webhookSecretFile beside it, without which anybody \
                       could post messages; or mode: \"polling\"";
        reader.error(place, Shown::Nothing, message);
    }
    secret.value()
}

fn texts(list: List<TelegramSender>) -> Vec<String> {
    list.0.into_iter().map(|entry| entry.value.0).collect()
}
