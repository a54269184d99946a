//! Made-up sends that the oracle has to see through.

use super::*;
use crate::sayings::Length;

const MARK: Mark = Mark { customer: 1, number: 0 };

/// A book with a gateway's answer to one message, and the text of that answer.
fn book() -> (Sends, String) {
    let sayings = Arc::new(Sayings::new(Length::Short));
    let (first, second) = sayings.say(5, &[MARK], 0);
    (Sends::new(Arc::new(Strikes::default()), sayings), format!("{first}{second}"))
}

fn uncertain(sends: &Sends) -> Uncertain {
    sends.uncertain(&BTreeSet::new())
}

#[test]
fn what_is_sent_once_is_a_turn_and_certain() {
    let (sends, text) = book();
    sends.sent(1, &text, 0, Fate::Refused);
    assert!(sends.turns(1).is_empty());
    sends.sent(1, &text, 0, Fate::Taken);
    assert_eq!(sends.turns(1), [Turn { asked: vec![MARK], reply: text }]);
    assert_eq!((uncertain(&sends), sends.taken()), (Uncertain::default(), 1));
}

#[test]
fn a_part_that_comes_again_for_no_reason_is_a_second_answer() {
    let (sends, text) = book();
    sends.sent(1, &text, 0, Fate::Taken);
    sends.sent(1, &text, 0, Fate::Taken);
    assert_eq!(sends.turns(1).len(), 2);
}

#[test]
fn a_part_whose_first_send_nobody_heard_of_may_come_again_and_is_listed() {
    let (sends, text) = book();
    sends.sent(1, &text, 0, Fate::TakenUnsaid);
    assert_eq!(uncertain(&sends).left.len(), 1, "nobody has cared for it yet");
    sends.sent(1, &text, 0, Fate::Taken);
    assert_eq!(sends.turns(1).len(), 1);
    let listed = uncertain(&sends);
    assert_eq!((listed.resent, listed.seen_twice, listed.count()), (1, 1, 1));
}

#[test]
fn a_part_whose_gateway_was_hit_before_it_could_write_it_down_may_come_again() {
    let (sends, text) = book();
    sends.sent(1, &text, 2, Fate::Taken);
    sends.strikes.hit(1, Instant::now());
    sends.sent(1, &text, 1, Fate::Taken);
    assert_eq!(sends.turns(1).len(), 2, "another gateway was hit");
    sends.strikes.hit(2, Instant::now());
    assert_eq!(sends.turns(1).len(), 1);
    assert_eq!(uncertain(&sends).resent, 1);
}

#[test]
fn once_the_provider_said_that_it_is_out_it_must_not_come_again() {
    let (sends, text) = book();
    let place = sends.sent(1, &text, 0, Fate::TakenUnsaid);
    sends.told(1, place);
    assert_eq!(uncertain(&sends).settled, 1);
    sends.sent(1, &text, 0, Fate::Taken);
    assert_eq!(sends.turns(1).len(), 2);
}

#[test]
fn an_uncertain_send_whose_answer_is_a_dead_letter_is_parked() {
    let (sends, text) = book();
    sends.sent(1, &text, 0, Fate::LostUnsaid);
    let listed = sends.uncertain(&BTreeSet::from([MARK]));
    assert_eq!((listed.parked, listed.count(), sends.turns(1).len()), (1, 1, 0));
}

#[test]
fn half_an_answer_is_none_and_what_nobody_said_is_noticed() {
    let sayings = Arc::new(Sayings::new(Length::SomeLong));
    let (first, second) = sayings.say(5, &[Mark { customer: 1, number: 2 }], 0);
    let text = format!("{first}{second}");
    let (one, other) = text.split_at(text.find("Line 100 ").unwrap());
    let sends = Sends::new(Arc::new(Strikes::default()), sayings);
    sends.sent(1, one, 0, Fate::Taken);
    assert!(sends.turns(1).is_empty());
    sends.sent(1, other, 0, Fate::Taken);
    assert_eq!(sends.turns(1).len(), 1);
    assert!(sends.foreign().is_empty());
    sends.sent(1, "Answer 5 to somebody else", 0, Fate::Taken);
    assert_eq!(sends.foreign().len(), 1);
}
