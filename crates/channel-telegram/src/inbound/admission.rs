//! Who may be heard, and how often.

use conversation::{Allowance, Rate};

use super::Listener;
use crate::Address;
use crate::options::DmPolicy;
use crate::wire::{Chat, Message, User};

/// Who speaks, and where.
pub(super) struct Sender {
    id: Option<i64>,
    username: Option<String>,
    group: Option<i64>,
    /// The chat in whose name someone speaks who is known by nothing else.
    in_name_of: Option<i64>,
}

impl Sender {
    pub(super) fn of(message: &Message, address: &Address) -> Self {
        let nobody = User::default();
        // Whoever speaks in the name of a chat is known by nothing else.
        let from = message.from.as_ref().filter(|_| message.sender_chat.is_none());
        let in_name_of = message.sender_chat.as_ref().and_then(|chat| *chat.id);
        let user = Self::user(from.unwrap_or(&nobody), address, message.chat.as_ref());
        Self { in_name_of, ..user }
    }

    /// A user in a chat. A chat of one person has that person's id and username, which some events
    /// don't tell otherwise.
    pub(super) fn user(user: &User, address: &Address, chat: Option<&Chat>) -> Self {
        let group = address.is_group().then_some(address.chat);
        let id = user.id.or_else(|| group.is_none().then_some(address.chat));
        let of_chat = chat.filter(|_| group.is_none()).and_then(|chat| chat.username.0.clone());
        let username = user.username.0.clone().or(of_chat);
        Self { id, username, group, in_name_of: None }
    }

    /// Whose messages the rate counts: in a group those of each who speaks there, so that nobody
    /// uses up what the others have.
    pub(super) fn allowance(&self, rate: Rate) -> Allowance {
        let speaker = self.in_name_of.or(self.id).filter(|_| self.group.is_some());
        let sender = speaker.map(|id| conversation::Sender::named(&id.to_string()));
        Allowance { rate, sender }
    }
}

impl Listener {
    pub(super) fn may_be_heard(&self, sender: &Sender) -> bool {
        let (id, username) = (sender.id, sender.username.as_deref());
        match (sender.group, self.dm_policy) {
            (Some(group), _) => {
                let list = &self.groups.allow_from;
                list.is_empty() || list.has_group(group) || list.has_person(id, username)
            }
            (None, DmPolicy::Open) => true,
            (None, DmPolicy::Allowlist) => self.allow_from.has_person(id, username),
            (None, DmPolicy::Disabled) => false,
        }
    }
}
