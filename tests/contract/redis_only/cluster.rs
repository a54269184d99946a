//! What a Cluster alone can do: it spreads partitions, and moves them while they are at work.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use conversation::StoreError;
use conversation::ports::Overview as _;
use store_redis::{Options, RedisStore};
use support::redis_cluster::RedisCluster;

use crate::cluster_harness::ClusterHarness;
use crate::harness::Harness as _;
use crate::steps::{PATIENCE, accept_new, answer_next, claim_one};
use crate::storm;
use crate::words::{MANY, customer, recorded, turn};

/// Enough that some lie on each master.
const PARTITIONS: u16 = 16;
const CUSTOMERS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_lie_on_every_master_and_each_is_waited_for() {
    let harness = ClusterHarness::start().await;
    let store = harness.store("one").await;
    let batch = (0..CUSTOMERS).map(|n| recorded(&customer(&n.to_string()), "k", "hello"));
    assert_eq!(store.accept(batch.collect()).await.unwrap().len(), CUSTOMERS);
    let streams =
        harness.cluster().cli(&["KEYS", &format!("{}:*:ready", harness.options().key_prefix)]);
    assert!(streams.iter().all(|on_one| !on_one.is_empty()), "{streams:?}");
    let mut ready = HashSet::new();
    while ready.len() < CUSTOMERS {
        for claim in store.claim(MANY, PATIENCE).await.unwrap() {
            store.commit(&claim, turn("t", 1)).await.unwrap();
            assert!(ready.insert(claim.conversation));
        }
    }
    // Now nothing is ready, and whichever partition gets something next, it is noticed.
    for number in 0..CUSTOMERS {
        let waiting = tokio::spawn({
            let store = Arc::clone(&store);
            async move { claim_one(&*store).await }
        });
        let again = customer(&number.to_string());
        accept_new(&*store, recorded(&again, "again", "hello")).await;
        let claim = waiting.await.unwrap();
        assert_eq!(claim.conversation, again);
        store.commit(&claim, turn("t", 1)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_at_work_lose_nothing_when_slots_move_under_them() {
    let cluster = Arc::new(RedisCluster::start(&["--hz", "250"]));
    let harness = ClusterHarness::on(Arc::clone(&cluster), |_| ()).await;
    let next = AtomicUsize::new(0);
    let disturbances = storm::rage(&harness, async || {
        for _ in 0..4 {
            let partition = next.fetch_add(1, Ordering::Relaxed) % usize::from(PARTITIONS);
            cluster.move_slot_of(&format!("{{p{partition:02}}}"));
        }
    })
    .await;
    assert!(disturbances > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_knows_where_a_slot_was_finds_where_it_is() {
    let cluster = Arc::new(RedisCluster::start(&["--hz", "250"]));
    let harness = ClusterHarness::on(Arc::clone(&cluster), |_| ()).await;
    let store = harness.store("one").await;
    for number in 0..CUSTOMERS {
        accept_new(&*store, recorded(&customer(&number.to_string()), "k", "hello")).await;
    }
    for partition in 0..PARTITIONS {
        cluster.move_slot_of(&format!("{{p{partition:02}}}"));
    }
    for _ in 0..CUSTOMERS {
        answer_next(&*store, "t").await;
    }
    assert_eq!(store.queue().await.unwrap().ready, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_without_one_of_its_masters_is_away_and_comes_back() {
    let mut cluster = RedisCluster::start(&["--appendonly", "yes", "--appendfsync", "always"]);
    let options = Options { url: cluster.url(), ..Options::default() };
    let store = RedisStore::connect(options).await.unwrap();
    store.ping().await.unwrap();
    cluster.nodes()[0].kill();
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    cluster.nodes()[0].start_again();
    let back = async {
        while store.ping().await.is_err() || store.queue().await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("the Cluster is found again");
}
