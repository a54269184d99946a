//! What an edit of a message comes to. Of a group's messages only those count that were meant for the
//! bot, which only the store knows: the edit itself may drop the mention, or bring it.

use conversation::{Note, Remark, Remarked, Scope};

use super::addressing::Addressed;
use super::{Heard, Listener, Sender};
use crate::Update;
use crate::wire::Message;

/// How long after a message an edit that brings the mention counts as asking, in seconds. Until then
/// the store certainly still knows the message if it was meant for the bot before: what it remembers
/// may go after a minute of silence.
const AFTERTHOUGHT: i64 = 60;

/// A change of a message, of which the key of the change tells repetitions apart.
pub(super) fn note(heard: &Heard, scope: Scope) -> Note {
    let Heard { conversation, key, message } = heard;
    let (about, at) = (message.reference.clone(), message.at);
    let remark = Remark { about, what: Remarked::Edited(message.clone()), at };
    Note { conversation: conversation.clone(), key: key.clone(), remark, scope }
}

impl Listener {
    /// An edit of a message in a group, which reads like this now.
    pub(super) fn group_edit(
        &self,
        heard: Heard,
        message: &Message,
        sender: &Sender,
        addressed: Addressed,
    ) -> Update {
        match addressed {
            Addressed::Yes if is_afterthought(message) => Update::Afterthought {
                note: Box::new(note(&heard, Scope::OfKnownMessages)),
                said: Box::new(self.to_be_answered(heard, sender, None)),
            },
            Addressed::Yes => Update::Notes(vec![note(&heard, Scope::Always)]),
            Addressed::No | Addressed::Perhaps => {
                Update::Notes(vec![note(&heard, Scope::OfKnownMessages)])
            }
        }
    }
}

/// Whether a message was edited soon after it was sent, as far as Telegram tells.
fn is_afterthought(message: &Message) -> bool {
    let times = message.edit_date.zip(*message.date);
    times.is_some_and(|(edited, sent)| edited.saturating_sub(sent) <= AFTERTHOUGHT)
}

#[cfg(test)]
mod tests {
    use conversation::Timestamp;
    use serde_json::{Value, json};

    use super::super::tests::{listener, listener_by, options};
    use super::*;
    use crate::GroupAnswer;

    /// An edit in a group, so many seconds after the message was sent.
    fn edit(text: &str, later: i64) -> Value {
        json!({"update_id": 9, "edited_message": {
            "message_id": 3, "from": {"id": 7}, "chat": {"id": -100, "type": "supergroup"},
            "date": 1000, "edit_date": 1000 + later, "text": text}})
    }

    fn only(update: &Update) -> &Note {
        let Update::Notes(notes) = update else { panic!("{update:?}") };
        assert_eq!(notes.len(), 1);
        &notes[0]
    }

    #[test]
    fn an_edit_that_does_not_address_the_bot_counts_if_its_message_did() {
        let update = listener().update(edit("where is it?", 5), Timestamp(0));
        let note = only(&update);
        assert_eq!((note.key.as_str(), note.scope), ("9", Scope::OfKnownMessages));
        assert_eq!(note.remark.about.as_deref(), Some("3"));
    }

    #[test]
    fn an_edit_that_brings_the_mention_soon_is_a_message_if_its_message_was_none() {
        for later in [0, 60] {
            let update = listener().update(edit("@the_bot /new", later), Timestamp(0));
            let Update::Afterthought { note, said } = update else { panic!("{update:?}") };
            assert_eq!((note.scope, &note.key), (Scope::OfKnownMessages, &said.key));
            assert_eq!(said.message.text, "@the_bot /new");
            assert_eq!(
                (said.message.reference.as_deref(), said.message.command),
                (Some("3"), None)
            );
        }
    }

    #[test]
    fn a_late_edit_and_one_of_unknown_times_are_noted_and_never_asked() {
        let mut timeless = edit("@the_bot hi", 0);
        timeless["edited_message"]["edit_date"] = Value::Null;
        for edit in [edit("@the_bot hi", 61), timeless] {
            let update = listener().update(edit, Timestamp(0));
            assert_eq!(only(&update).scope, Scope::Always);
        }
    }

    #[test]
    fn an_edit_for_another_bot_asks_nothing_even_where_every_message_is_answered() {
        let mut options = options();
        options.groups.answer = GroupAnswer::Everything;
        let listener = listener_by(&options);
        let update = listener.update(edit("/track@other_bot", 5), Timestamp(0));
        assert_eq!(only(&update).scope, Scope::OfKnownMessages);
        let update = listener.update(edit("where is it?", 500), Timestamp(0));
        assert_eq!(only(&update).scope, Scope::Always);
    }
}
