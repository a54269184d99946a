//! Made-up histories and records that the oracle has to see through.

use super::*;

fn mark(number: u32) -> Mark {
    Mark { customer: 0, number }
}

/// Three messages, each of which was acknowledged before the next one was sent, and has the reply
/// on record that `turn` gives to it in a turn of its own or in these turns.
fn sent(turns: &[Turn]) -> Vec<Entry> {
    let entry = |number: u32| {
        let of = turns.iter().find(|turn| turn.asked.contains(&mark(number)));
        let record = of.map_or(Record::Unanswered, |turn| Record::Answered(turn.reply.clone()));
        Entry {
            acknowledged: Some(u64::from(number) * 2 + 1),
            ids: BTreeSet::from([format!("msg_{number}")]),
            first_try: Some(true),
            records: vec![record],
            ..Entry::begun(mark(number), u64::from(number) * 2)
        }
    };
    (0..3).map(entry).collect()
}

/// A turn that answers what it was asked.
fn turn(numbers: &[u32]) -> Turn {
    let asked: Vec<Mark> = numbers.iter().copied().map(mark).collect();
    let names: String = asked.iter().map(Mark::to_string).collect();
    Turn { reply: format!("to {names}"), asked }
}

fn judged(sent: &[Entry], turns: &[Turn], dead: &[u32]) -> Verdict {
    let mut letters = Letters::default();
    letters.found(dead.iter().copied().map(mark).collect());
    let mut verdict = Verdict::default();
    verdict.add(sent, &[turns.to_vec(), turns.to_vec()], &letters);
    verdict
}

fn as_told(turns: &[Turn]) -> Verdict {
    judged(&sent(turns), turns, &[])
}

#[test]
fn each_message_in_one_turn_and_in_order_is_as_it_should_be() {
    let verdict = as_told(&[turn(&[0]), turn(&[1, 2])]);
    assert!(verdict.is_green(), "{verdict:?}");
    assert_eq!((verdict.acknowledged, verdict.answered), (3, 3));
    assert_eq!((verdict.swapped, verdict.overlapping), (0, 0));
}

#[test]
fn what_is_acknowledged_and_nowhere_is_lost_and_what_is_not_acknowledged_is_not_green() {
    let turns = [turn(&[0, 2])];
    let verdict = as_told(&turns);
    assert_eq!((verdict.lost.as_slice(), verdict.vanished), (&[mark(1)] as &[Mark], 1));
    assert!(!verdict.is_green());
    let mut refused = sent(&turns);
    refused[1].acknowledged = None;
    let verdict = judged(&refused, &turns, &[]);
    assert!(verdict.lost.is_empty() && !verdict.is_green());
    assert!(!Verdict::default().is_green(), "nothing was tried");
}

#[test]
fn a_reply_that_only_the_history_knows_is_lost_to_its_caller() {
    let turns = [turn(&[0]), turn(&[1, 2])];
    for record in [Record::Unanswered, Record::Unknown] {
        let mut sent = sent(&turns);
        sent[1].records = vec![record];
        let verdict = judged(&sent, &turns, &[]);
        assert_eq!((verdict.lost.as_slice(), verdict.vanished), (&[mark(1)] as &[Mark], 0));
    }
    let mut unasked = sent(&turns);
    unasked[1].records.clear();
    assert_eq!(judged(&unasked, &turns, &[]).lost, [mark(1)]);
}

#[test]
fn a_reply_that_the_history_does_not_know_is_lost_too() {
    let turns = [turn(&[0]), turn(&[1, 2])];
    let verdict = judged(&sent(&turns), &turns[..1], &[]);
    assert_eq!((verdict.lost.as_slice(), verdict.vanished), (&[mark(1), mark(2)] as &[Mark], 0));
}

#[test]
fn a_message_in_two_turns_or_with_two_replies_or_ids_is_duplicated() {
    let twice = as_told(&[turn(&[0]), turn(&[0, 1, 2])]);
    assert_eq!(twice.duplicated, [mark(0)]);
    let turns = [turn(&[0, 1, 2])];
    let another = format!("another one {}", mark(2));
    let mut seen = sent(&turns);
    seen[2].replies.insert(another.clone());
    assert_eq!(judged(&seen, &turns, &[]).duplicated, [mark(2)]);
    let mut recorded = sent(&turns);
    recorded[2].records = vec![Record::Answered(another)];
    assert_eq!(judged(&recorded, &turns, &[]).duplicated, [mark(2)]);
    let mut named = sent(&turns);
    named[2].ids.insert("msg_another".to_owned());
    assert_eq!(judged(&named, &turns, &[]).duplicated, [mark(2)]);
}

#[test]
fn a_reply_that_answers_another_message_answers_nothing() {
    let wrong = Turn { asked: vec![mark(1)], ..turn(&[0]) };
    assert_eq!(as_told(&[turn(&[0]), wrong, turn(&[2])]).lost, [mark(1)]);
}

#[test]
fn a_dead_letter_is_not_lost_and_one_that_is_answered_too_is_duplicated() {
    let turns = [turn(&[0, 1])];
    let parked = judged(&sent(&turns), &turns, &[2]);
    assert!(parked.lost.is_empty() && parked.duplicated.is_empty(), "{parked:?}");
    assert_eq!((parked.answered, parked.dead_letters), (2, 1));
    let turns = [turn(&[0, 1]), turn(&[2])];
    assert_eq!(judged(&sent(&turns), &turns, &[2]).duplicated, [mark(2)]);
    let mut replied = sent(&turns[..1]);
    replied[2].replies.insert(format!("to {}", mark(2)));
    assert_eq!(judged(&replied, &turns[..1], &[2]).duplicated, [mark(2)]);
}

#[test]
fn a_dead_letter_that_is_no_more_among_them_is_lost_or_duplicated() {
    let mut letters = Letters::default();
    letters.found(vec![mark(2)]);
    letters.found(Vec::new());
    let judged = |turns: &[Turn]| {
        let mut verdict = Verdict::default();
        verdict.add(&sent(turns), &[turns.to_vec()], &letters);
        verdict
    };
    assert_eq!(judged(&[turn(&[0, 1])]).lost, [mark(2)]);
    assert_eq!(judged(&[turn(&[0, 1]), turn(&[2])]).duplicated, [mark(2)]);
}

#[test]
fn more_than_one_dead_letter_in_a_hundred_messages_is_not_green() {
    let figures = |dead_letters| Verdict {
        attempted: 600,
        acknowledged: 600,
        dead_letters,
        ..Verdict::default()
    };
    assert!(figures(6).is_green());
    assert!(!figures(7).is_green());
    let all_dead = judged(&sent(&[]), &[], &[0, 1, 2]);
    assert!(all_dead.lost.is_empty() && !all_dead.is_green());
}

#[test]
fn what_is_answered_before_something_that_was_acknowledged_earlier_is_out_of_order() {
    assert_eq!(as_told(&[turn(&[1]), turn(&[0]), turn(&[2])]).out_of_order, [mark(1)]);
    assert_eq!(as_told(&[turn(&[0]), turn(&[2, 1])]).out_of_order, [mark(2)]);
}

#[test]
fn of_messages_in_flight_at_once_either_may_be_first_and_what_comes_after_both_is_last() {
    // The later one came in first, and the earlier one before the other was acknowledged.
    let overlapping = |turns: &[Turn]| {
        let mut sent = sent(turns);
        (sent[1].begun, sent[1].acknowledged) = (0, Some(2));
        (sent[0].begun, sent[0].acknowledged) = (1, Some(3));
        sent.swap(0, 1);
        judged(&sent, turns, &[])
    };
    for either in [[turn(&[0]), turn(&[1]), turn(&[2])], [turn(&[1]), turn(&[0]), turn(&[2])]] {
        let verdict = overlapping(&either);
        assert!(verdict.is_green(), "{verdict:?}");
        assert_eq!((verdict.swapped, verdict.overlapping), (1, 1));
    }
    assert_eq!(overlapping(&[turn(&[1]), turn(&[2]), turn(&[0])]).out_of_order, [mark(2)]);
}

#[test]
fn what_came_in_swapped_one_after_the_other_stays_swapped() {
    let judged = |turns: &[Turn]| {
        let mut sent = sent(turns);
        (sent[1].begun, sent[1].acknowledged) = (0, Some(1));
        (sent[0].begun, sent[0].acknowledged) = (2, Some(3));
        sent.swap(0, 1);
        judged(&sent, turns, &[])
    };
    assert!(judged(&[turn(&[1, 0]), turn(&[2])]).is_green());
    assert_eq!(judged(&[turn(&[0, 1]), turn(&[2])]).out_of_order, [mark(0)]);
}

#[test]
fn gateways_that_tell_different_histories_are_out_of_order() {
    let (one, other) = ([turn(&[0]), turn(&[1, 2])], [turn(&[0]), turn(&[2, 1])]);
    let mut verdict = Verdict::default();
    verdict.add(&sent(&one), &[one.to_vec(), other.to_vec()], &Letters::default());
    assert_eq!(verdict.out_of_order, [mark(1), mark(2)]);
}

#[test]
fn a_repetition_that_is_never_acknowledged_is_not_green() {
    let turns = [turn(&[0, 1, 2])];
    let mut repeated = sent(&turns);
    (repeated[0].repetitions, repeated[0].repetitions_acknowledged) = (2, 2);
    assert!(judged(&repeated, &turns, &[]).is_green());
    repeated[0].repetitions_acknowledged = 1;
    assert!(!judged(&repeated, &turns, &[]).is_green());
}

#[test]
fn an_uncertain_send_that_nobody_cared_for_is_not_green_in_any_sum() {
    let turns = [turn(&[0, 1, 2])];
    let mut settled = judged(&sent(&turns), &turns, &[]);
    settled.uncertain = Some(Uncertain { resent: 1, settled: 2, ..Uncertain::default() });
    assert!(settled.is_green());
    let left = Uncertain { left: vec!["a part".to_owned()], ..Uncertain::default() };
    let mut all = settled.clone();
    all.absorb(Verdict { uncertain: Some(left), ..settled });
    assert_eq!((all.attempted, all.answered), (6, 6));
    assert_eq!(all.uncertain.as_ref().map(Uncertain::count), Some(4));
    assert!(!all.is_green());
}
