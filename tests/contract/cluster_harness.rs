//! The store on a real Cluster of three masters, over which its partitions are spread.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use conversation::ports::Store;
use store_redis::{Options, RedisStore};
use support::redis_cluster::RedisCluster;

use crate::harness::{AllPorts, Harness};
use crate::redis_harness::options;

pub(crate) struct ClusterHarness {
    cluster: Arc<RedisCluster>,
    options: Options,
    /// Moves the time.
    keeper: RedisStore,
    started: Instant,
    advanced_ms: AtomicU64,
}

impl ClusterHarness {
    /// Begins on a Cluster that tests share for as long as one of them runs, since its start takes
    /// seconds. Each has keys of its own.
    pub(crate) async fn start() -> Self {
        static SHARED: Mutex<Weak<RedisCluster>> = Mutex::new(Weak::new());
        let shared = || {
            let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
            shared.upgrade().unwrap_or_else(|| {
                let cluster = Arc::new(RedisCluster::start(&["--hz", "250"]));
                *shared = Arc::downgrade(&cluster);
                cluster
            })
        };
        Self::on(tokio::task::block_in_place(shared), |_| ()).await
    }

    /// Begins on this Cluster, with some of the store's options changed.
    pub(crate) async fn on(cluster: Arc<RedisCluster>, change: impl FnOnce(&mut Options)) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut options = Options {
            partitions: 16,
            key_prefix: format!("test{number}"),
            ..options(cluster.url())
        };
        change(&mut options);
        let keeper = Options { replica: "keeper".to_owned(), ..options.clone() };
        let keeper = RedisStore::connect(keeper).await.unwrap();
        let (started, advanced_ms) = (Instant::now(), AtomicU64::new(0));
        Self { cluster, options, keeper, started, advanced_ms }
    }

    /// The Cluster, to be asked or rearranged.
    pub(crate) fn cluster(&self) -> &RedisCluster {
        &self.cluster
    }

    /// What its stores are opened with.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }
}

#[async_trait]
impl Harness for ClusterHarness {
    async fn store(&self, owner: &str) -> Arc<dyn Store> {
        let options = Options { replica: owner.to_owned(), ..self.options.clone() };
        Arc::new(RedisStore::connect(options).await.unwrap())
    }

    async fn all_ports(&self, owner: &str) -> Arc<dyn AllPorts> {
        let options = Options { replica: owner.to_owned(), ..self.options.clone() };
        Arc::new(RedisStore::connect(options).await.unwrap())
    }

    async fn advance(&self, by: Duration) {
        // While a slot moves, what is in it can't be changed.
        while let Err(error) = self.keeper.shift_time(by).await {
            assert!(error.is_retryable(), "{error}");
        }
        let by = u64::try_from(by.as_millis()).unwrap();
        self.advanced_ms.fetch_add(by, Ordering::Relaxed);
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed() + Duration::from_millis(self.advanced_ms.load(Ordering::Relaxed))
    }

    /// The store looks after put-off and abandoned conversations only between two reads, and reads
    /// each partition on its own.
    fn glance(&self) -> Duration {
        Duration::from_millis(80)
    }
}
