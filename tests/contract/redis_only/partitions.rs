//! Many partitions, and less room than there are partitions.

use std::collections::HashSet;
use std::time::Duration;

use conversation::ports::Pause;

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{PAST_LEASE, accept_new, claim_one};
use crate::words::{customer, recorded, turn};

const CUSTOMERS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_room_for_one_every_partition_is_reached() {
    for upkeep in [10, 500].map(Duration::from_millis) {
        let harness = RedisHarness::start_with(|options| {
            options.partitions = 16;
            options.upkeep = upkeep;
        })
        .await;
        let (one, other) = (harness.store("one").await, harness.store("other").await);
        for number in 0..CUSTOMERS {
            accept_new(&*one, recorded(&customer(&number.to_string()), "k", "hello")).await;
        }
        let mut ready = HashSet::new();
        for _ in 0..CUSTOMERS {
            let claim = claim_one(&*one).await;
            assert_eq!(claim.fence.deliveries, 1);
            ready.insert(claim.conversation);
        }
        assert_eq!(ready.len(), CUSTOMERS);

        harness.advance(PAST_LEASE).await;
        for _ in 0..CUSTOMERS {
            let claim = claim_one(&*other).await;
            assert_eq!(claim.fence.deliveries, 2, "{upkeep:?}");
            other.retry_at(&claim, Duration::from_secs(600), Pause::Failure).await.unwrap();
        }
        harness.advance(Duration::from_secs(601)).await;
        for _ in 0..CUSTOMERS {
            let claim = claim_one(&*other).await;
            other.commit(&claim, turn("t", 1)).await.unwrap();
        }
    }
}
