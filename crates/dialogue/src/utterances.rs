//! The words of a conversation as the model reads them: earlier turns within a budget, and the
//! messages that are to be answered.

use std::borrow::Cow;
use std::fmt::Write as _;

use conversation::{Exchange, Message, Role, Timestamp, Utterance};

use crate::amendments::Amendments;
use crate::bounds::cut;
use crate::notes::Note;

/// Stands before our first words where the customer didn't begin, since some providers take
/// nothing but the customer's words first.
const WE_BEGAN: &str = "[a person of the company wrote to the customer first]";

/// The longest name or kind of an attachment, in bytes.
const LABEL_BYTES: usize = 120;

/// One earlier turn.
pub(crate) struct Recalled {
    /// When the newest of its messages came.
    pub(crate) asked_at: Timestamp,
    /// What the customer said and what was answered.
    pub(crate) utterances: [Utterance; 2],
}

/// Earlier turns, oldest first, as many of the newest as fit the budget. A turn is there wholly
/// or not at all, but neither of its sides may take more than half of the budget.
pub(crate) fn recall<'a>(
    history: &'a [Exchange],
    amendments: &Amendments<'a>,
    budget: usize,
) -> Vec<Recalled> {
    let mut room = budget;
    let mut newest_first = Vec::with_capacity(history.len().min(16));
    for exchange in history.iter().rev() {
        let messages = exchange.asked.iter().filter_map(|message| amendments.read(message));
        let asked = question(messages, budget / 2);
        let reply = cut(&exchange.reply.text, budget / 2);
        let Some(left) = room.checked_sub(asked.len() + reply.len()) else { break };
        room = left;
        let asked_at = exchange.asked.iter().map(|message| message.at).max();
        newest_first.push(Recalled {
            asked_at: asked_at.unwrap_or(exchange.reply.at),
            utterances: [
                Utterance::text(Role::Customer, asked),
                Utterance::text(Role::Assistant, reply),
            ],
        });
    }
    newest_first.reverse();
    newest_first
}

/// Puts the notes among the turns, in the order of time. A note that came after a turn's messages
/// stands after their answer, which may have been given without knowing of it.
pub(crate) fn weave(turns: Vec<Recalled>, notes: Vec<Note>) -> Vec<Utterance> {
    let mut woven = Vec::with_capacity(turns.len() * 2 + notes.len() + 2);
    let mut notes = notes.into_iter().peekable();
    for Recalled { asked_at, utterances } in turns {
        while let Some(note) = notes.next_if(|note| note.at <= asked_at) {
            woven.push(note.utterance);
        }
        woven.extend(utterances);
    }
    woven.extend(notes.map(|note| note.utterance));
    if woven.first().is_some_and(|first| first.role == Role::Assistant) {
        woven.insert(0, Utterance::text(Role::Customer, WE_BEGAN));
    }
    woven
}

/// Several messages as one utterance of at most about `budget` bytes, separated by blank lines.
/// If they are too long together, each is cut to its share.
pub(crate) fn question<'a>(
    messages: impl IntoIterator<Item = &'a Message>,
    budget: usize,
) -> String {
    let spoken: Vec<Cow<'a, str>> =
        messages.into_iter().map(spoken).filter(|text| !text.is_empty()).collect();
    let whole = spoken.iter().map(|text| text.len() + SEPARATOR.len()).sum::<usize>();
    if whole <= budget + SEPARATOR.len() {
        return match <[_; 1]>::try_from(spoken) {
            Ok([only]) => only.into_owned(),
            Err(several) => several.join(SEPARATOR),
        };
    }
    let share = (budget / spoken.len().max(1)).saturating_sub(SEPARATOR.len());
    spoken.iter().map(|text| cut(text, share)).collect::<Vec<_>>().join(SEPARATOR)
}

const SEPARATOR: &str = "\n\n";

/// The words of a message, and what came with them.
pub(crate) fn spoken(message: &Message) -> Cow<'_, str> {
    let words = message.text.trim();
    if message.attachments.is_empty() {
        return Cow::Borrowed(words);
    }
    let mut text = words.to_owned();
    for attachment in &message.attachments {
        let gap = if text.is_empty() { "" } else { "\n" };
        let kind = cut(&attachment.media_type, LABEL_BYTES);
        let _ = write!(text, "{gap}[attachment: {kind}");
        if let Some(name) = &attachment.name {
            let _ = write!(text, ", named {:?}", cut(name, LABEL_BYTES));
        }
        text.push(']');
    }
    Cow::Owned(text)
}

/// Joins neighbours of one role, and begins with the customer: some providers take nothing else.
pub(crate) fn alternate(utterances: Vec<Utterance>) -> Vec<Utterance> {
    let mut alternating: Vec<Utterance> = Vec::with_capacity(utterances.len() + 1);
    for utterance in utterances {
        match alternating.last_mut() {
            _ if utterance.text.is_empty() => {}
            Some(last) if last.role == utterance.role => {
                last.text.push_str(SEPARATOR);
                last.text.push_str(&utterance.text);
                last.images.extend(utterance.images);
            }
            None if utterance.role == Role::Assistant => {}
            Some(_) | None => alternating.push(utterance),
        }
    }
    alternating
}

#[cfg(test)]
mod tests {
    use conversation::{Attachment, Remark, Remarked, Reply};

    use super::*;

    fn message(text: &str) -> Message {
        Message::text(text, Timestamp(0))
    }

    fn exchange(asked: &[&str], reply: &str) -> Exchange {
        Exchange {
            asked: asked.iter().map(|text| message(text)).collect(),
            reply: Reply { text: reply.into(), model: "a/b".into(), at: Timestamp(0) },
        }
    }

    fn said(history: &[Exchange], budget: usize) -> Vec<Utterance> {
        weave(recall(history, &Amendments::default(), budget), Vec::new())
    }

    fn texts(utterances: &[Utterance]) -> Vec<&str> {
        utterances.iter().map(|utterance| utterance.text.as_str()).collect()
    }

    #[test]
    fn collected_messages_are_one_utterance() {
        let several = [message("Hello"), message(" "), message("Where is it?")];
        assert_eq!(question(&several, 100), "Hello\n\nWhere is it?");
        assert_eq!(question(&several[..1], 5), "Hello");
    }

    #[test]
    fn messages_that_are_too_long_are_cut_to_their_share() {
        let several = [message(&"a".repeat(100)), message("short"), message(&"b".repeat(100))];
        let asked = question(&several, 60);
        assert!(asked.len() <= 60, "{asked}");
        assert!(asked.contains("\n\nshort\n\n"), "{asked}");
        assert!(asked.contains("aaa") && asked.contains("bbb"));
        assert_eq!(asked.matches("[…]").count(), 2);
    }

    #[test]
    fn an_attachment_is_told_by_kind_and_name() {
        let mut with = message("look");
        let picture = |name: Option<&str>| Attachment {
            media_type: "image/jpeg".into(),
            name: name.map(str::to_owned),
            handle: "secret-handle".into(),
            bytes: None,
        };
        with.attachments = vec![picture(Some("a \"b\"\n.jpg")), picture(None)];
        let asked = question(&[with], 1000);
        let expected = "look\n[attachment: image/jpeg, named \"a \\\"b\\\"\\n.jpg\"]\n[attachment: image/jpeg]";
        assert_eq!(asked, expected);
    }

    #[test]
    fn the_newest_whole_turns_that_fit_are_recalled() {
        let history =
            [exchange(&["1111"], "aaaa"), exchange(&["2222"], "bbbb"), exchange(&["3333"], "cccc")];
        assert_eq!(texts(&said(&history, 23)), ["2222", "bbbb", "3333", "cccc"]);
        assert_eq!(texts(&said(&history, 24)).len(), 6);
        assert!(said(&history, 0).is_empty());
    }

    #[test]
    fn one_long_reply_does_not_push_its_own_turn_out() {
        let history = [exchange(&["old"], "old"), exchange(&["why?"], &"x".repeat(5000))];
        let recalled = said(&history, 1000);
        assert_eq!(recalled[recalled.len() - 2].text, "why?");
        assert!(recalled[recalled.len() - 1].text.len() <= 500);
        assert!(recalled[recalled.len() - 1].text.ends_with("[…]"));
    }

    #[test]
    fn roles_alternate_and_the_customer_begins() {
        let history = [exchange(&[], "Good day"), exchange(&["a", "b"], "c"), exchange(&[], "d")];
        let recalled = alternate(said(&history, 1000));
        assert_eq!(texts(&recalled), ["a\n\nb", "c\n\nd"]);
        assert_eq!(recalled[0].role, Role::Customer);
        assert_eq!(recalled[1].role, Role::Assistant);
    }

    fn at(at: u64, text: &str) -> Exchange {
        let reply =
            Reply { text: format!("re: {text}"), model: "a/b".into(), at: Timestamp(at + 5) };
        Exchange { asked: vec![Message::text(text, Timestamp(at))], reply }
    }

    fn note(at: u64, role: Role, text: &str) -> Note {
        Note { at: Timestamp(at), utterance: Utterance::text(role, text) }
    }

    #[test]
    fn notes_stand_in_the_order_of_time_and_never_between_a_question_and_its_answer() {
        let history = [at(10, "one"), at(20, "two")];
        let notes = vec![
            note(5, Role::Customer, "[before]"),
            note(12, Role::Customer, "[while one was answered]"),
            note(30, Role::Assistant, "from a person"),
        ];
        let turns = recall(&history, &Amendments::default(), 1000);
        let woven = weave(turns, notes);
        let expected = [
            "[before]",
            "one",
            "re: one",
            "[while one was answered]",
            "two",
            "re: two",
            "from a person",
        ];
        assert_eq!(texts(&woven), expected);
        assert_eq!(woven[6].role, Role::Assistant);
    }

    #[test]
    fn words_of_ours_that_come_first_are_not_lost() {
        let notes = vec![note(5, Role::Assistant, "Your parcel is here")];
        let mut woven = weave(Vec::new(), notes);
        woven.push(Utterance::text(Role::Customer, "Where?"));
        assert_eq!(texts(&alternate(woven)), [WE_BEGAN, "Your parcel is here", "Where?"]);
    }

    #[test]
    fn changed_messages_are_recalled_as_they_stand_and_those_taken_back_are_not() {
        let reference = |it: &str| Some(it.to_owned());
        let mut exchange = exchange(&["as it was", "stays", "secret"], "reply");
        exchange.asked[0].reference = reference("a");
        exchange.asked[2].reference = reference("c");
        let remark = |about: &str, what| Remark { about: reference(about), what, at: Timestamp(9) };
        let remarks =
            [remark("a", Remarked::Edited(message("as it is"))), remark("c", Remarked::TakenBack)];
        let recalled = recall(&[exchange], &Amendments::of(&remarks), 1000);
        assert_eq!(texts(&weave(recalled, Vec::new())), ["as it is\n\nstays", "reply"]);
    }
}
