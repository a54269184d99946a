//! Who may be heard.

use super::Listener;
use crate::Address;
use crate::options::DmPolicy;
use crate::wire::{Message, User};

/// Who speaks, and where.
pub(super) struct Sender {
    id: Option<i64>,
    username: Option<String>,
    group: Option<i64>,
}

impl Sender {
    pub(super) fn of(message: &Message, address: &Address) -> Self {
        let nobody = User::default();
        // Whoever speaks in the name of a chat is known by nothing else.
        let from = message.from.as_ref().filter(|_| message.sender_chat.is_none());
        Self::user(from.unwrap_or(&nobody), address)
    }

    pub(super) fn user(user: &User, address: &Address) -> Self {
        let group = address.is_group().then_some(address.chat);
        // A chat of one person has that person's id.
        let id = user.id.or_else(|| group.is_none().then_some(address.chat));
        Self { id, username: user.username.0.clone(), group }
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
