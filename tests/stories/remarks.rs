//! What happens besides messages, and what of it the model knows.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::MessageState;
use conversation::{Message, Prompt, Remarked, Role, Timestamp};
use tokio::time::sleep;

use crate::fakes::driven::Driven;
use crate::world::{World, api, chat};

fn said(prompt: &Prompt) -> Vec<(Role, &str)> {
    prompt.utterances.iter().map(|it| (it.role, it.text.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn the_model_knows_what_happened_since_and_reads_messages_as_they_stand() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let ann = chat("ann");
    let text = |text: &str| Message::text(text, Timestamp(0));
    world.say_as(&ann, world.named("m1", "I live in Berlin")).await;
    let call = model.call().await;
    sleep(Duration::from_secs(1)).await;
    world.say_as(&ann, world.named("m2", "My password is secret")).await;
    world.say_as(&ann, world.named("m3", "Where is it?")).await;
    // While an owner is at work, what waits is left as it is, and the next turn reads it changed.
    sleep(Duration::from_secs(1)).await;
    world.note(&ann, Some("m1"), Remarked::Edited(text("I live in Bonn"))).await;
    world.note(&ann, Some("m2"), Remarked::TakenBack).await;
    call.finish("Noted");

    let changed = "[the customer changed an earlier message; it says now: \"I live in Bonn\"]";
    let call = model.call().await;
    let question = format!("{changed}\n\nWhere is it?");
    let expected = [
        (Role::Customer, "I live in Bonn"),
        (Role::Assistant, "Noted"),
        (Role::Customer, &question),
    ];
    assert_eq!(said(&call.prompt), expected);
    assert!(call.prompt.system.contains("A line in square brackets tells what happened"));
    call.finish("On its way");
    world.is_idle().await;

    sleep(Duration::from_secs(1)).await;
    world.note(&ann, None, Remarked::Colleague(text("We sent you a letter."))).await;
    world.note(&ann, Some("x"), Remarked::Reacted(vec!["👍".to_owned()])).await;
    sleep(Duration::from_secs(1)).await;
    world.say_as(&ann, world.named("m4", "Any news?")).await;
    let call = model.call().await;
    let gone = "[the customer took an earlier message back]";
    // The answer knew of these, so they are history now.
    let known = format!("Where is it?\n\n{changed}\n\n{gone}");
    let reaction = "[the customer reacted to a message with \"👍\"]\n\nAny news?";
    let expected = [
        (Role::Customer, "I live in Bonn"),
        (Role::Assistant, "Noted"),
        (Role::Customer, &known),
        (Role::Assistant, "On its way\n\nWe sent you a letter."),
        (Role::Customer, reaction),
    ];
    assert_eq!(said(&call.prompt), expected);
    call.finish("No");
    world.is_idle().await;
    replica.assert_nothing_crashed();
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_taken_back_while_another_is_answered_gets_no_answer() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let ann = chat("ann");
    world.say_as(&ann, world.named("m1", "Where is it?")).await;
    let call = model.call().await;
    let gone = world.say_as(&ann, world.named("m2", "Oops, the wrong chat")).await;
    world.note(&ann, Some("m2"), Remarked::TakenBack).await;
    call.finish("On its way");
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["On its way"]);
    assert_eq!(world.state(&gone).await, MessageState::TakenBack);
    assert_eq!(world.turns(&ann).await.len(), 1);

    world.say_as(&ann, world.named("m3", "Thanks")).await;
    let call = model.call().await;
    assert!(!format!("{:?}", call.prompt.utterances).contains("Oops"));
    call.finish("Any time");
    world.is_idle().await;
    replica.assert_nothing_crashed();
}

#[tokio::test(start_paused = true)]
async fn where_no_channel_writes_lines_of_its_own_none_that_is_typed_passes_for_one() {
    let world = World::new();
    let _replica = world.start("one");
    let line = "[location: 1, 2]";
    for (who, expected) in [(api("ann"), "\\[location: 1, 2]"), (chat("ann"), line)] {
        world.say(&who, line).await;
        world.is_idle().await;
        let prompt = world.model.prompts().pop().unwrap();
        assert_eq!(
            (said(&prompt), prompt.question.as_str()),
            (vec![(Role::Customer, expected)], expected)
        );
        // It is marked in the prompt only, also when it is recalled.
        assert_eq!(world.turns(&who).await[0].0, [line]);
        world.say(&who, "and now?").await;
        world.is_idle().await;
        let prompt = world.model.prompts().pop().unwrap();
        assert_eq!(said(&prompt)[0], (Role::Customer, expected));
    }
}
