//! Who is answered.

use std::fmt;
use std::str::FromStr;

use crate::address::{Address, CHANNEL, is_international};

/// Who is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DmPolicy {
    /// Everyone.
    #[default]
    Open,
    /// Those on the list.
    Allowlist,
    /// No one: messages are acknowledged and dropped.
    Disabled,
}

/// One entry of an allow-list.
#[derive(Clone, PartialEq, Eq)]
pub enum Entry {
    /// Everyone.
    Anyone,
    /// A phone number in international form, without the plus.
    Phone(String),
    /// A user id that is scoped to the business.
    User(String),
}

/// Why a text is no entry of an allow-list. It doesn't repeat the text, which may be a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an entry is a phone number in international form such as +4915112345678, a user id such as \
     US.13491208655302741918, or \"*\""
)]
pub struct InvalidEntry;

impl FromStr for Entry {
    type Err = InvalidEntry;

    /// A leading `whatsapp:` is left out, since lists that name several channels have it.
    fn from_str(text: &str) -> Result<Self, InvalidEntry> {
        let text = text.trim();
        let unprefixed = text.strip_prefix(CHANNEL).and_then(|rest| rest.strip_prefix(':'));
        let text = unprefixed.unwrap_or(text);
        if text == "*" {
            return Ok(Self::Anyone);
        }
        match Address::of_person(text) {
            Address::Phone(number) if is_international(&number) => Ok(Self::Phone(number)),
            Address::User(id) => Ok(Self::User(id)),
            Address::Phone(_) | Address::Group(_) => Err(InvalidEntry),
        }
    }
}

/// Leaves the number out, so that it can't reach a log line.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anyone => "Anyone",
            Self::Phone(_) => "Phone",
            Self::User(_) => "User",
        })
    }
}

/// Whether a person who is known by these ids is answered.
pub(crate) fn is_answered(
    policy: DmPolicy,
    list: &[Entry],
    phone: Option<&str>,
    user_id: Option<&str>,
) -> bool {
    let fits = |entry: &Entry| match entry {
        Entry::Anyone => true,
        Entry::Phone(number) => Some(number.as_str()) == phone,
        Entry::User(id) => Some(id.as_str()) == user_id,
    };
    match policy {
        DmPolicy::Open => true,
        DmPolicy::Allowlist => list.iter().any(fits),
        DmPolicy::Disabled => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_number_an_id_or_everyone() {
        for (text, entry) in [
            ("*", Entry::Anyone),
            ("+49 151 123-45678", Entry::Phone("4915112345678".into())),
            ("whatsapp:4915112345678", Entry::Phone("4915112345678".into())),
            (" US.1349 ", Entry::User("US.1349".into())),
        ] {
            assert!(text.parse() == Ok(entry), "{text}");
        }
        for text in ["", "Ann", "123", "015112345678", "telegram:4915112345678", "1234567890123456"]
        {
            assert_eq!(text.parse::<Entry>(), Err(InvalidEntry), "{text}");
        }
    }

    #[test]
    fn a_list_lets_in_numbers_and_ids_that_stand_on_it() {
        let list = ["+4915112345678".parse().unwrap(), "US.7".parse().unwrap()];
        let is_let_in = |phone, id| is_answered(DmPolicy::Allowlist, &list, phone, id);
        assert!(is_let_in(Some("4915112345678"), None));
        assert!(is_let_in(Some("2"), Some("US.7")));
        assert!(!is_let_in(Some("2"), Some("US.8")));
        assert!(!is_let_in(None, None));
        assert!(is_answered(DmPolicy::Allowlist, &[Entry::Anyone], None, None));
        assert!(!is_answered(DmPolicy::Allowlist, &[], Some("2"), None));
    }

    #[test]
    fn open_lets_everyone_in_and_disabled_no_one() {
        assert!(is_answered(DmPolicy::Open, &[], None, None));
        assert!(!is_answered(DmPolicy::Disabled, &[Entry::Anyone], Some("2"), None));
    }
}
