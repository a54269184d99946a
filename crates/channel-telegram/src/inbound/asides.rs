//! What happens to a conversation beside its messages. None of it starts a turn by itself.

use conversation::{Note, Remark, Remarked, Scope};

use super::notes::inside;
use super::{Arrival, Listener, Sender, unknown};
use crate::reference::key;
use crate::wire::{ChatKind, Deleted, MemberUpdate, Reactions, User};
use crate::{Address, Ignored, Place, Update};

/// How many reactions of one person to one message are told, and how long each may be.
const REACTIONS: usize = 12;
const EMOJI_CHARS: usize = 16;

/// Something that happened, perhaps to a message.
fn note(
    arrival: Arrival<'_>,
    address: &Address,
    about: Option<i64>,
    part: Option<i64>,
    what: Remarked,
) -> Option<Note> {
    let about = about.map(|id| id.to_string());
    let remark = Remark { about, what, at: arrival.at };
    let conversation = address.conversation().ok()?;
    let key = key(arrival.update, part).ok()?;
    Some(Note { conversation, key, remark, scope: Scope::Always })
}

fn noted(arrival: Arrival<'_>, note: Option<Note>) -> Update {
    note.map_or_else(|| unknown(arrival.kind), |note| Update::Notes(vec![note]))
}

pub(super) fn moved(arrival: Arrival<'_>, address: &Address, to: i64) -> Update {
    let conversation = |address: &Address| address.conversation().ok();
    let names = conversation(address).zip(conversation(&address.moved_to(to)));
    let named = names.zip(key(arrival.update, None).ok());
    named.map_or_else(|| unknown(arrival.kind), |((from, to), key)| Update::Moved { from, to, key })
}

impl Listener {
    /// A customer's reactions to a message, as they are now.
    pub(super) fn reaction(&self, arrival: Arrival<'_>, reactions: &Reactions) -> Update {
        let Some(chat) = reactions.chat.as_ref().and_then(|chat| *chat.id) else {
            return unknown(arrival.kind);
        };
        let user = reactions.user.0.clone().unwrap_or_default();
        if *user.is_bot == Some(true) {
            return Update::Ignored(Ignored::FromBot);
        }
        let address = Address::chat(chat);
        if !self.may_be_heard(&Sender::user(&user, &address, reactions.chat.as_ref())) {
            return Update::Ignored(Ignored::NotAllowed);
        }
        let Some(message) = *reactions.message_id else { return unknown(arrival.kind) };
        let emoji = reactions.new_reaction.iter().filter_map(|reaction| reaction.emoji.as_deref());
        let emoji = emoji.take(REACTIONS).map(|emoji| inside(emoji, EMOJI_CHARS));
        let what = Remarked::Reacted(emoji.collect());
        noted(arrival, note(arrival, &address, Some(message), None, what))
    }

    /// Messages that were deleted. Telegram tells of this in business chats only.
    pub(super) fn deletion(&self, arrival: Arrival<'_>, deleted: Deleted) -> Update {
        let Some(chat) = deleted.chat.as_ref().and_then(|chat| *chat.id) else {
            return unknown(arrival.kind);
        };
        let place = deleted.business_connection_id.0.map_or(Place::Chat, Place::Business);
        let address = Address { chat, place };
        if !self.may_be_heard(&Sender::user(&User::default(), &address, deleted.chat.as_ref())) {
            return Update::Ignored(Ignored::NotAllowed);
        }
        let notes: Vec<Note> = deleted
            .message_ids
            .iter()
            .filter_map(|id| note(arrival, &address, Some(*id), Some(*id), Remarked::TakenBack))
            .collect();
        if notes.is_empty() { unknown(arrival.kind) } else { Update::Notes(notes) }
    }

    /// Whether the bot can be heard in a chat has changed.
    pub(super) fn membership(&self, arrival: Arrival<'_>, update: &MemberUpdate) -> Update {
        let Some(chat) = &*update.chat else { return unknown(arrival.kind) };
        if chat.kind() == ChatKind::Channel {
            return Update::Ignored(Ignored::NoUse);
        }
        let Some(address) = chat.id.map(Address::chat) else { return unknown(arrival.kind) };
        let user = update.from.0.clone().unwrap_or_default();
        if !self.may_be_heard(&Sender::user(&user, &address, Some(chat))) {
            return Update::Ignored(Ignored::NotAllowed);
        }
        let is_member = update.new_chat_member.as_ref().and_then(|member| {
            match (member.status.as_deref()?, *member.is_member) {
                ("kicked" | "left", _) | ("restricted", Some(false)) => Some(false),
                ("member" | "administrator" | "creator" | "restricted", _) => Some(true),
                (_, _) => None,
            }
        });
        let happened = is_member.map(|is_member| match (is_member, address.is_group()) {
            (false, false) => "the customer blocked the bot",
            (true, false) => "the customer unblocked the bot",
            (false, true) => "the bot was removed from the group",
            (true, true) => "the bot was added to the group",
        });
        let what = happened.map(|happened| Remarked::Happened(happened.to_owned()));
        noted(arrival, what.and_then(|what| note(arrival, &address, None, None, what)))
    }
}
