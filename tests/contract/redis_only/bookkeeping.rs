//! What Redis remembers for the store's own use stays small, and goes when it should.

use std::time::Duration;

use conversation::ports::{Accepted, ReplicaReport, TurnResult};
use conversation::{Allowance, Inbound, Rate, Remarked, Sender};

use crate::harness::{DEDUPE, Harness as _, IDLE};
use crate::notes::{note, tell};
use crate::redis_harness::RedisHarness;
use crate::steps::{accept, accept_new, answer_next, claim_nothing, claim_one, texts};
use crate::words::{by_channel, customer, recorded, turn_in_parts};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_of_replicas_forgets_those_that_are_long_gone() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let report = |id: String| store.report(ReplicaReport { id, ..ReplicaReport::default() });
    for start in 0..5 {
        report(format!("start-{start}")).await.unwrap();
    }
    harness.advance(Duration::from_secs(59 * 60)).await;
    report("late".to_owned()).await.unwrap();
    assert_eq!(harness.server().cli(&["ZCARD", "oc:replicas"]), "6");
    harness.advance(Duration::from_secs(2 * 60)).await;
    report("now".to_owned()).await.unwrap();
    assert_eq!(harness.server().cli(&["ZRANGE", "oc:replicas", "0", "-1"]), "late\nnow");
    assert_eq!(store.replicas().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_forgotten_conversation_no_key_is_left() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    let watch = store.watch(&anna).await.unwrap();
    assert_eq!(store.forget(&anna).await, Ok(false), "it was only watched");
    accept_new(&*store, recorded(&anna, "k", "hello")).await;
    answer_next(&*store, "t").await;
    drop(watch);
    let _watch = store.watch(&anna).await.unwrap();
    let left = || harness.server().cli(&["KEYS", &format!("*{}*", anna.digest())]);
    assert!(left().contains(":w:"), "{}", left());
    assert_eq!(store.forget(&anna).await, Ok(true));
    assert_eq!(left(), "");
}

/// The message of one of several senders, of whom each may write once a minute.
fn of_a_sender(inbound: Inbound, name: &str) -> Inbound {
    let rate = Rate { burst: 1, period: Duration::from_secs(60) };
    Inbound { rate: Some(Allowance { rate, sender: Some(Sender::named(name)) }), ..inbound }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_senders_of_a_conversation_are_counted_than_may() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let group = customer("group");
    let counted = || {
        let key = format!("oc:{{p00}}:rates:{}", group.digest());
        harness.server().cli(&["HLEN", &key]).parse::<usize>().unwrap()
    };
    let mut most = 0;
    for turn in 0..15 {
        let names = (0..50).map(|n| format!("{turn}-{n}"));
        let crowd = names.map(|one| of_a_sender(by_channel(&group, &one, &one), &one)).collect();
        store.accept(crowd).await.unwrap();
        answer_next(&*store, &turn.to_string()).await;
        most = most.max(counted());
    }
    assert!((257..=512).contains(&most), "{most}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_conversation_with_all_there_is_no_key_is_left() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let rate = Some(Rate { burst: 1, period: Duration::from_secs(600) }.into());
    let rated = |key: &str| Inbound { rate, ..by_channel(&anna, key, key) };
    for key in ["fits", "notice"] {
        accept_new(&*store, rated(key)).await;
    }
    assert!(matches!(accept(&*store, rated("over")).await, Accepted::Recorded(_)));
    accept_new(&*store, of_a_sender(by_channel(&anna, "another", "another"), "berta")).await;
    let claim = claim_one(&*store).await;
    let kept_for = Some(Duration::from_secs(600));
    let result = TurnResult { kept_for, ..turn_in_parts("t", 1, 1) };
    store.commit(&claim, result).await.unwrap();
    let left = || harness.server().cli(&["KEYS", &format!("*{}*", anna.digest())]);
    for kind in [":c:", ":in:", ":h:", ":out:", ":m:", ":n:", ":rate:", ":rates:", ":sent:"] {
        assert!(left().contains(kind), "{kind} in {}", left());
    }
    assert_eq!(store.forget(&anna).await, Ok(true));
    assert_eq!(left(), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_for_a_while_goes_by_itself() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let rate = Some(Rate { burst: 3, period: Duration::from_secs(60) }.into());
    let inbound = Inbound { rate, ..by_channel(&anna, "k", "hello") };
    accept_new(&*store, inbound).await;
    accept_new(&*store, of_a_sender(by_channel(&anna, "k2", "hello"), "berta")).await;
    tell(&*store, note(&anna, "n", "k", Remarked::Reacted(Vec::new()))).await;
    let claim = claim_one(&*store).await;
    let kept_for = Some(2 * IDLE);
    store.commit(&claim, TurnResult { kept_for, ..turn_in_parts("t", 2, 1) }).await.unwrap();
    store.delivered(&claim, 0, None).await.unwrap();
    store.release(&claim).await.unwrap();
    let left = || harness.server().cli(&["KEYS", &format!("*{}*", anna.digest())]);
    let kinds = || {
        let mut kinds = vec![":rate:", ":rates:", ":n:", ":h:", ":sent:", ":m:"];
        let left = left();
        kinds.retain(|kind| left.contains(kind));
        kinds
    };
    assert_eq!(kinds(), [":rate:", ":rates:", ":n:", ":h:", ":sent:", ":m:"]);
    harness.advance(Duration::from_secs(61)).await;
    assert_eq!(kinds(), [":n:", ":h:", ":sent:", ":m:"]);
    harness.advance(IDLE).await;
    assert_eq!(kinds(), [":sent:", ":m:"]);
    harness.advance(IDLE).await;
    assert_eq!(kinds(), [":m:"]);
    harness.advance(DEDUPE).await;
    assert_eq!(left(), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_the_queue_has_lost_is_queued_by_its_next_message() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "lost")).await;
    assert_eq!(harness.server().cli(&["XTRIM", "oc:{p00}:ready", "MAXLEN", "0"]), "1");
    claim_nothing(&harness, &*store).await;
    accept_new(&*store, recorded(&anna, "2", "found")).await;
    assert_eq!(texts(&answer_next(&*store, "t").await), ["lost", "found"]);
    claim_nothing(&harness, &*store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_connects_makes_every_script_known() {
    let harness = RedisHarness::start().await;
    assert_eq!(harness.server().cli(&["SCRIPT", "FLUSH"]), "OK");
    let _store = harness.store("one").await;
    let memory = harness.server().cli(&["INFO", "memory"]);
    let known = memory.lines().find_map(|line| line.strip_prefix("number_of_cached_scripts:"));
    assert_eq!(known.unwrap().trim().parse(), Ok(script_files()));
}

/// How many scripts the store has: each file is one, but for those that stand before others.
fn script_files() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/store-redis/src/scripts");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| !stands_before_others(name)).count()
}

fn stands_before_others(name: &std::ffi::OsString) -> bool {
    let others = [
        "fence.lua",
        "unfenced.lua",
        "remarks.lua",
        "transcript.lua",
        "undelivered.lua",
        "leaving.lua",
    ];
    others.iter().any(|other| name == other)
}
