//! What a turn does with the head of the waiting messages: a command is a turn of its own, and
//! messages before it are answered first.

use std::num::NonZeroUsize;

use conversation::ports::{Memory, Waiting};
use conversation::{Command, Message};

use crate::sayings::Saying;

/// What one turn does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// How many messages it answers, from the oldest.
    pub(crate) answered: NonZeroUsize,
    /// What becomes of the history. A turn that restarts it doesn't look at it, either.
    pub(crate) memory: Memory,
    /// Who answers.
    pub(crate) by: By,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A model.
    Model,
    /// The gateway itself, by this sentence.
    Gateway(Saying),
}

impl Task {
    /// What to do next, if anything waits.
    pub(crate) fn next(messages: &[Waiting]) -> Option<Self> {
        let first = messages.first()?;
        let Some(command) = first.message.command else {
            let until = messages.iter().position(|waiting| waiting.message.command.is_some());
            let answered = NonZeroUsize::new(until.unwrap_or(messages.len()))?;
            return Some(Self { answered, memory: Memory::Continues, by: By::Model });
        };
        let (memory, by) = match command {
            Command::Start => (Memory::Continues, By::Gateway(Saying::Greeting)),
            Command::Restart if says_something(&first.message) => (Memory::Restarts, By::Model),
            Command::Restart => (Memory::Restarts, By::Gateway(Saying::Restarted)),
            Command::SlowDown => (Memory::Continues, By::Gateway(Saying::SlowDown)),
        };
        Some(Self { answered: NonZeroUsize::MIN, memory, by })
    }
}

fn says_something(message: &Message) -> bool {
    !message.text.trim().is_empty() || !message.attachments.is_empty()
}

#[cfg(test)]
mod tests {
    use conversation::{Digest, KeyDigest, MessageId, Timestamp};

    use super::*;

    fn waiting(text: &str, command: Option<Command>) -> Waiting {
        let id =
            MessageId { conversation: Digest([0; 16]), key: KeyDigest([0; 12]), token: [0; 8] };
        let message = Message { command, ..Message::text(text, Timestamp(0)) };
        Waiting { id, key: "k".into(), message, request: None }
    }

    fn next(messages: &[(&str, Option<Command>)]) -> Option<(usize, Memory, By)> {
        let messages: Vec<_> = messages.iter().map(|(text, it)| waiting(text, *it)).collect();
        Task::next(&messages).map(|task| (task.answered.get(), task.memory, task.by))
    }

    #[test]
    fn nothing_is_done_with_nothing() {
        assert_eq!(next(&[]), None);
    }

    #[test]
    fn messages_before_a_command_are_answered_first_and_those_after_it_later() {
        let messages =
            [("a", None), ("b", None), ("", Some(Command::Restart)), ("c", None), ("d", None)];
        assert_eq!(next(&messages), Some((2, Memory::Continues, By::Model)));
        let restarted = By::Gateway(Saying::Restarted);
        assert_eq!(next(&messages[2..]), Some((1, Memory::Restarts, restarted)));
        assert_eq!(next(&messages[3..]), Some((2, Memory::Continues, By::Model)));
    }

    #[test]
    fn a_restart_with_words_is_the_models_and_the_other_commands_are_ours() {
        let with = |command| next(&[("Where is it?", Some(command))]);
        assert_eq!(with(Command::Restart), Some((1, Memory::Restarts, By::Model)));
        let greeting = By::Gateway(Saying::Greeting);
        assert_eq!(with(Command::Start), Some((1, Memory::Continues, greeting)));
        let slow_down = By::Gateway(Saying::SlowDown);
        assert_eq!(with(Command::SlowDown), Some((1, Memory::Continues, slow_down)));
    }
}
