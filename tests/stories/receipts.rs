//! Sends of unknown outcome through a channel whose provider may still say what became of them.

use std::sync::Arc;
use std::time::Duration;

use conversation::Timestamp;
use conversation::ports::{Passage, Pause, Receipt, Receipts as _, Received};
use dialogue::UncertainPolicy;

use crate::fakes::channel::Step;
use crate::fakes::overseen::Overseen;
use crate::world::{LEASE, World, chat};

/// How long the provider's word is waited for.
const SETTLING: Duration = Duration::from_secs(15);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn world(policy: UncertainPolicy) -> World {
    let mut world = World::new();
    world.options.uncertain = policy;
    world.channel.receipts_within.set(DAY).unwrap();
    world
}

fn overseen(world: &World) -> Arc<Overseen> {
    Arc::new(Overseen::new(world.store.for_replica("two")))
}

/// A replica dies while it sends the second of three parts.
async fn die_while_sending(world: &World) {
    world.channel.plan([Step::Send, Step::HangAfter]);
    let one = world.start("one");
    world.say(&chat("ann"), "a|b|c").await;
    world.until(async || world.channel.tried().len() == 2).await;
    one.kill().await;
}

#[tokio::test(start_paused = true)]
async fn the_next_owner_waits_for_the_rest_of_fifteen_seconds_and_holds_no_place() {
    for policy in [UncertainPolicy::Resend, UncertainPolicy::Park] {
        let world = world(policy);
        die_while_sending(&world).await;
        let store = overseen(&world);
        let two = world.start_with(store.clone(), world.model.clone());
        world.until(async || store.paused().len() == 1).await;
        let (wait, why) = store.paused()[0];
        let since = world.channel.tried()[1].elapsed();
        assert_eq!(why, Pause::Receipt);
        assert_eq!((wait + since).as_secs(), SETTLING.as_secs());
        assert!(since >= LEASE, "the dead one had its lease until then");
        world.until(async || two.pool.in_flight() == 0).await;
        assert_eq!(two.figure("openclaw_sends_uncertain_total", ""), 0, "it isn't yet");
        assert_eq!(world.channel.tried().len(), 2);

        world.is_idle().await;
        assert_eq!(two.figure("openclaw_sends_uncertain_total", ""), 1);
        assert_eq!(two.figure("openclaw_receipts_awaited_total", ""), 1);
        match policy {
            UncertainPolicy::Resend => {
                assert_eq!(world.channel.texts(), ["re: a", "b", "b", "c"]);
                assert_eq!(store.paused()[1].1, Pause::Failure, "it counts as an attempt");
            }
            UncertainPolicy::Park => {
                assert_eq!(world.channel.texts(), ["re: a", "b"]);
                let reason = &world.dead().await[0].reason;
                assert_eq!(reason, "nobody knows whether the reply went out");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_that_the_provider_confirmed_meanwhile_is_not_sent_again() {
    let world = world(UncertainPolicy::Resend);
    die_while_sending(&world).await;
    let store = overseen(&world);
    let two = world.start_with(store.clone(), world.model.clone());
    world.until(async || store.paused().len() == 1).await;
    let arrived = world.channel.arrived().remove(1);
    let receipt = Receipt {
        conversation: chat("ann").digest(),
        turn: arrived.reference.strip_suffix(":1").unwrap().to_owned(),
        part: 1,
        receipt: "wamid".to_owned(),
        passage: Passage::Sent,
        at: Timestamp(0),
    };
    assert_eq!(world.store.receive(vec![receipt]).await.unwrap(), [Received::Recorded]);
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: a", "b", "c"]);
    assert_eq!(store.paused().len(), 1);
    assert_eq!(two.figure("openclaw_sends_uncertain_total", ""), 0);
}

#[tokio::test(start_paused = true)]
async fn a_send_of_unknown_outcome_waits_for_the_provider_before_it_is_repeated() {
    let world = world(UncertainPolicy::Resend);
    world.channel.plan([Step::SendUnawares]);
    let store = overseen(&world);
    let replica = world.start_with(store.clone(), world.model.clone());
    world.say(&chat("ann"), "a|b").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: a", "re: a", "b"]);
    let tried = world.channel.tried();
    assert!(tried[1] - tried[0] >= SETTLING);
    assert_eq!(store.paused()[0], (SETTLING, Pause::Receipt));
    assert_eq!(replica.figure("openclaw_sends_uncertain_total", ""), 1);
    assert_eq!(store.committed()[0].kept_for, Some(DAY));
}

#[tokio::test(start_paused = true)]
async fn a_provider_whose_word_never_comes_is_not_sent_the_same_part_for_ever() {
    let mut world = world(UncertainPolicy::Resend);
    world.options.max_attempts = 3;
    world.channel.plan(std::iter::repeat_n(Step::SendUnawares, 10));
    let store = overseen(&world);
    let _replica = world.start_with(store.clone(), world.model.clone());
    world.say(&chat("ann"), "Hello").await;
    world.is_idle().await;
    assert_eq!(world.channel.texts().len(), 3);
    let reason = &world.dead().await[0].reason;
    assert_eq!(reason, "not sent after 3 tries: nobody knows whether the reply went out");
}
