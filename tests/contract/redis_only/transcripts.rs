//! What transcripts cost, and whom.

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{accept_new, answer_next};
use crate::transcripts::read_along;
use crate::words::{customer, recorded};

/// How often Redis was called since the last look, by command, without the calls for a look itself.
fn calls(harness: &RedisHarness) -> Vec<String> {
    let stats = harness.server().cli(&["INFO", "commandstats"]);
    assert_eq!(harness.server().cli(&["CONFIG", "RESETSTAT"]), "OK");
    let of_verbs = ["xadd", "publish", "hgetall", "pexpire", "time"];
    let count = |line: &str| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        let is_of_verb = of_verbs.contains(&name);
        is_of_verb.then(|| format!("{name} {}", rest.split(',').next().unwrap_or_default()))
    };
    let mut calls: Vec<String> = stats.lines().filter_map(count).collect();
    calls.sort();
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_other_kinds_pay_nothing_for_transcripts() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let (anna, berta) = (customer("anna"), customer("berta"));
    calls(&harness);
    accept_new(&*store, recorded(&anna, "k", "hello")).await;
    let by_record = calls(&harness);
    assert_eq!(by_record.iter().filter(|call| call.starts_with("xadd")).count(), 1);
    assert!(by_record.contains(&"xadd 1".to_owned()), "{by_record:?}");
    assert!(!by_record.iter().any(|call| call.starts_with("hgetall")), "{by_record:?}");
    accept_new(&*store, read_along(&berta, "k", "hello")).await;
    let by_transcript = calls(&harness);
    assert!(by_transcript.contains(&"xadd 2".to_owned()), "{by_transcript:?}");
    assert!(by_transcript.contains(&"hgetall 1".to_owned()), "{by_transcript:?}");
    for _ in 0..2 {
        answer_next(&*store, "t").await;
    }
    let keys = harness.server().cli(&["KEYS", "*:ts:*"]);
    assert!(keys.ends_with(&berta.digest().to_string()), "{keys}");
    assert_eq!(keys.lines().count(), 1, "{keys}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_marks_of_interrupted_claims_go_by_themselves() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let marks = || harness.server().cli(&["ZCARD", "oc:{p00}:interrupted"]);
    for (round, expected) in ["1", "1"].into_iter().enumerate() {
        let who = customer(&round.to_string());
        accept_new(&*store, recorded(&who, "k", "hello")).await;
        let claim = crate::steps::claim_one(&*store).await;
        assert_eq!(store.interrupt(&who).await, Ok(true));
        assert_eq!(marks(), expected);
        store.commit(&claim, crate::words::turn("t", 1)).await.unwrap();
        harness.advance(2 * crate::harness::LEASE - std::time::Duration::from_secs(5)).await;
        assert_eq!(marks(), "1", "a mark outlives its claim a little");
        harness.advance(std::time::Duration::from_secs(5)).await;
    }
    assert_eq!(marks(), "0");
}
