//! Replies on their way out through a channel, and channels that fail.

use std::num::NonZeroUsize;
use std::time::Duration;

use conversation::ports::{Archive as _, MessageState, ModelError, SendError};
use dialogue::UncertainPolicy;

use crate::fakes::channel::Step;
use crate::fakes::echo::Mood;
use crate::world::{World, chat};

fn not_sent(retry_after: Option<u64>) -> Step {
    let retry_after = retry_after.map(Duration::from_secs);
    Step::Refuse(SendError::NotSent { why: "busy".to_owned(), retry_after })
}

#[tokio::test(start_paused = true)]
async fn parts_are_sent_in_order_each_with_a_reference_of_its_own() {
    let world = World::new();
    let replica = world.start("one");
    let id = world.say(&chat("ann"), "a|b|c").await;
    world.is_idle().await;
    let arrived = world.channel.arrived();
    assert_eq!(world.channel.texts(), ["re: a", "b", "c"]);
    let turn = arrived[0].reference.strip_suffix(":0").unwrap();
    assert!(turn.starts_with("turn_") && turn.len() == 21, "{turn}");
    assert_eq!(arrived[2].reference, format!("{turn}:2"));
    assert_eq!(world.state(&id).await, MessageState::Answered(None));
    assert_eq!(replica.figure("openclaw_sends_total", "outcome=\"delivered\""), 3);
    assert_eq!(replica.figure("openclaw_sends_total", "channel=\"chat\""), 3);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_was_not_sent_is_sent_when_the_provider_says_and_holds_no_place() {
    let mut world = World::new();
    world.options.max_concurrent = NonZeroUsize::MIN;
    world.channel.plan([Step::Send, not_sent(Some(90)), Step::Send]);
    let replica = world.start("one");
    world.say(&chat("ann"), "ann a|b").await;
    world.until(async || world.channel.tried().len() == 2).await;
    world.until(async || replica.pool.in_flight() == 0).await;
    world.say(&chat("bob"), "bob").await;
    world.until(async || world.channel.tried().len() == 3).await;
    assert_eq!(world.channel.texts(), ["re: ann a", "re: bob"], "nobody waits for another");
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: ann a", "re: bob", "b"]);
    let tried = world.channel.tried();
    assert_eq!((tried[3] - tried[1]).as_secs(), 90);
    assert_eq!(world.model.tries(), 2, "what is answered is not asked again");
    assert_eq!(replica.figure("openclaw_sends_uncertain_total", ""), 0);
}

#[tokio::test(start_paused = true)]
async fn an_unsent_reply_goes_before_the_answer_to_the_next_message() {
    let world = World::new();
    world.channel.plan([not_sent(Some(30))]);
    let _replica = world.start("one");
    world.say(&chat("ann"), "first").await;
    world.until(async || world.channel.tried().len() == 1).await;
    world.say(&chat("ann"), "second").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: first", "re: second"]);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_never_sent_becomes_a_dead_letter_that_can_be_revived() {
    let mut world = World::new();
    world.options.max_attempts = 3;
    world.channel.plan([not_sent(None), not_sent(None), not_sent(None)]);
    let replica = world.start("one");
    world.say(&chat("ann"), "Hello").await;
    world.is_idle().await;
    assert!(world.channel.texts().is_empty());
    let letter = world.dead().await.remove(0);
    assert_eq!(letter.reason, "not sent after 3 tries: busy");
    assert_eq!(letter.outbox.unwrap().reply.text, "re: Hello");
    assert_eq!(replica.figure("openclaw_sends_total", "not_sent"), 3);
    assert!(world.store.revive(&letter.id).await.unwrap());
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: Hello"]);
}

#[tokio::test(start_paused = true)]
async fn the_tries_of_a_reply_that_went_out_at_last_do_not_count_for_the_next_message() {
    let mut world = World::new();
    world.options.max_attempts = 3;
    world.channel.plan([not_sent(None), not_sent(None)]);
    let _replica = world.start("one");
    world.say(&chat("ann"), "first").await;
    world.until(async || world.channel.tried().len() == 2).await;
    world.model.feel(Mood::Fails(ModelError::Resting));
    world.say(&chat("ann"), "second").await;
    world.until(async || world.model.tries() == 3).await;
    assert_eq!(world.channel.texts(), ["re: first"]);
    world.model.feel(Mood::Answers(Duration::ZERO));
    world.is_idle().await;
    assert!(world.dead().await.is_empty());
    assert_eq!(world.channel.texts(), ["re: first", "re: second"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_reply_is_parked_and_the_next_message_is_answered() {
    let world = World::new();
    let blocked = SendError::Refused { why: "blocked by the user".to_owned() };
    world.channel.plan([Step::Refuse(blocked)]);
    let replica = world.start("one");
    world.say(&chat("ann"), "a|b").await;
    world.is_idle().await;
    assert_eq!(world.dead().await[0].reason, "the channel refused the reply: blocked by the user");
    assert_eq!(replica.figure("openclaw_sends_total", "refused"), 1);
    world.say(&chat("ann"), "Hello").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: Hello"]);
}

#[tokio::test(start_paused = true)]
async fn a_send_of_unknown_outcome_is_repeated_under_the_same_reference() {
    let world = World::new();
    world.channel.plan([Step::SendUnawares]);
    let replica = world.start("one");
    world.say(&chat("ann"), "a|b").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: a", "re: a", "b"]);
    let arrived = world.channel.arrived();
    assert_eq!(arrived[0].reference, arrived[1].reference);
    assert_eq!(replica.figure("openclaw_sends_uncertain_total", ""), 1, "and not counted twice");
    assert_eq!(replica.figure("openclaw_sends_total", "uncertain"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_send_of_unknown_outcome_is_parked_if_that_is_the_policy() {
    let mut world = World::new();
    world.options.uncertain = UncertainPolicy::Park;
    world.channel.plan([Step::SendUnawares]);
    let replica = world.start("one");
    world.say(&chat("ann"), "a|b").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: a"]);
    assert_eq!(world.dead().await.len(), 1);
    assert_eq!(replica.figure("openclaw_sends_uncertain_total", ""), 1);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_never_answers_leaves_the_outcome_unknown() {
    let world = World::new();
    world.channel.plan([Step::HangBefore]);
    let replica = world.start("one");
    world.say(&chat("ann"), "Hello").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: Hello"]);
    assert_eq!(replica.figure("openclaw_sends_uncertain_total", ""), 1);
}

#[tokio::test(start_paused = true)]
async fn a_providers_pace_is_kept_without_counting_as_a_failure() {
    let mut world = World::new();
    world.options.max_attempts = 2;
    let paced = Step::Refuse(SendError::Paced { retry_after: Duration::from_secs(6) });
    world.channel.plan(std::iter::repeat_n(paced, 10));
    world.channel.plan([not_sent(None)]);
    let replica = world.start("one");
    world.say(&chat("ann"), "Hello").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: Hello"]);
    let tried = world.channel.tried();
    assert_eq!((tried[10] - tried[0]).as_secs(), 60);
    assert!(world.dead().await.is_empty(), "the one failure was the first");
    assert_eq!(replica.figure("openclaw_sends_total", "outcome=\"paced\""), 10);
    assert_eq!(replica.figure("openclaw_sends_uncertain_total", ""), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_the_providers_pace_holds_up_holds_no_place() {
    let mut world = World::new();
    world.options.max_concurrent = NonZeroUsize::MIN;
    let paced = Step::Refuse(SendError::Paced { retry_after: Duration::from_secs(600) });
    world.channel.plan([paced]);
    let replica = world.start("one");
    world.say(&chat("ann"), "ann").await;
    world.until(async || world.channel.tried().len() == 1).await;
    world.until(async || replica.pool.in_flight() == 0).await;
    world.say(&chat("bob"), "bob").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: bob", "re: ann"]);
    let tried = world.channel.tried();
    assert!((tried[1] - tried[0]).as_secs() < 600 && (tried[2] - tried[0]).as_secs() == 600);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_cannot_be_reached_is_a_dead_letter_of_its_own_kind() {
    let world = World::new();
    let blocked = SendError::Unreachable { why: "the bot was blocked".to_owned() };
    world.channel.plan([Step::Refuse(blocked)]);
    let replica = world.start("one");
    world.say(&chat("ann"), "Hello").await;
    world.is_idle().await;
    let reason = &world.dead().await[0].reason;
    assert_eq!(reason, "the customer can't be reached: the bot was blocked");
    assert_eq!(replica.figure("openclaw_sends_total", "outcome=\"unreachable\""), 1);
    assert_eq!(replica.figure("openclaw_sends_total", "outcome=\"refused\""), 0);
}
