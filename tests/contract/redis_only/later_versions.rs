//! A later version has written things that this one can't read: they hide nothing else.

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{accept_new, answer_next, claim_one, open, park_next, texts};
use crate::words::{by_channel, customer, recorded, reply};
use conversation::ports::ReplicaReport;

fn key(harness: &RedisHarness, kind: &str) -> String {
    let keys = harness.server().cli(&["KEYS", &format!("*:{kind}:*")]);
    assert_eq!(keys.lines().count(), 1, "{keys}");
    keys
}

/// Makes this dead letter one of a later version, and puts one beside it that never was one.
fn spoil(harness: &RedisHarness, letter: &str) {
    let (list, server) = (key(harness, "dl"), harness.server());
    let body = server.cli(&["HGET", &list, letter]);
    assert!(body.contains("\"v\":1"), "{body}");
    let later = body.replacen("\"v\":1", "\"v\":9", 1);
    assert_eq!(server.cli(&["HSET", &list, letter, &later]), "0");
    let lost = letter.replace(&letter[40..], "0");
    assert_eq!(server.cli(&["HSET", &list, &lost, "garbage"]), "1");
    let dead = list.split_once(":dl:").unwrap().0;
    assert_eq!(server.cli(&["ZADD", &format!("{dead}:dead"), "1", &lost]), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_dead_letter_hides_no_other() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let (anna, berta) = (customer("anna"), customer("berta"));
    accept_new(&*store, recorded(&anna, "k", "hello")).await;
    park_next(&*store, "too often").await;
    let letter = store.dead_letters(1).await.unwrap().remove(0);
    spoil(&harness, &letter.id);
    accept_new(&*store, recorded(&berta, "k", "hello")).await;
    park_next(&*store, "no model can").await;

    let letters = store.dead_letters(10).await.unwrap();
    let [unreadable, whole] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((&unreadable.id, &unreadable.conversation), (&letter.id, &anna));
    assert_eq!((unreadable.messages.len(), unreadable.at), (0, letter.at));
    assert!(unreadable.reason.contains("version 9"), "{}", unreadable.reason);
    assert_eq!((&whole.conversation, whole.messages.len()), (&berta, 1));
    assert_eq!(store.revive(&unreadable.id).await, Ok(false));
    assert_eq!(store.revive(&whole.id).await, Ok(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_turn_of_the_history_stops_no_answer() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, by_channel(&anna, "1", "first")).await;
    answer_next(&*store, "t1").await;
    let history = key(&harness, "h");
    assert_eq!(harness.server().cli(&["RPUSH", &history, "{\"v\":2,\"said\":[]}"]), "2");
    accept_new(&*store, by_channel(&anna, "2", "second")).await;
    let opened = open(&*store, &claim_one(&*store).await).await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["second"], 1));
    let readable = store.history(&anna).await.unwrap();
    assert_eq!(readable.len(), 1);
    assert_eq!(readable[0].reply, reply("t1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_report_hides_no_other_replica() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    for id in ["a", "b"] {
        let report = ReplicaReport { id: id.to_owned(), ..ReplicaReport::default() };
        store.report(report).await.unwrap();
    }
    assert_eq!(harness.server().cli(&["SET", "oc:replica:a", "garbage", "KEEPTTL"]), "OK");
    let alive = store.replicas().await.unwrap();
    assert_eq!(alive.iter().map(|replica| replica.id.as_str()).collect::<Vec<_>>(), ["b"]);
}
