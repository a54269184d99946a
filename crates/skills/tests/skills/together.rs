//! Several questions answered at once, and those who want a person.

use skills::{Language, OfflineAnswerer};

use crate::answering::{is_promise_of_a_person, prompt};
use crate::shelf::shipped;

#[test]
fn questions_that_are_asked_together_are_answered_each() {
    let answerer = OfflineAnswerer::new(shipped());
    let titles = |asked: &str| -> Vec<String> {
        let answer = answerer.answer_text(&prompt(&[asked]));
        assert!(!is_promise_of_a_person(&answer), "{answer}");
        let titles = answer.lines().filter_map(|line| line.strip_prefix("**")?.strip_suffix("**"));
        titles.map(str::to_owned).collect()
    };
    let (parcel, refund) = ("Where is my parcel?", "When do I get a refund?");
    assert_eq!(titles(&format!("{parcel}\n\n{refund}")), [parcel, refund]);
    assert_eq!(titles(&format!("{refund}\n\nHello\n\n{parcel}")), [refund, parcel]);
    assert_eq!(titles(&format!("{parcel}\n\nwhere is my package\n\nthanks")), [parcel]);
    let price = "What does it cost to send a parcel?";
    let damaged = "My parcel arrived damaged";
    assert_eq!(titles(&[parcel, refund, price, damaged].join("\n\n")), [parcel, refund, price]);
}

#[test]
fn a_question_beside_others_that_nothing_answers_gets_the_promise_of_a_person() {
    let answerer = OfflineAnswerer::new(shipped());
    let asked = "Where is my parcel?\n\nHow do I bake bread?";
    let answer = answerer.answer_text(&prompt(&[asked]));
    assert!(answer.starts_with("**Where is my parcel?**\n\n"), "{answer}");
    assert!(
        answer.ends_with("\n\nA person from our team will follow up with you here."),
        "{answer}"
    );
    // A name asks nothing.
    let answer = answerer.answer_text(&prompt(&["I am Ann Example\n\nWhere is my parcel?"]));
    assert!(!is_promise_of_a_person(&answer), "{answer}");
}

#[test]
fn whoever_wants_a_person_is_promised_one_in_the_language_that_was_used() {
    let answerer = OfflineAnswerer::new(shipped());
    for (wish, language) in [
        ("I want a human", Language::English),
        ("can I speak to a person", Language::English),
        ("Ich möchte mit einem Menschen sprechen", Language::German),
        ("Quiero hablar con una persona", Language::Spanish),
        ("Je veux parler à quelqu'un", Language::French),
        ("Bir insanla görüşmek istiyorum", Language::Turkish),
        ("أريد التحدث مع موظف", Language::Arabic),
    ] {
        let answer = answerer.answer_text(&prompt(&[wish]));
        let promise = answer.lines().next().unwrap();
        assert!(is_promise_of_a_person(promise), "{wish}: {answer}");
        assert_eq!(Language::detect(promise), Some(language), "{answer}");
        assert!(answer.contains("**I want to talk to a person**\n\n"), "{answer}");
    }
}
