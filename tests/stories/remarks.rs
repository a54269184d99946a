//! What happens besides messages, and what of it the model knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use conversation::{Message, Remark, Remarked, Role, Timestamp};

use crate::fakes::overseen::Overseen;
use crate::world::{World, chat};

/// After everything that is said in a story.
const LATER: Timestamp = Timestamp(1_800_000_000_000);

fn remark(about: Option<&str>, what: Remarked, at: Timestamp) -> Remark {
    Remark { about: about.map(str::to_owned), what, at }
}

fn named(reference: &str, text: &str) -> Message {
    let reference = Some(reference.to_owned());
    Message { reference, ..Message::text(text, Timestamp(1000)) }
}

#[tokio::test(start_paused = true)]
async fn the_model_knows_what_happened_since_and_reads_messages_as_they_stand() {
    let world = World::new();
    let remarks = [
        remark(None, Remarked::Happened("the customer blocked us for a day".into()), Timestamp(0)),
        remark(Some("m1"), Remarked::Edited(Message::text("I live in Bonn", LATER)), LATER),
        remark(Some("m2"), Remarked::TakenBack, LATER),
        remark(None, Remarked::Colleague(Message::text("We sent you a letter.", LATER)), LATER),
        remark(Some("x"), Remarked::Reacted(vec!["👍".into()]), LATER),
    ];
    // At first only what happened before the answer, and then all of it.
    let known = Arc::new(AtomicUsize::new(3));
    let know = Arc::clone(&known);
    let store = Overseen::amending(world.store.clone(), move |opened| {
        opened.remarks = remarks[..known.load(Ordering::SeqCst)].to_vec();
    });
    let store = Arc::new(store);
    let replica = world.start_with(store.clone(), world.model.clone());
    let ann = chat("ann");
    world.say_as(&ann, named("m1", "I live in Berlin")).await;
    world.say_as(&ann, named("m2", "My password is secret")).await;
    world.say_as(&ann, named("m3", "Where is it?")).await;
    world.is_idle().await;
    assert_eq!(
        world.model.prompts()[0].question(),
        "[the customer blocked us for a day]\n\nI live in Bonn\n\nWhere is it?",
        "changed while it waited"
    );
    know.store(5, Ordering::SeqCst);
    world.say(&ann, "Any news?").await;
    world.is_idle().await;

    let prompt = world.model.prompts().pop().unwrap();
    let said: Vec<_> = prompt.utterances.iter().map(|it| (it.role, it.text.as_str())).collect();
    assert_eq!(said[0].0, Role::Customer);
    assert_eq!(said[0].1, "[the customer blocked us for a day]\n\nI live in Bonn\n\nWhere is it?");
    assert_eq!(said[1].0, Role::Assistant);
    let changed = "[the customer changed an earlier message; it says now: \"I live in Bonn\"]";
    let gone = "[the customer took an earlier message back]";
    assert_eq!(said[2], (Role::Customer, format!("{changed}\n\n{gone}").as_str()));
    assert_eq!(said[3], (Role::Assistant, "We sent you a letter."));
    let reaction = "[the customer reacted to a message with \"👍\"]";
    assert_eq!(said[4], (Role::Customer, format!("{reaction}\n\nAny news?").as_str()));
    assert!(prompt.utterances.iter().all(|it| !it.text.contains("Berlin")));
    assert!(prompt.utterances.iter().all(|it| !it.text.contains("password")));
    assert!(prompt.system.contains("A line in square brackets tells what happened"));
    replica.assert_nothing_crashed();
}
