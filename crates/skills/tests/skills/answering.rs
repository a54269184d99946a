//! The offline answerer over the skills that the gateway ships, and over small ones.

use std::path::Path;
use std::sync::Arc;

use conversation::ports::{Delta, LanguageModel};
use conversation::{Prompt, Role, Utterance};
use futures::{FutureExt as _, StreamExt as _};
use skills::{Language, OfflineAnswerer, Options, SkillLibrary};

use crate::recorder::Remembering;
use crate::shelf::{Shelf, shipped};

const ANSWERED: &str = include_str!("answered.tsv");
const UNANSWERED: &str = include_str!("unanswered.txt");

/// The questions that each shipped skill set is tried with, at least.
const LEAST_ANSWERED: usize = 450;
const LEAST_UNANSWERED: usize = 100;

/// A conversation that ends with the customer's last words; the two take turns.
pub(crate) fn prompt(said: &[&str]) -> Prompt {
    let utterances = said
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let is_customer = (said.len() - number) % 2 == 1;
            Utterance::text(if is_customer { Role::Customer } else { Role::Assistant }, *text)
        })
        .collect();
    Prompt::new("", utterances)
}

fn lines(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

pub(crate) fn is_promise_of_a_person(answer: &str) -> bool {
    [
        "A person from our team will follow up",
        "Jemand aus unserem Team meldet sich",
        "Una persona de nuestro equipo",
        "Une personne de notre équipe",
        "Ekibimizden biri",
        "أحد أفراد فريقنا",
    ]
    .iter()
    .any(|promise| answer.contains(promise))
}

#[test]
fn every_usual_question_is_answered_by_the_right_section() {
    let answerer = OfflineAnswerer::new(shipped());
    let mut wrong = Vec::new();
    let mut asked = 0;
    for line in lines(ANSWERED) {
        let (question, headings) = line.split_once('\t').unwrap();
        let answer = answerer.answer_text(&prompt(&[question]));
        let is_right = |heading| answer.contains(&format!("**{heading}**\n\n"));
        if !headings.split('|').any(is_right) {
            let got = answer.lines().find(|line| line.starts_with("**")).unwrap_or(&answer);
            wrong.push(format!("{question:?}\n    wants {headings:?}\n    got   {got:?}"));
        }
        asked += 1;
    }
    assert!(asked >= LEAST_ANSWERED, "only {asked} questions were asked");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_the_skills_say_nothing_about_gets_the_promise_of_a_person() {
    let answerer = OfflineAnswerer::new(shipped());
    let mut wrong = Vec::new();
    let mut asked = 0;
    for question in lines(UNANSWERED) {
        let answer = answerer.answer_text(&prompt(&[question]));
        if !is_promise_of_a_person(&answer) {
            wrong.push(format!("{question:?} got {:?}", answer.lines().next()));
        }
        asked += 1;
    }
    assert!(asked >= LEAST_UNANSWERED, "only {asked} questions were asked");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_section_for_customers_can_be_asked_for_and_none_for_the_assistant_can() {
    let answerer = OfflineAnswerer::new(shipped());
    let headings: std::collections::BTreeSet<_> = lines(ANSWERED)
        .filter_map(|line| line.split_once('\t'))
        .flat_map(|(_, headings)| headings.split('|'))
        .collect();
    for skill in shipped().snapshot().skills() {
        let file = std::fs::read_to_string(skill.path()).unwrap();
        for heading in file.lines().filter_map(|line| line.strip_prefix("## ")) {
            let is_asked_for = headings.contains(heading);
            assert_eq!(is_asked_for, heading != "For the assistant", "{heading}");
            let answer = answerer.answer_text(&prompt(&[heading]));
            assert!(!answer.contains("**For the assistant**"), "{heading}");
        }
    }
}

#[test]
fn the_fixed_sentences_are_in_the_customers_language() {
    let answerer = OfflineAnswerer::new(Shelf::new().load().0);
    for (question, language) in [
        ("How do I bake bread?", Language::English),
        ("Wie backe ich ein Brot?", Language::German),
        ("¿Cómo hago un pan?", Language::Spanish),
        ("Comment faire du pain ?", Language::French),
        ("Ekmek nasıl yapılır?", Language::Turkish),
        ("كيف أصنع الخبز؟", Language::Arabic),
    ] {
        let answer = answerer.answer_text(&prompt(&[question]));
        assert!(is_promise_of_a_person(&answer), "{answer}");
        assert_eq!(Language::detect(&answer), Some(language), "{answer}");
    }
}

#[test]
fn a_quotation_in_another_language_is_introduced_in_the_customers() {
    let answer = OfflineAnswerer::new(shipped()).answer_text(&prompt(&["Wo ist mein Paket?"]));
    let start = "Das steht dazu in unseren Informationen:\n\n**Where is my parcel?**\n\n";
    assert!(answer.starts_with(start), "{answer}");
}

#[test]
fn a_greeting_is_returned_with_what_can_be_asked() {
    let answerer = OfflineAnswerer::new(shipped());
    for (greeting, start) in [
        ("hi", "Hello! You can ask me about:\n- "),
        ("Good morning!", "Hello! "),
        ("hallo", "Hallo! Sie können mich danach fragen:\n- "),
        ("Hola, buenas tardes", "¡Hola! "),
        ("Bonjour", "Bonjour ! "),
        ("merhaba", "Merhaba! "),
        ("السلام عليكم", "مرحبًا! "),
        ("can you help me?", "Hello! "),
        ("", "Hello! "),
        ("👋", "Hello! "),
    ] {
        let answer = answerer.answer_text(&prompt(&[greeting]));
        assert!(answer.starts_with(start), "{greeting}: {answer}");
        assert_eq!(answer.matches("\n- ").count(), 3, "{answer}");
    }
}

#[test]
fn thanks_are_answered_in_kind() {
    let answerer = OfflineAnswerer::new(shipped());
    for (thanks, start) in [
        ("thanks a lot, bye!", "You're welcome"),
        ("vielen Dank", "Gern geschehen"),
        ("merci", "Avec"),
    ] {
        let answer = answerer.answer_text(&prompt(&["Where is my parcel?", "…", thanks]));
        assert!(answer.starts_with(start), "{thanks}: {answer}");
    }
}

#[test]
fn words_that_say_nothing_get_one_short_sentence() {
    let answerer = OfflineAnswerer::new(shipped());
    for (said, start) in [
        (&["ok"][..], "I'm here"),
        (&["Okay!"], "I'm here"),
        (&["?"], "I'm here"),
        (&["¿?"], "Aquí estoy"),
        (&["thanks"], "You're welcome"),
        (&["Where is my parcel?", "…", "ok"], "I'm here"),
        (&["Wo ist mein Paket?", "…", "ok"], "Ich bin da"),
    ] {
        let answer = answerer.answer_text(&prompt(said));
        assert!(answer.starts_with(start), "{said:?}: {answer}");
        assert!(!answer.contains('\n'), "{said:?}: {answer}");
    }
}

#[test]
fn a_short_follow_up_is_understood_by_the_question_before() {
    let answerer = OfflineAnswerer::new(shipped());
    let price = "How much does it cost to send a parcel?";
    for follow_up in ["and how much exactly?", "what about 5 kg?", "how much?"] {
        let answer = answerer.answer_text(&prompt(&[price, "…", follow_up]));
        assert!(answer.starts_with("**What does it cost to send a parcel?**"), "{answer}");
    }
    for (asked, follow_up) in [
        ("Wo ist mein Paket?", "und warum?"),
        ("¿Dónde está mi paquete?", "¿y cuándo?"),
        ("Où est mon colis ?", "et quand ?"),
        ("Kargom nerede?", "peki ne zaman gelir?"),
        ("أين طردي؟", "ومتى يصل؟"),
    ] {
        let answer = answerer.answer_text(&prompt(&[asked, "…", follow_up]));
        assert!(answer.contains("**Where is my parcel?**"), "{follow_up}: {answer}");
    }
}

#[test]
fn a_new_subject_is_not_answered_by_the_question_before() {
    let answerer = OfflineAnswerer::new(shipped());
    for subject in ["Who painted the Mona Lisa?", "best pizza nearby"] {
        let answer = answerer.answer_text(&prompt(&["Where is my parcel?", "…", subject]));
        assert!(is_promise_of_a_person(&answer), "{answer}");
    }
    let answer = answerer.answer_text(&prompt(&["Where is my parcel?", "…", "I want a refund"]));
    assert!(answer.starts_with("**When do I get a refund?**"), "{answer}");
}

#[test]
fn a_follow_up_about_something_else_is_not_answered_by_the_question_before() {
    let answerer = OfflineAnswerer::new(shipped());
    for other in ["and the weather?", "what about pizza?", "who delivers pizza?", "und das Wetter?"]
    {
        let answer = answerer.answer_text(&prompt(&["Where is my parcel?", "…", other]));
        assert!(is_promise_of_a_person(&answer) && !answer.contains("**"), "{other}: {answer}");
    }
}

#[test]
fn a_quotation_shows_tables_as_lists_and_no_comments() {
    let answerer = OfflineAnswerer::new(shipped());
    let answer = answerer.answer_text(&prompt(&["How long does delivery take?"]));
    assert!(answer.contains("\n- Express: Zone 1 next day, Zone 2 1–2 days"), "{answer}");
    assert!(!answer.contains("<!--") && !answer.contains('|'), "{answer}");
}

#[test]
fn a_skill_without_headings_is_quoted_as_one_section_named_after_it() {
    let shelf = Shelf::with(&[
        ("pets", "We carry cats and dogs, but no snakes. Call a day before."),
        ("cards", "---\nname: Gift cards\n---\nOurs hold €20.\n\nThey never expire."),
    ]);
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skills");
    let extra_dirs = vec![shelf.directory()];
    let answerer = OfflineAnswerer::new(SkillLibrary::load(Options { directory, extra_dirs }).0);
    for (question, start) in [
        ("Do you carry pets?", "**pets**\n\nWe carry cats and dogs"),
        ("Can I send pets with you?", "**pets**\n\nWe carry cats and dogs"),
        ("Do you sell gift cards?", "**Gift cards**\n\nOurs hold €20."),
    ] {
        let answer = answerer.answer_text(&prompt(&[question]));
        assert!(answer.starts_with(start), "{question}: {answer}");
    }
}

#[test]
fn only_what_is_asked_now_is_answered() {
    let asked = "My parcel arrived damaged\n\nHow do I change my address?";
    let mut asked = prompt(&[asked]);
    asked.question = "How do I change my address?".to_owned();
    let answer = OfflineAnswerer::new(shipped()).answer_text(&asked);
    assert!(answer.contains("address") && !answer.contains("damaged"), "{answer}");
}

#[test]
fn the_skill_that_the_readme_shows_is_found_by_its_own_name() {
    let readme = include_str!("../../../../README.md");
    let skill = readme.split("```markdown\n").nth(1).unwrap().split("```").next().unwrap();
    let shelf = Shelf::with(&[("opening-hours", skill)]);
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skills");
    let extra_dirs = vec![shelf.directory()];
    let answerer = OfflineAnswerer::new(SkillLibrary::load(Options { directory, extra_dirs }).0);
    for question in ["what are your opening hours", "Opening hours?", "When are you open?"] {
        let answer = answerer.answer_text(&prompt(&[question]));
        assert!(answer.starts_with("**When are you open?**\n\nMonday"), "{question}: {answer}");
    }
    let other = answerer.answer_text(&prompt(&["opening hours of the pickup point"]));
    assert!(other.starts_with("**Collecting from a pickup point**"), "{other}");
}

#[test]
fn answers_are_counted_by_what_they_came_to() {
    let recorder = Remembering::default();
    metrics::with_local_recorder(&recorder, || {
        let answerer = OfflineAnswerer::new(shipped());
        for said in
            ["Where is my parcel?", "How do I bake bread?", "I want a human", "hi", "thanks"]
        {
            let answer = answerer.answer(Arc::new(prompt(&[said])));
            assert!(answer.now_or_never().is_some_and(|answer| answer.is_ok()));
        }
        let count = |outcome: &str| {
            recorder.counter(&format!("openclaw_offline_answers_total{{outcome={outcome}}}"))
        };
        assert_eq!((count("quoted"), count("promised"), count("courtesy")), (1, 2, 2));
    });
}

#[tokio::test]
async fn the_answer_comes_in_pieces_and_ends_with_the_models_name() {
    let answerer = OfflineAnswerer::new(shipped());
    let prompt = Arc::new(prompt(&["Where is my parcel?"]));
    let deltas: Vec<_> = answerer.answer(Arc::clone(&prompt)).await.unwrap().collect().await;
    let (last, texts) = deltas.split_last().unwrap();
    assert_eq!(*last, Ok(Delta::Done { model: "offline/skills".into() }));
    assert!(texts.len() > 1);
    let whole: String = texts
        .iter()
        .map(|delta| match delta {
            Ok(Delta::Text(text)) => text.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(whole, answerer.answer_text(&prompt));
}

#[test]
fn changed_skills_are_quoted_as_soon_as_they_serve() {
    let shelf = Shelf::with(&[("hours", "## Opening hours\n\nWe open at nine.")]);
    let (library, _) = shelf.load();
    let answerer = OfflineAnswerer::new(Arc::clone(&library));
    let question = prompt(&["what are your opening hours"]);
    assert_eq!(answerer.answer_text(&question), "**Opening hours**\n\nWe open at nine.");
    shelf.write("hours.md", "## Opening hours\n\nWe open at ten.");
    library.reload();
    assert_eq!(answerer.answer_text(&question), "**Opening hours**\n\nWe open at ten.");
}
