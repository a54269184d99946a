//! Whether a message of a group is meant for the bot, and commands.

use conversation::{Command, aside, own_words};

use super::Me;
use super::notes::inside;
use crate::options::GroupAnswer;
use crate::wire::{Entity, Message};

/// The longest parameter of a link that opens the chat. Telegram allows 64.
const PARAMETER_CHARS: usize = 64;

/// A command at the beginning of a text: `/name@bot words`.
pub(super) struct Slashed<'a> {
    name: &'a str,
    bot: Option<&'a str>,
    rest: &'a str,
}

/// A command of the gateway's own, with the words that followed it.
pub(super) enum Own {
    Start(String),
    Reset(String),
}

impl<'a> Slashed<'a> {
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

/// Whether a message of a group is meant for the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addressed {
    Yes,
    No,
    /// It names someone, and the bot doesn't know its own name yet.
    Perhaps,
}

impl Own {
    /// What it asks for.
    pub(super) const fn command(&self) -> Command {
        match self {
            Self::Start(_) => Command::Start,
            Self::Reset(_) => Command::Restart,
        }
    }

    /// What the customer said with it, or a note where that says nothing to anyone.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Reset(rest) => own_words(rest).into_owned(),
            Self::Start(rest) if rest.is_empty() => aside("opened the chat"),
            Self::Start(parameter) => {
                let parameter = inside(parameter, PARAMETER_CHARS);
                aside(&format!("opened the chat by a link with the parameter {parameter:?}"))
            }
        }
    }
}

impl Me {
    /// Whether a message of a group is to be answered.
    pub(super) fn addressed(
        &self,
        message: &Message,
        slashed: Option<&Slashed<'_>>,
        answer: GroupAnswer,
    ) -> Addressed {
        match (slashed.map(|slashed| slashed.bot), answer) {
            (Some(Some(bot)), _) => self.called(bot),
            (Some(None), _) | (None, GroupAnswer::Everything) => Addressed::Yes,
            (None, GroupAnswer::Addressed) if self.is_replied_to(message) => Addressed::Yes,
            (None, GroupAnswer::Addressed) => self.mentioned(message),
        }
    }

    fn called(&self, name: &str) -> Addressed {
        match &self.username {
            Some(own) if own.eq_ignore_ascii_case(name) => Addressed::Yes,
            Some(_) => Addressed::No,
            None => Addressed::Perhaps,
        }
    }

    fn is_replied_to(&self, message: &Message) -> bool {
        let replied = message.reply_to_message.as_ref();
        replied.and_then(|to| to.from.as_ref()).is_some_and(|user| *user.id == Some(self.id))
    }

    fn mentioned(&self, message: &Message) -> Addressed {
        let is_me =
            |entity: &Entity| entity.user.as_ref().is_some_and(|user| *user.id == Some(self.id));
        if message.entities.iter().chain(message.caption_entities.iter()).any(is_me) {
            return Addressed::Yes;
        }
        let texts = [message.text.as_deref(), message.caption.as_deref()];
        let named: Vec<Addressed> =
            texts.into_iter().flatten().map(|text| self.named_in(text)).collect();
        let found = [Addressed::Yes, Addressed::Perhaps].into_iter();
        found.into_iter().find(|it| named.contains(it)).unwrap_or(Addressed::No)
    }

    /// Whether the text has `@username` as a word of its own.
    fn named_in(&self, text: &str) -> Addressed {
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        let names = text.match_indices('@').filter(|(at, _)| !text[..*at].ends_with(is_word));
        let names = names
            .map(|(at, _)| text[at + 1..].split(|char| !is_word(char)).next().unwrap_or_default());
        let mut named = Addressed::No;
        for name in names.filter(|name| !name.is_empty()) {
            match self.called(name) {
                Addressed::Yes => return Addressed::Yes,
                Addressed::Perhaps => named = Addressed::Perhaps,
                Addressed::No => {}
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_from_words() {
        let parts = |text: &'static str| Slashed::of(text).map(|it| (it.name, it.bot, it.rest));
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
            assert_eq!(me.named_in(text), Addressed::Yes, "{text}");
        }
        for text in ["the_bot", "@the_bots", "mail a@the_bot", "@the_botü", "@", "@@"] {
            assert_eq!(me.named_in(text), Addressed::No, "{text}");
        }
        let unnamed = Me { id: 1, username: None };
        for (text, named) in [
            ("@the_bot hi", Addressed::Perhaps),
            ("hi there", Addressed::No),
            ("mail a@the_bot", Addressed::No),
            ("@", Addressed::No),
        ] {
            assert_eq!(unnamed.named_in(text), named, "{text}");
        }
    }
}
