//! Puts earlier turns, what happened besides, and what is asked now in one order.

use std::borrow::Cow;
use std::iter;

use conversation::{Role, Timestamp, Utterance};

use crate::notes::{Kind, Note};
use crate::utterances::Recalled;

/// Stands before our first words where the customer didn't begin, since some providers take
/// nothing but the customer's words first.
const WE_BEGAN: &str = "[a person of the company wrote to the customer first]";

/// Puts the notes among the turns, in the order in which the store took them, and what is asked now at
/// the end. What an answer knew of stands before it; what came too late for it stands after it.
pub(crate) fn weave(
    turns: Vec<Recalled>,
    mut notes: Vec<Note>,
    asked: Vec<(Timestamp, Cow<'_, str>)>,
) -> Vec<Utterance> {
    let mut woven = Vec::with_capacity(turns.len() * 2 + notes.len() + 2);
    notes.sort_by_key(|note| note.kept_at);
    let mut notes = notes.into_iter().peekable();
    for Recalled { asked_at, known_until, utterances: [question, answer] } in turns {
        let known = iter::from_fn(|| notes.next_if(|note| note.kept_at <= known_until));
        let (before, after): (Vec<_>, Vec<_>) = known.partition(|note| note.at <= asked_at);
        woven.extend(before.into_iter().map(|note| note.utterance));
        woven.push(question);
        woven.extend(after.into_iter().map(|note| note.utterance));
        woven.push(answer);
    }
    ask(&mut woven, notes.collect(), asked);
    if woven.first().is_some_and(|first| first.role == Role::Assistant) {
        woven.insert(0, Utterance::text(Role::Customer, WE_BEGAN));
    }
    woven
}

/// Adds what is asked, with what nobody has answered yet among it by its time, and after what is of the
/// same time: it was over the rate, so it came later. What happened, and
/// what we said ourselves, stands before it, since the customer has the last word in a prompt.
fn ask(woven: &mut Vec<Utterance>, mut notes: Vec<Note>, asked: Vec<(Timestamp, Cow<'_, str>)>) {
    let ours = notes.iter().rposition(|note| note.utterance.role == Role::Assistant);
    let later = notes.split_off(ours.map_or(0, |last| last + 1));
    let (with_it, told): (Vec<_>, Vec<_>) =
        later.into_iter().partition(|note| note.kind == Kind::Unanswered);
    woven.extend(notes.into_iter().chain(told).map(|note| note.utterance));
    let with_it = with_it.into_iter().map(|note| (note.at, note.utterance.text.into()));
    let mut pieces: Vec<(Timestamp, Cow<'_, str>)> = asked.into_iter().chain(with_it).collect();
    pieces.sort_by_key(|(at, _)| *at);
    woven.extend(pieces.into_iter().map(|(_, text)| Utterance::text(Role::Customer, text)));
}

#[cfg(test)]
mod tests {
    use conversation::{Exchange, Message, Reply};

    use super::*;
    use crate::amendments::Amendments;
    use crate::sayings::GATEWAY;
    use crate::speakers::Speakers;
    use crate::utterances::{alternate, recall};

    fn recalled(history: &[Exchange]) -> Vec<Recalled> {
        recall(history, &Amendments::default(), Speakers::One, 1000)
    }

    fn texts(utterances: &[Utterance]) -> Vec<&str> {
        utterances.iter().map(|utterance| utterance.text.as_str()).collect()
    }

    fn at(at: u64, text: &str) -> Exchange {
        let reply =
            Reply { text: format!("re: {text}"), model: "a/b".into(), at: Timestamp(at + 5) };
        Exchange { asked: vec![Message::text(text, Timestamp(at))], reply, known_until: None }
    }

    fn note(at: u64, role: Role, text: &str) -> Note {
        let kind = if text.starts_with('[') { Kind::Told } else { Kind::Unanswered };
        let at = Timestamp(at);
        Note { at, kept_at: at, utterance: Utterance::text(role, text), kind }
    }

    #[test]
    fn notes_stand_in_the_order_of_time_and_never_between_a_question_and_its_answer() {
        let history = [at(10, "one"), at(20, "two")];
        let notes = vec![
            note(5, Role::Customer, "[before]"),
            note(12, Role::Customer, "[while one was answered]"),
            note(30, Role::Assistant, "from a person"),
        ];
        let turns = recalled(&history);
        let woven = weave(turns, notes, Vec::new());
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
        let woven = weave(Vec::new(), notes, vec![(Timestamp(1), "Where?".into())]);
        assert_eq!(texts(&alternate(woven)), [WE_BEGAN, "Your parcel is here", "Where?"]);
    }

    #[test]
    fn the_customer_has_the_last_word() {
        let notes = vec![
            note(31, Role::Customer, "and mine?"),
            note(32, Role::Assistant, "from a person"),
            note(33, Role::Customer, "thanks"),
        ];
        let asked = vec![(Timestamp(30), "where is it?".into())];
        let woven = weave(recalled(&[at(10, "one")]), notes, asked);
        let expected = ["one", "re: one", "and mine?", "from a person", "where is it?", "thanks"];
        assert_eq!(texts(&woven), expected);
    }

    #[test]
    fn what_an_answer_knew_stands_before_it_and_is_not_asked_again() {
        let mut history = [at(10, "one"), at(20, "two")];
        history[0].known_until = Some(Timestamp(12));
        let notes = vec![
            note(12, Role::Customer, "known to the first answer"),
            note(15, Role::Customer, "too late for it"),
            note(35, Role::Customer, "newest"),
            note(32, Role::Customer, "newer"),
            note(33, Role::Customer, "[happened]"),
        ];
        let asked = vec![(Timestamp(30), "three".into()), (Timestamp(34), "four".into())];
        let turns = recalled(&history);
        let woven = alternate(weave(turns, notes, asked));
        let expected = [
            "one\n\nknown to the first answer",
            "re: one",
            "too late for it\n\ntwo",
            "re: two",
            "[happened]\n\nthree\n\nnewer\n\nfour\n\nnewest",
        ];
        assert_eq!(texts(&woven), expected);
    }

    #[test]
    fn what_no_answer_knew_is_asked_whatever_times_its_provider_tells() {
        // A provider that tells whole seconds, and repeats of old messages.
        let mut history = [at(10, "one"), at(10, "notice")];
        history[0].known_until = Some(Timestamp(0));
        history[1].reply.model = GATEWAY.to_owned();
        let late = |text, at| Note { at: Timestamp(at), ..note(1_000, Role::Customer, text) };
        let notes = vec![late("of the same second", 10), late("older", 3)];
        let asked = vec![(Timestamp(10), "now".into())];
        let woven = alternate(weave(recalled(&history), notes, asked));
        let expected =
            ["one", "re: one", "notice", "re: notice", "older\n\nnow\n\nof the same second"];
        assert_eq!(texts(&woven), expected);
    }
}
