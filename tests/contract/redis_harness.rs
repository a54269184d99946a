//! The store on a real Redis of the test's own. Time passes by itself, and `advance` makes all
//! that the server remembers look older.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use conversation::ports::Store;
use store_redis::{Onlooker, Options, RedisStore};
use support::redis_server::RedisServer;

use crate::harness::{AllPorts, DEDUPE, HISTORY_LIMIT, Harness, IDLE, LEASE, WAITING_LIMIT};
use crate::steps::PATIENCE;
use crate::words::ONE;

/// With `everysec` Redis acknowledges writes while an earlier fsync is still under way and they
/// are in its own memory only; killed then, it loses them. What must outlive a kill needs `always`.
/// And with this `hz` the server looks often whether somebody has waited long enough, which it
/// does ten times a second otherwise.
const OPTIONS: [&str; 6] = ["--appendonly", "yes", "--appendfsync", "always", "--hz", "250"];

pub(crate) struct RedisHarness {
    server: Mutex<RedisServer>,
    options: Options,
    /// Moves the time.
    keeper: RedisStore,
    started: Instant,
    advanced_ms: AtomicU64,
}

impl RedisHarness {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Whoever looks at the installation from outside; none if no store has used its Redis.
    pub(crate) async fn onlooker(&self) -> Option<Onlooker> {
        Onlooker::connect(self.options.clone()).await.unwrap()
    }

    /// Starts with some of the store's options changed.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let server = RedisServer::start_with(&OPTIONS);
        let mut options = options(server.url());
        change(&mut options);
        let keeper = Options { replica: "keeper".to_owned(), ..options.clone() };
        let keeper = RedisStore::connect(keeper).await.unwrap();
        let (started, advanced_ms) = (Instant::now(), AtomicU64::new(0));
        Self { server: Mutex::new(server), options, keeper, started, advanced_ms }
    }

    /// The server, to be killed, frozen or asked.
    pub(crate) fn server(&self) -> MutexGuard<'_, RedisServer> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills Redis, starts it again, and waits until these stores have found it.
    pub(crate) async fn restart(&self, stores: &[&Arc<dyn Store>]) {
        self.server().start_again();
        self.wait_for(stores).await;
    }

    /// Waits until these stores answer again.
    pub(crate) async fn wait_for(&self, stores: &[&Arc<dyn Store>]) {
        for store in stores {
            recovered(&***store).await;
        }
        recovered(&self.keeper).await;
    }

    /// Begins again with an empty server.
    pub(crate) async fn start_over(&mut self) {
        assert_eq!(self.server().cli(&["FLUSHALL"]), "OK");
        let keeper = Options { replica: "keeper".to_owned(), ..self.options.clone() };
        self.keeper = RedisStore::connect(keeper).await.unwrap();
    }
}

/// What the tests expect of a store.
pub(crate) fn options(url: String) -> Options {
    Options {
        url,
        partitions: 1,
        lease: LEASE,
        upkeep: Duration::from_millis(10),
        idle: IDLE,
        dedupe: DEDUPE,
        waiting_limit: WAITING_LIMIT,
        history_limit: HISTORY_LIMIT,
        // A busy machine must not look like a Redis that is away.
        verb_timeout: Duration::from_secs(8),
        ..Options::default()
    }
}

#[async_trait]
impl Harness for RedisHarness {
    async fn store(&self, owner: &str) -> Arc<dyn Store> {
        let options = Options { replica: owner.to_owned(), ..self.options.clone() };
        Arc::new(RedisStore::connect(options).await.unwrap())
    }

    async fn all_ports(&self, owner: &str) -> Arc<dyn AllPorts> {
        let options = Options { replica: owner.to_owned(), ..self.options.clone() };
        Arc::new(RedisStore::connect(options).await.unwrap())
    }

    async fn advance(&self, by: Duration) {
        self.keeper.shift_time(by).await.unwrap();
        let by = u64::try_from(by.as_millis()).unwrap();
        self.advanced_ms.fetch_add(by, Ordering::Relaxed);
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed() + Duration::from_millis(self.advanced_ms.load(Ordering::Relaxed))
    }

    /// The store looks after put-off and abandoned conversations only between two reads.
    fn glance(&self) -> Duration {
        Duration::from_millis(40)
    }
}

/// Waits until every connection of the store works again: each fails once before it is made
/// anew. A claim that is made on the way is given back.
async fn recovered(store: &dyn Store) {
    let all_work = async {
        let mut successes = 0;
        while successes < 8 {
            let answer = match store.ping().await {
                Ok(()) => store.claim(ONE, Duration::ZERO).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(claims) => {
                    for claim in claims {
                        store.release(&claim).await.unwrap();
                    }
                    successes += 1;
                }
                Err(_) => {
                    successes = 0;
                    // A server that is just up tells nobody; it has to be asked.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, all_work).await.expect("Redis is found again");
}
