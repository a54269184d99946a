//! What a message costs Redis: what is rare must cost nothing where there is none of it.

use std::collections::BTreeMap;
use std::time::Duration;

use conversation::{Inbound, Rate};

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{accept_new, answer_next, claim_one, open};
use crate::words::{by_channel, customer, recorded, turn};

/// Commands that other tasks of a store run too, and those who look at the server.
const OTHERS: [&str; 18] = [
    "auth",
    "client|id",
    "client|setinfo",
    "client|setname",
    "command|docs",
    "config|resetstat",
    "evalsha",
    "hello",
    "hlen",
    "info",
    "ping",
    "publish",
    "script|load",
    "time",
    "xautoclaim",
    "xinfo|groups",
    "xreadgroup",
    "zrangebyscore",
];

/// How often each command ran during this work.
async fn calls<T>(
    harness: &RedisHarness,
    work: impl Future<Output = T>,
) -> (T, BTreeMap<String, u64>) {
    assert_eq!(harness.server().cli(&["CONFIG", "RESETSTAT"]), "OK");
    let result = work.await;
    let stats = harness.server().cli(&["INFO", "commandstats"]);
    let counts = stats.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        let count = rest.split(',').next()?.parse().ok()?;
        (!OTHERS.contains(&name)).then(|| (name.to_owned(), count))
    });
    (result, counts.collect())
}

fn counts<const N: usize>(counts: [(&str, u64); N]) -> BTreeMap<String, u64> {
    counts.map(|(name, count)| (name.to_owned(), count)).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_message_costs_no_more_calls_than_it_needs() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "0", "hello")).await;
    answer_next(&*store, "t0").await;
    let accepting = accept_new(&*store, recorded(&anna, "1", "hello"));
    let (_, accepted) = calls(&harness, accepting).await;
    let accept =
        [("hget", 1), ("hmget", 1), ("hset", 2), ("pexpire", 2), ("rpush", 1), ("xadd", 1)];
    assert_eq!(accepted, counts(accept));

    let claim = claim_one(&*store).await;
    let (_, opened) = calls(&harness, open(&*store, &claim)).await;
    assert_eq!(opened, counts([("hkeys", 1), ("hmget", 1), ("lrange", 2), ("xpending", 1)]));
    let (committed, commit) = calls(&harness, store.commit(&claim, turn("t1", 1))).await;
    assert_eq!(committed, Ok(()));
    let expected = [
        ("hdel", 1),
        ("hgetall", 1),
        ("hmget", 2),
        ("hset", 1),
        ("lrange", 1),
        ("ltrim", 1),
        ("pexpire", 1),
        ("rpush", 1),
        ("xack", 1),
        ("xdel", 1),
        ("xpending", 1),
    ];
    assert_eq!(commit, counts(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_costs_two_calls_more() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, by_channel(&anna, "0", "hello")).await;
    answer_next(&*store, "t0").await;
    let rate = Some(Rate { burst: 1, period: Duration::from_secs(60) }.into());
    let accepting = accept_new(&*store, Inbound { rate, ..by_channel(&anna, "1", "hello") });
    let (_, accepted) = calls(&harness, accepting).await;
    let accept = [
        ("get", 1),
        ("hget", 1),
        ("hmget", 1),
        ("hset", 2),
        ("pexpire", 2),
        ("rpush", 1),
        ("set", 1),
        ("xadd", 1),
    ];
    assert_eq!(accepted, counts(accept));
}
