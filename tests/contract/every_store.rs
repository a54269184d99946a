//! What makes of one suite the same tests on each store.

/// Makes of each function a test on each store.
macro_rules! contract {
    ($($area:ident: $($test:ident,)+;)+) => {
        mod memory {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let harness = crate::memory_harness::MemoryHarness::start().await;
                    crate::$area::$test(&harness).await;
                }
            )+)+
        }

        mod redis {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let harness = crate::redis_harness::RedisHarness::start().await;
                    crate::$area::$test(&harness).await;
                }
            )+)+
        }

        mod cluster {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let harness = crate::cluster_harness::ClusterHarness::start().await;
                    crate::$area::$test(&harness).await;
                }
            )+)+
        }
    };
}

// Areas that list their tests themselves.
