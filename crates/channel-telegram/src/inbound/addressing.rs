//! Whether a message of a group is meant for the bot, and commands.

use super::Me;
use crate::options::GroupAnswer;
use crate::wire::{Entity, Message};

/// The longest parameter of a link that opens the chat. Telegram allows 64.
const PARAMETER_CHARS: usize = 64;

/// A command at the beginning of a text: `/name@bot words`.
pub(super) struct Command<'a> {
    name: &'a str,
    bot: Option<&'a str>,
    rest: &'a str,
}

/// A command of the gateway's own, with the words that followed it.
pub(super) enum Own {
    Start(String),
    Reset(String),
}

impl<'a> Command<'a> {
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let whole = text.trim_start().strip_prefix('/')?;
        let end = whole.find(char::is_whitespace).unwrap_or(whole.len());
        let (head, rest) = whole.split_at(end);
        let (name, bot) = match head.split_once('@') {
            Some((name, bot)) => (name, Some(bot)),
            None => (head, None),
        };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_name = !name.is_empty() && name.bytes().all(fits);
        is_name.then_some(Self { name, bot, rest: rest.trim() })
    }

    /// Which of the gateway's own commands it is. A bot that is named was looked at before; in
    /// chats of one person nobody else can be meant.
    pub(super) fn own(&self) -> Option<Own> {
        let rest = self.rest.to_owned();
        match self.name.to_ascii_lowercase().as_str() {
            "start" => Some(Own::Start(rest)),
            "new" | "reset" => Some(Own::Reset(rest)),
            _ => None,
        }
    }
}

impl Own {
    /// What the customer said with it, or a note where that says nothing to anyone.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Reset(rest) => rest.clone(),
            Self::Start(rest) if rest.is_empty() => "[the customer opened the chat]".to_owned(),
            Self::Start(parameter) => {
                let parameter: String = parameter.chars().take(PARAMETER_CHARS).collect();
                format!("[the customer opened the chat by a link with the parameter {parameter:?}]")
            }
        }
    }
}

impl Me {
    /// Whether a message of a group is to be answered.
    pub(super) fn is_addressed(
        &self,
        message: &Message,
        command: Option<&Command<'_>>,
        answer: GroupAnswer,
    ) -> bool {
        match command.map(|command| command.bot) {
            Some(Some(bot)) => return self.is_called(bot),
            Some(None) => return true,
            None => {}
        }
        match answer {
            GroupAnswer::Everything => true,
            GroupAnswer::Addressed => self.is_replied_to(message) || self.is_mentioned(message),
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.username.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    fn is_replied_to(&self, message: &Message) -> bool {
        let replied = message.reply_to_message.as_ref();
        replied.and_then(|to| to.from.as_ref()).is_some_and(|user| *user.id == Some(self.id))
    }

    fn is_mentioned(&self, message: &Message) -> bool {
        let by_name = |text: &Option<String>| text.as_deref().is_some_and(|text| self.is_in(text));
        let is_me =
            |entity: &Entity| entity.user.as_ref().is_some_and(|user| *user.id == Some(self.id));
        by_name(&message.text)
            || by_name(&message.caption)
            || message.entities.iter().chain(message.caption_entities.iter()).any(is_me)
    }

    /// Whether the text has `@username` as a word of its own.
    fn is_in(&self, text: &str) -> bool {
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        text.match_indices('@').any(|(at, _)| {
            let name = text[at + 1..].split(|char| !is_word(char)).next().unwrap_or_default();
            self.is_called(name) && !text[..at].ends_with(is_word)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_from_words() {
        let parts = |text: &'static str| Command::of(text).map(|it| (it.name, it.bot, it.rest));
        assert_eq!(parts("/new"), Some(("new", None, "")));
        assert_eq!(parts(" /new@the_bot  hi there "), Some(("new", Some("the_bot"), "hi there")));
        for text in ["new", "/", "//x", "/ new", "a /new", "/ä", "", "/usr/bin is full"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn a_mention_is_a_word_of_its_own() {
        let me = Me { id: 1, username: Some("the_bot".into()) };
        for text in ["@the_bot hi", "hi (@The_Bot)", "@other @the_bot", "ü@x @the_bot!"] {
            assert!(me.is_in(text), "{text}");
        }
        for text in ["the_bot", "@the_bots", "mail a@the_bot", "@the_botü", "@", "@@"] {
            assert!(!me.is_in(text), "{text}");
        }
        assert!(!Me { id: 1, username: None }.is_in("@the_bot"));
    }
}
