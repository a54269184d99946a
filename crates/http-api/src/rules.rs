//! What a field of a message may hold. Each check answers with a sentence that names the limit
//! and says what was found.

use conversation::{ConversationId, shows_nothing};

use crate::identity::{KEY_RULE, MAX_KEY_CHARS, is_key};

const MAX_CHANNEL: usize = 32;
const MAX_USER_ID: usize = 256;
/// What is left of a conversation's key beside the longest channel and the slash.
const MAX_USER_ID_BYTES: usize = ConversationId::MAX_KEY_BYTES - MAX_CHANNEL - 1;
const MAX_NAME: usize = 128;
const MAX_PERSON: usize = 80;
const MAX_LANGUAGE: usize = 35;

/// The rule for a channel's name.
pub(crate) const CHANNEL_RULE: &str = "1 to 32 characters of a-z, 0-9, '_' and '-'";

/// The rule for the name of a person who takes a conversation over.
pub(crate) const PERSON_RULE: &str =
    "1 to 80 characters, something of it visible, without control characters";

/// The rule for a user's name.
pub(crate) const USER_RULE: &str = "1 to 256 characters";

pub(crate) fn check_channel(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if length == 0 || length > MAX_CHANNEL {
        return Err(format!("`channel` must be {CHANNEL_RULE}; this one has {length}."));
    }
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    match text.chars().find(|c| !allowed(*c)) {
        None => Ok(()),
        Some(found) => Err(format!("`channel` must be {CHANNEL_RULE}; this one has {found:?}.")),
    }
}

pub(crate) fn check_user(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if shows_nothing(text) || length > MAX_USER_ID {
        return Err(format!("`user_id` must be {USER_RULE}; this one has {length}."));
    }
    if text.len() > MAX_USER_ID_BYTES {
        let bytes = text.len();
        return Err(format!(
            "`user_id` takes at most {MAX_USER_ID_BYTES} bytes in UTF-8; this one has {bytes}."
        ));
    }
    if text.chars().any(char::is_control) {
        return Err("`user_id` must not hold control characters.".to_owned());
    }
    Ok(())
}

/// The text of `field`.
pub(crate) fn check_text(field: &str, text: &str, max_chars: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length > max_chars {
        return Err(format!(
            "`{field}` must be 1 to {max_chars} characters; this one has {length}."
        ));
    }
    Ok(())
}

/// The name of a person of the company, as customers see it.
pub(crate) fn check_person(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if shows_nothing(text) || length > MAX_PERSON || text.chars().any(char::is_control) {
        return Err(format!("`name` must be {PERSON_RULE}; this one has {length}."));
    }
    Ok(())
}

pub(crate) fn check_message_id(text: &str) -> Result<(), String> {
    if is_key(text) {
        return Ok(());
    }
    let length = text.chars().count();
    if length > MAX_KEY_CHARS {
        return Err(format!("`message_id` must be {KEY_RULE}; this one has {length}."));
    }
    Err(format!("`message_id` must be {KEY_RULE}."))
}

pub(crate) fn check_name(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if length > MAX_NAME || text.chars().any(char::is_control) {
        return Err(format!(
            "`user_name` must be at most {MAX_NAME} characters without control characters; this one has {length}."
        ));
    }
    Ok(())
}

pub(crate) fn check_language(text: &str) -> Result<(), String> {
    let sane = (1..=MAX_LANGUAGE).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if sane {
        Ok(())
    } else {
        Err("`language` must be an IETF tag such as de or pt-BR.".to_owned())
    }
}
