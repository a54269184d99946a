//! Users and chats.

use serde::Deserialize;

use super::Maybe;

/// A user or a bot.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    pub(crate) id: Maybe<i64>,
    pub(crate) is_bot: Maybe<bool>,
    pub(crate) first_name: Maybe<String>,
    pub(crate) last_name: Maybe<String>,
    pub(crate) username: Maybe<String>,
    pub(crate) language_code: Maybe<String>,
}

/// A chat, of any kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chat {
    pub(crate) id: Maybe<i64>,
    #[serde(rename = "type")]
    pub(crate) kind: Maybe<ChatKind>,
    pub(crate) title: Maybe<String>,
    pub(crate) username: Maybe<String>,
}

/// What a chat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChatKind {
    /// One person and the bot.
    Private,
    /// A small group.
    Group,
    /// A large one, or one with topics.
    Supergroup,
    /// Posts of its owner.
    Channel,
}

impl User {
    /// The name that the person chose to show.
    pub(crate) fn display_name(&self) -> Option<String> {
        let names = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = name.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }
}

impl Chat {
    /// What the chat is. If it doesn't say, its id does: those of people are positive.
    pub(crate) fn kind(&self) -> ChatKind {
        self.kind.unwrap_or(match *self.id {
            Some(id) if id < 0 => ChatKind::Supergroup,
            Some(_) | None => ChatKind::Private,
        })
    }
}
