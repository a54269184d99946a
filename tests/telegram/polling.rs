//! Several replicas, of which one asks for updates.

use std::time::Duration;

use support::gateway_process::GatewayProcess;

use crate::world::{World, within};

const ASKS: &str = "this replica asks Telegram for updates now";

/// Which of the replicas is the one that asks.
fn poller(replicas: &[GatewayProcess]) -> usize {
    let asks = |gateway: &GatewayProcess| gateway.log().contains(ASKS);
    let asking: Vec<usize> = (0..replicas.len()).filter(|it| asks(&replicas[*it])).collect();
    assert_eq!(asking.len(), 1, "{asking:?}");
    asking[0]
}

async fn everyone_is_answered_once(world: &World, people: std::ops::Range<i64>) {
    for person in people {
        let texts = world.texts(person, 1).await;
        assert_eq!(texts.len(), 1, "{person}: {texts:?}");
        assert!(texts[0].contains(&format!("I am {person}.")), "{texts:?}");
    }
}

/// Waits until no reply is on its way out any more.
async fn all_is_recorded(world: &World) {
    while !world.redis.cli(&["--scan", "--pattern", "oc:*:out:*"]).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_three_asks_and_when_it_dies_another_follows_and_nothing_is_lost_or_doubled() {
    let world = World::new("mode: 'polling',");
    let mut replicas: Vec<GatewayProcess> = (0..3).map(|_| world.unregistered()).collect();
    for person in 1..10 {
        world.telegram.says(person, &format!("I am {person}."));
    }
    everyone_is_answered_once(&world, 1..10).await;
    // A reply whose sending is not on record yet would rightly be sent once more.
    within(all_is_recorded(&world)).await;
    let mut dying = replicas.remove(poller(&replicas));
    // What comes now is handed to one that will never take it.
    dying.signal("STOP");
    for person in 10..20 {
        world.telegram.says(person, &format!("I am {person}."));
    }
    dying.kill();
    everyone_is_answered_once(&world, 10..20).await;
    within(world.telegram.wait_until_taken()).await;
    poller(&replicas);
    assert_eq!(world.telegram.delivered().len(), 19);
    assert_eq!(world.model.request_count(), 19);
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_to_stop_leaves_the_asking_to_another_at_once() {
    let world = World::new("mode: 'polling',");
    let mut replicas: Vec<GatewayProcess> = (0..2).map(|_| world.unregistered()).collect();
    world.telegram.says(1, "I am 1.");
    everyone_is_answered_once(&world, 1..2).await;
    let mut stopping = replicas.remove(poller(&replicas));
    stopping.signal("TERM");
    world.telegram.says(2, "I am 2.");
    everyone_is_answered_once(&world, 2..3).await;
    assert!(stopping.wait().success());
    world.telegram.says(3, "I am 3.");
    everyone_is_answered_once(&world, 3..4).await;
    poller(&replicas);
    world.assert_kept_to_the_contract();
}
