//! Renews all the claims of a pool in one call, three times a lease, and stops the turns whose
//! claims are lost or can't be renewed in time.

use std::sync::Arc;

use conversation::StoreError;
use conversation::ports::{Claim, Lease, Turns};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::holding::{Holding, Holdings};
use crate::outage::Outage;

/// Beats until it is dropped.
pub(crate) async fn beat(store: Arc<dyn Turns>, holdings: Arc<Holdings>) {
    let pause = store.lease() / 3;
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut outage = Outage::none("Renewing claims");
    loop {
        ticks.tick().await;
        let held = holdings.all();
        if held.is_empty() {
            continue;
        }
        let asked = Instant::now();
        let renewed = timeout(pause, renew(&*store, &held)).await;
        match renewed.unwrap_or_else(|_| Err(StoreError::Unavailable("no answer in time".into()))) {
            Ok(leases) => {
                outage.over();
                held.iter().zip(leases).for_each(|(holding, lease)| holding.note(lease, asked));
            }
            Err(error) => {
                outage.failed(&error);
            }
        }
        held.iter().for_each(|holding| holding.check());
    }
}

async fn renew(store: &dyn Turns, held: &[Arc<Holding>]) -> Result<Vec<Lease>, StoreError> {
    let claims: Vec<Claim> = held.iter().map(|holding| holding.claim.clone()).collect();
    store.renew(&claims).await
}
