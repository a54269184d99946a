//! Where a conversation is held: a chat, perhaps one topic of it, perhaps in the name of a
//! business account. The key of a conversation spells it, so that a reply finds its way back from
//! the conversation's name alone.

use conversation::{ConversationId, InvalidId};

use crate::CHANNEL;

/// A place to which messages can be sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// The chat: a person's id, or a group's, which is negative.
    pub chat: i64,
    /// Which part of the chat.
    pub place: Place,
}

/// Which part of a chat a conversation is held in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The chat as a whole.
    Chat,
    /// One topic of a group that has topics.
    Topic(i64),
    /// The chat of a business account, in whose name the bot speaks through this connection.
    Business(String),
}

/// Between the chat and its topic.
const TOPIC: char = '/';
/// Between the chat and the business connection.
const BUSINESS: char = '@';

impl Address {
    /// The chat as a whole.
    #[must_use]
    pub const fn chat(chat: i64) -> Self {
        Self { chat, place: Place::Chat }
    }

    /// Whether several people hear what is said there.
    #[must_use]
    pub const fn is_group(&self) -> bool {
        self.chat < 0
    }

    /// The same place in another chat: a group keeps its topics when it becomes a supergroup.
    #[must_use]
    pub fn moved_to(&self, chat: i64) -> Self {
        Self { chat, place: self.place.clone() }
    }

    /// The name of the conversation that is held there.
    ///
    /// # Errors
    /// [`InvalidId`] if the business connection's id is too long.
    pub fn conversation(&self) -> Result<ConversationId, InvalidId> {
        let chat = self.chat;
        let key = match &self.place {
            Place::Chat => chat.to_string(),
            Place::Topic(topic) => format!("{chat}{TOPIC}{topic}"),
            Place::Business(connection) => format!("{chat}{BUSINESS}{connection}"),
        };
        ConversationId::new(CHANNEL, &key)
    }

    /// Reads it back from the conversation's name. None if that is not one of this channel.
    #[must_use]
    pub fn of(conversation: &ConversationId) -> Option<Self> {
        if conversation.channel() != CHANNEL {
            return None;
        }
        let key = conversation.key();
        if let Some((chat, connection)) = key.split_once(BUSINESS) {
            let place = Place::Business(connection.to_owned());
            return (!connection.is_empty()).then_some(Self { chat: chat.parse().ok()?, place });
        }
        match key.split_once(TOPIC) {
            Some((chat, topic)) => {
                let place = Place::Topic(topic.parse().ok()?);
                Some(Self { chat: chat.parse().ok()?, place })
            }
            None => Some(Self::chat(key.parse().ok()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_from_its_conversation() {
        for (place, key) in [
            (Place::Chat, "-1009999999999"),
            (Place::Topic(33), "-1009999999999/33"),
            (Place::Business("a/b@c".into()), "-1009999999999@a/b@c"),
        ] {
            let address = Address { chat: -1_009_999_999_999, place };
            let conversation = address.conversation().unwrap();
            assert_eq!(conversation.key(), key);
            assert_eq!(Address::of(&conversation), Some(address));
        }
    }

    #[test]
    fn the_name_of_another_conversation_is_no_address() {
        for (channel, key) in [
            ("api", "7"),
            ("telegram", "ann"),
            ("telegram", "7/"),
            ("telegram", "7@"),
            ("telegram", "/7"),
        ] {
            assert_eq!(Address::of(&ConversationId::new(channel, key).unwrap()), None, "{key}");
        }
    }
}
