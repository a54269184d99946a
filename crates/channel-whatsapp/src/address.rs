//! Where a person or a group is reached, and how that names the conversation.
//!
//! A person is known by the id that WhatsApp keeps for this business, and by the phone number only
//! where it tells no id. A conversation's key is all that is needed to send; the number beside the
//! id is preferred where it is known.

use std::fmt;

use conversation::{ConversationId, InvalidId};

/// The name of this channel in conversations, settings and figures.
pub const CHANNEL: &str = "whatsapp";

/// What the key of a group's conversation begins with. No number and no user id does.
const GROUP: &str = "group/";

/// Where replies go.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A phone number in international form, without the plus.
    Phone(String),
    /// A user id that is scoped to the business, such as `US.13491208655302741918`.
    User(String),
    /// A group.
    Group(String),
}

impl Address {
    /// Reads what a webhook or a list of allowed senders calls a person by.
    #[must_use]
    pub fn of_person(name: &str) -> Self {
        let name = name.trim();
        if is_user_id(name) {
            return Self::User(name.to_owned());
        }
        let number = name.strip_prefix('+').unwrap_or(name);
        let is_spacing = |char: char| matches!(char, ' ' | '-' | '(' | ')');
        if number.chars().all(|char| char.is_ascii_digit() || is_spacing(char)) {
            return Self::Phone(number.chars().filter(char::is_ascii_digit).collect());
        }
        Self::Phone(number.to_owned())
    }

    /// The conversation with whoever is there.
    ///
    /// # Errors
    /// [`InvalidId`] if the address is empty or far too long.
    pub fn conversation(&self) -> Result<ConversationId, InvalidId> {
        match self {
            Self::Phone(key) | Self::User(key) => ConversationId::new(CHANNEL, key),
            Self::Group(id) => ConversationId::new(CHANNEL, &format!("{GROUP}{id}")),
        }
    }

    /// The address that a conversation is named by.
    #[must_use]
    pub fn of_conversation(conversation: &ConversationId) -> Self {
        match conversation.key().strip_prefix(GROUP) {
            Some(id) => Self::Group(id.to_owned()),
            None => Self::of_person(conversation.key()),
        }
    }
}

/// Leaves the number out, so that it can't reach a log line.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Phone(_) => "Phone",
            Self::User(_) => "User",
            Self::Group(_) => "Group",
        })
    }
}

/// Whether this can be a number with its country's code: 7 to 15 digits, the first of which isn't
/// 0 (ITU-T E.164).
pub(crate) fn is_international(number: &str) -> bool {
    (7..=15).contains(&number.len())
        && !number.starts_with('0')
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name looks like `CC.…`: a country's two capitals, a dot, and something.
fn is_user_id(name: &str) -> bool {
    matches!(name.as_bytes(), [a, b, b'.', _, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_by_number_or_by_id_however_it_is_written() {
        for (name, expected) in [
            ("4915112345678", Address::Phone("4915112345678".into())),
            ("+49 151 123-45678", Address::Phone("4915112345678".into())),
            ("+1 (650) 555-1234", Address::Phone("16505551234".into())),
            ("US.1349", Address::User("US.1349".into())),
            ("US.ENT.118", Address::User("US.ENT.118".into())),
            ("<NUMBER>", Address::Phone("<NUMBER>".into())),
        ] {
            assert!(Address::of_person(name) == expected, "{name}");
        }
    }

    #[test]
    fn a_conversation_leads_back_to_its_address() {
        for address in [
            Address::Phone("4915112345678".into()),
            Address::User("US.1349".into()),
            Address::Group("Y2FwaV9".into()),
        ] {
            let conversation = address.conversation().unwrap();
            assert!(Address::of_conversation(&conversation) == address, "{conversation:?}");
        }
        let (group, person) = (Address::Group("491".into()), Address::Phone("491".into()));
        assert_ne!(group.conversation(), person.conversation());
        assert!(Address::Phone(String::new()).conversation().is_err());
    }

    #[test]
    fn debug_prints_no_number() {
        assert!(!format!("{:?}", Address::Phone("4915".into())).contains("4915"));
    }
}
