//! A replica takes the master's place, by Sentinel, while owners are at work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use conversation::StoreError;
use conversation::ports::{Inbox as _, Store};
use store_redis::{Options, RedisStore};
use support::redis_sentinels::{MASTER, RedisSentinels, SENTINEL_PASSWORD};
use support::redis_server::RedisServer;

use crate::harness::{AllPorts, Harness};
use crate::redis_harness::options;
use crate::steps::PATIENCE;
use crate::storm;
use crate::words::{customer, recorded};

struct SentinelHarness {
    redis: Mutex<RedisSentinels>,
    options: Options,
    /// Moves the time.
    keeper: RedisStore,
    started: Instant,
}

impl SentinelHarness {
    async fn start() -> Self {
        let redis = tokio::task::block_in_place(|| RedisSentinels::start(&["--hz", "250"]));
        let options = Options {
            sentinel_password: Some(SENTINEL_PASSWORD.to_owned()),
            // Either of the two may be promoted.
            replicas_to_acknowledge: 2,
            verb_timeout: Duration::from_secs(3),
            partitions: 4,
            ..options(redis.url())
        };
        let keeper = Options { replica: "keeper".to_owned(), ..options.clone() };
        let keeper = RedisStore::connect(keeper).await.unwrap();
        Self { redis: Mutex::new(redis), options, keeper, started: Instant::now() }
    }

    fn redis(&self) -> std::sync::MutexGuard<'_, RedisSentinels> {
        self.redis.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The master is killed, and comes back when another has taken its place.
    fn kill_master(&self) {
        let mut redis = self.redis();
        let old = redis.master().expect("a master");
        redis.server(old).kill();
        redis.wait_for_another(old);
        redis.server(old).start_again();
        redis.wait_until_complete();
    }

    /// The master lives and is told to follow another.
    fn depose_master(&self) {
        let redis = self.redis();
        let old = redis.master().expect("a master");
        redis.depose(old);
        redis.wait_until_complete();
    }
}

#[async_trait]
impl Harness for SentinelHarness {
    async fn store(&self, owner: &str) -> Arc<dyn Store> {
        let options = Options { replica: owner.to_owned(), ..self.options.clone() };
        Arc::new(RedisStore::connect(options).await.unwrap())
    }

    async fn all_ports(&self, owner: &str) -> Arc<dyn AllPorts> {
        let options = Options { replica: owner.to_owned(), ..self.options.clone() };
        Arc::new(RedisStore::connect(options).await.unwrap())
    }

    async fn advance(&self, by: Duration) {
        let moving = async {
            while let Err(error) = self.keeper.shift_time(by).await {
                assert!(error.is_retryable(), "{error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, moving).await.expect("a master is found");
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn glance(&self) -> Duration {
        Duration::from_millis(40)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_failover() {
    let harness = SentinelHarness::start().await;
    let failovers = AtomicUsize::new(0);
    let disturbances =
        storm::rage(&harness, async || match failovers.fetch_add(1, Ordering::Relaxed) {
            0 => harness.kill_master(),
            1 => harness.depose_master(),
            _ => {}
        })
        .await;
    assert!(disturbances > 1, "{disturbances}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_too_few_replicas_nothing_is_acknowledged() {
    let master = RedisServer::start();
    let settings = Options {
        replicas_to_acknowledge: 1,
        verb_timeout: Duration::from_secs(1),
        ..options(master.url())
    };
    let store = RedisStore::connect(settings).await.unwrap();
    let message = recorded(&customer("anna"), "k", "hello");
    match store.accept(vec![message.clone()]).await {
        Err(StoreError::Unavailable(why)) => assert!(why.contains("replicas"), "{why}"),
        other => panic!("{other:?}"),
    }
    let port = master.port().to_string();
    let _replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &port]);
    let acknowledged = async {
        while store.accept(vec![message.clone()]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, acknowledged).await.expect("the replica acknowledges");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_that_ask_for_a_password_or_know_no_such_master_say_what_to_set() {
    let redis = tokio::task::block_in_place(|| RedisSentinels::start(&[]));
    let connect = async |url: String, password: Option<&str>| {
        let sentinel_password = password.map(str::to_owned);
        let options = Options { url, sentinel_password, ..Options::default() };
        match RedisStore::connect(options).await {
            Err(StoreError::Refused(why)) => why,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it was let in"),
        }
    };
    let right = Some(SENTINEL_PASSWORD);
    assert!(connect(redis.url(), None).await.contains("store.sentinelPassword"));
    assert!(connect(redis.url(), Some("wrong")).await.contains("store.sentinelPassword"));
    let other = redis.url().replace(MASTER, "nobody");
    assert!(connect(other, right).await.contains("no master `nobody`"));
    let other = redis.url().replace("of-the-servers", "wrong");
    assert!(connect(other, right).await.contains("password"));
}
