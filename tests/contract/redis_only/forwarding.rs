//! What goes on in another conversation takes several steps, since the two may lie on two servers;
//! somebody may die between any of them.

use conversation::ports::{Claim, MessageState};
use conversation::{ConversationId, Digest};

use crate::carrying::carry;
use crate::harness::{AllPorts, Harness as _};
use crate::moving::{asked, names, settle};
use crate::redis_harness::RedisHarness;
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, claim_nothing, claim_one, open, state, texts,
};
use crate::words::{by_channel, customer};

fn key(kind: &str, of: Digest) -> String {
    format!("oc:{{p00}}:{kind}:{of}")
}

/// What waits arrives in the other conversation, and stays set aside in this one.
async fn die_before_forgetting(
    harness: &RedisHarness,
    store: &dyn AllPorts,
    claim: &Claim,
    to: &ConversationId,
) {
    let permit = |what| harness.server().cli(&["ACL", "SETUSER", "default", what]);
    assert_eq!(permit("-del"), "OK");
    assert!(store.forward(claim, to).await.is_err());
    assert_eq!(permit("+@all"), "OK");
}

/// The step after which the owner dies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Death {
    SettingAside,
    Arriving,
    Forgetting,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_repeats_it_after_a_death_between_the_steps_does_what_is_left() {
    for death in [Death::SettingAside, Death::Arriving, Death::Forgetting] {
        let harness = RedisHarness::start().await;
        let store = harness.all_ports("one").await;
        let (old, new) = names();
        let redis = |args: &[&str]| harness.server().cli(args);
        accept_new(&*store, by_channel(&old, "1", "1")).await;
        answer_next(&*store, "t").await;
        let id = accept_new(&*store, by_channel(&old, "2", "2")).await;
        assert_eq!(carry(&*store, &old, &new, "move").await, Ok(true));
        // Something was said there meanwhile that a new owner has to bring, too.
        redis(&["RENAME", &key("h", new.digest()), &key("h", old.digest())]);

        let claim = claim_one(&*store).await;
        open(&*store, &claim).await;
        // Each of these commands is first needed by another of the scripts.
        let forbidden = match death {
            Death::SettingAside => "-lpush",
            Death::Arriving | Death::Forgetting => "-del",
        };
        let history = key("h", old.digest());
        redis(&["COPY", &history, "history"]);
        assert_eq!(redis(&["ACL", "SETUSER", "default", forbidden]), "OK");
        assert!(store.forward(&claim, &new).await.is_err(), "{death:?}");
        assert_eq!(redis(&["ACL", "SETUSER", "default", "+@all"]), "OK");
        if death == Death::Arriving {
            assert_eq!(redis(&["COPY", "history", &history]), "1");
        }
        assert_eq!(redis(&["LLEN", &key("fw", old.digest())]), "1", "{death:?}");

        // More comes before somebody goes on with it, by whom it is answered.
        accept_new(&*store, by_channel(&old, "3", "3")).await;
        harness.advance(PAST_LEASE).await;
        let answered = settle(&harness, &*store).await;
        let said: Vec<&String> = answered.iter().flat_map(|(_, said)| said).collect();
        assert_eq!(said, ["2", "3"], "{death:?}");
        assert!(answered.iter().all(|(who, _)| *who == new), "{death:?}: {answered:?}");
        assert_eq!(asked(&store.history(&new).await.unwrap()), ["1", "2", "3"], "{death:?}");
        assert_eq!(store.history(&old).await, Ok(Vec::new()));
        assert_eq!(state(&*store, &id).await, MessageState::MovedOn);
        assert_eq!(redis(&["EXISTS", &key("c", old.digest()), &key("fw", old.digest())]), "0");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_after_a_death_between_the_steps_is_answered_once() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    assert_eq!(carry(&*store, &old, &new, "there").await, Ok(true));
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    die_before_forgetting(&harness, &*store, &claim, &new).await;
    // It has arrived, and is answered there, before they come back.
    assert_eq!(texts(&answer_next(&*store, "t").await), ["1"]);
    assert_eq!(carry(&*store, &new, &old, "back").await, Ok(true));
    harness.advance(PAST_LEASE).await;
    assert_eq!(settle(&harness, &*store).await, []);
    assert_eq!(asked(&store.history(&old).await.unwrap()), ["1"]);
    claim_nothing(&harness, &*store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_back_before_its_arrival_was_recorded_is_answered_once() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    assert_eq!(carry(&*store, &old, &new, "there").await, Ok(true));
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    die_before_forgetting(&harness, &*store, &claim, &new).await;
    assert_eq!(carry(&*store, &new, &old, "back").await, Ok(true));
    // It is brought back here, and only then somebody goes on with what was set aside here.
    let claim = claim_one(&*store).await;
    let to = open(&*store, &claim).await.moved_to.unwrap();
    assert_eq!((&claim.conversation, &to), (&new, &old));
    store.forward(&claim, &to).await.unwrap();
    harness.advance(PAST_LEASE).await;
    let answered = settle(&harness, &*store).await;
    assert_eq!(answered, [(old.clone(), vec!["1".to_owned()])]);
    assert_eq!(asked(&store.history(&old).await.unwrap()), ["1"]);
    claim_nothing(&harness, &*store).await;
}

/// Two who are told of moves at the same moment may leave each conversation behind the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_goes_round_in_circles_for_ever() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    assert_eq!(carry(&*store, &old, &new, "there").await, Ok(true));
    let moved = harness.server().cli(&["HGET", &key("m", old.digest()), "moved"]);
    let (head, _) = moved.split_at(41);
    let back = format!("{head}{}", old.as_str());
    assert_eq!(harness.server().cli(&["HSET", &key("m", new.digest()), "moved", &back]), "1");
    let mut hops = 0;
    loop {
        let claim = claim_one(&*store).await;
        let opened = open(&*store, &claim).await;
        assert_eq!(texts(&opened), ["1"]);
        let Some(to) = opened.moved_to else { break };
        store.forward(&claim, &to).await.unwrap();
        hops += 1;
    }
    assert_eq!(hops, 10);
}

/// A conversation that an earlier version brought to rest keeps where its customer went.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_customer_went_counts_no_longer_than_the_move_is_remembered() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    let old_way = "17000000000000api:berta";
    let of_anna = key("c", anna.digest());
    assert_eq!(harness.server().cli(&["HSET", &of_anna, "w", old_way]), "1");
    accept_new(&*store, by_channel(&anna, "1", "1")).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), &opened.moved_to), (vec!["1"], &None));
    assert_eq!(harness.server().cli(&["EXISTS", &of_anna]), "0");
    claim_nothing(&harness, &*store).await;
}
