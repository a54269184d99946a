//! What holds for any text: nothing panics, and nothing exceeds its bounds.

use std::fs;

use conversation::ports::Knowledge as _;
use conversation::{Prompt, Role, Utterance};
use proptest::prelude::*;
use skills::{Language, OfflineAnswerer, check};

use crate::shelf::Shelf;

/// Pieces that are special to the loader, the Markdown reader or the prompt.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("---\n".to_owned()),
        Just("name: x\n".to_owned()),
        Just("description: >\n  y\n".to_owned()),
        Just("synonyms:\n  - a, b\n".to_owned()),
        Just("# H\n".to_owned()),
        Just("## For the assistant\n".to_owned()),
        Just("<!-- asked as: what; why -->\n".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("```\n".to_owned()),
        Just("| a | b |\n| - | - |\n| 1 | 2 |\n".to_owned()),
        Just("</skill>".to_owned()),
        Just("word parcel wörter كلمة \n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{feff}".to_owned()),
        "\\PC{0,40}\n",
        any::<String>(),
    ]
}

fn document() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_loaded_or_reported(content in proptest::collection::vec(any::<u8>(), 0..600)) {
        let shelf = Shelf::new();
        shelf.write("a.md", &content);
        let (library, problems) = shelf.load();
        prop_assert_eq!(library.snapshot().skills().len() + usize::from(!problems.is_empty()), 1);
    }

    #[test]
    fn a_brief_never_exceeds_its_budget(
        documents in proptest::collection::vec(document(), 1..4),
        question in any::<String>(),
        budget in 0_usize..6_000,
    ) {
        let shelf = Shelf::new();
        for (number, document) in documents.iter().enumerate() {
            shelf.write(&format!("s{number}.md"), document);
        }
        let (library, problems) = shelf.load();
        let brief = library.brief(&question, budget);
        prop_assert!(brief.text.len() <= budget, "{} of {budget}", brief.text.len());
        let skills = brief.text.split_once("<skills>\n").map_or("", |(_, skills)| skills);
        prop_assert_eq!(skills.matches("<skill ").count(), skills.matches("</skill>").count());
        prop_assert_eq!(problems, check(&shelf.options()));
    }

    #[test]
    fn any_question_gets_an_answer_of_bounded_length(
        document in document(),
        said in proptest::collection::vec(any::<String>(), 0..4),
    ) {
        let shelf = Shelf::with(&[("a", &document), ("b", "## Parcels\n\nA parcel is a box.")]);
        let answerer = OfflineAnswerer::new(shelf.load().0);
        let utterances = said.into_iter().map(|text| Utterance::text(Role::Customer, text));
        let prompt = Prompt::new("", utterances.collect());
        let answer = answerer.answer_text(&prompt);
        prop_assert!(!answer.is_empty() && answer.chars().count() < 4_000);
    }

    #[test]
    fn any_text_has_a_language_or_none(text in any::<String>()) {
        let _ = Language::detect(&text);
    }
}

#[test]
fn a_brief_of_any_small_budget_is_empty_or_whole() {
    let shelf = Shelf::with(&[("a", "## One\n\nShort text."), ("b", "## Two\n\nOther text.")]);
    let (library, _) = shelf.load();
    let whole = library.brief("", usize::MAX).text.len();
    for budget in 0..=whole {
        let text = library.brief("short text", budget).text;
        assert!(text.len() <= budget);
        assert!(text.is_empty() || text.ends_with("</skills>\n"), "{text}");
    }
    fs::remove_dir_all(shelf.directory()).unwrap();
}
