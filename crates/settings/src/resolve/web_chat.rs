//! The chat that sites embed.

use secrecy::{ExposeSecret, SecretString};

use super::secret;
use crate::channels::WebChatSettings;
use crate::decode::{At, Prose, Reader, Secret, Setting, Shown, Switch};
use crate::document::WebChat;

/// The fewest characters of a secret that somebody could try to guess.
const SHORTEST: usize = 16;

/// The channel, if it is on.
pub(super) fn resolve(chat: WebChat, reader: &Reader<'_>) -> Option<WebChatSettings> {
    if let Setting::Given(At { value: Switch(true), origin }) = &chat.attachments {
        let message = "expected false: Web Chat takes no files yet";
        reader.error(origin, Shown::Value("true".to_owned()), message);
    }
    let session = secret::of_pair(chat.session_secret, chat.session_secret_file, reader);
    let identity = secret::of_pair(chat.identity_secret, chat.identity_secret_file, reader);
    let accepted = chat.accepted_session_secrets.0.into_iter();
    let accepted: Vec<_> = accepted.map(|at| at.map(|Secret(secret)| secret)).collect();
    let given = [session.given(), identity.given()].into_iter().flatten();
    for secret in given.chain(&accepted) {
        check_length(secret, reader);
    }
    let settings = WebChatSettings {
        allowed_origins: chat.allowed_origins.0.into_iter().flat_map(|at| at.value.0).collect(),
        session_secret: session.value(),
        accepted_session_secrets: accepted.into_iter().map(|at| at.value).collect(),
        session: chat.session_days.days(),
        identity_secret: identity.value(),
        greeting: chat.greeting.value().map(|Prose(text)| text),
    };
    chat.enabled.0.then_some(settings)
}

fn check_length(secret: &At<SecretString>, reader: &Reader<'_>) {
    let length = secret.value.expose_secret().chars().count();
    if length < SHORTEST {
        let message = format!("expected at least {SHORTEST} characters, found {length}");
        reader.error(&secret.origin, Shown::Hidden, message);
    }
}
