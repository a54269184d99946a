//! What happens to a conversation beside its messages.

use conversation::ConversationId;

use super::{Arrival, unknown};
use crate::wire::{ChatKind, Deleted, MemberUpdate, Reactions};
use crate::{Address, Aside, Ignored, Place, Standing, Update};

fn aside(arrival: Arrival<'_>, aside: Option<Aside>) -> Update {
    aside.map_or_else(|| unknown(arrival.kind), Update::Aside)
}

fn chat_conversation(chat: Option<i64>) -> Option<ConversationId> {
    Address::chat(chat?).conversation().ok()
}

pub(super) fn moved(arrival: Arrival<'_>, address: &Address, to: i64) -> Update {
    let name = |address: &Address| address.conversation().ok();
    let names = name(address).zip(name(&address.moved_to(to)));
    aside(arrival, names.map(|(from, to)| Aside::Moved { from, to }))
}

pub(super) fn reaction(arrival: Arrival<'_>, reactions: &Reactions) -> Update {
    if reactions.user.as_ref().is_some_and(|user| *user.is_bot == Some(true)) {
        return Update::Ignored(Ignored::FromBot);
    }
    let conversation = chat_conversation(reactions.chat.as_ref().and_then(|chat| *chat.id));
    let emoji = reactions.new_reaction.iter().filter_map(|reaction| reaction.emoji.0.clone());
    let reacted = conversation.zip(*reactions.message_id).map(|(conversation, message_id)| {
        Aside::Reacted { conversation, message_id, emoji: emoji.collect() }
    });
    aside(arrival, reacted)
}

pub(super) fn deletion(arrival: Arrival<'_>, deleted: Deleted) -> Update {
    let chat = deleted.chat.as_ref().and_then(|chat| *chat.id);
    let place = deleted.business_connection_id.0.map_or(Place::Chat, Place::Business);
    let address = chat.map(|chat| Address { chat, place });
    let conversation = address.and_then(|address| address.conversation().ok());
    let message_ids = deleted.message_ids.0;
    aside(arrival, conversation.map(|conversation| Aside::Deleted { conversation, message_ids }))
}

pub(super) fn membership(arrival: Arrival<'_>, update: &MemberUpdate) -> Update {
    let Some(chat) = &*update.chat else { return unknown(arrival.kind) };
    if chat.kind() == ChatKind::Channel {
        return Update::Ignored(Ignored::NoUse);
    }
    let standing = update.new_chat_member.as_ref().and_then(|member| {
        match (member.status.as_deref()?, *member.is_member) {
            ("kicked" | "left", _) | ("restricted", Some(false)) => Some(Standing::Out),
            ("member" | "administrator" | "creator" | "restricted", _) => Some(Standing::In),
            (_, _) => None,
        }
    });
    let standing = chat_conversation(*chat.id)
        .zip(standing)
        .map(|(conversation, standing)| Aside::Standing { conversation, standing });
    aside(arrival, standing)
}
