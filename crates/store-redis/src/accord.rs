//! What replicas agree on: each thing is one key with a hash tag of its own, and each verb one script.

use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Accord, accord_time, check_accord_name, check_accord_text};
use conversation::{Rate, StoreError};

use crate::{RedisStore, millis};

#[async_trait]
impl Accord for RedisStore {
    async fn pass(&self, lane: &str, rate: Rate) -> Result<Option<Duration>, StoreError> {
        check_accord_name(lane)?;
        let (inner, verb) = (&self.inner, &self.inner.scripts.pass);
        let mut call = verb.call();
        call.arg(inner.keys.lane(lane)).arg(rate.burst.max(1)).arg(micros(rate.period));
        let wait: u64 = inner.link.call(verb, &call).await?;
        Ok((wait > 0).then(|| Duration::from_micros(wait)))
    }

    async fn close(&self, lane: &str, pause: Duration) -> Result<(), StoreError> {
        check_accord_name(lane)?;
        let (inner, verb) = (&self.inner, &self.inner.scripts.close);
        let mut call = verb.call();
        call.arg(inner.keys.lane(lane)).arg(micros(pause));
        inner.link.call(verb, &call).await
    }

    async fn hold(&self, office: &str, holder: &str, term: Duration) -> Result<bool, StoreError> {
        check_accord_name(office)?;
        check_accord_text(holder)?;
        let (inner, verb) = (&self.inner, &self.inner.scripts.hold);
        let mut call = verb.call();
        call.arg(inner.keys.office(office)).arg(holder).arg(millis(accord_time(term)));
        inner.link.call(verb, &call).await
    }

    async fn resign(&self, office: &str, holder: &str) -> Result<(), StoreError> {
        check_accord_name(office)?;
        let (inner, verb) = (&self.inner, &self.inner.scripts.resign);
        let mut call = verb.call();
        call.arg(inner.keys.office(office)).arg(holder);
        inner.link.call(verb, &call).await
    }

    async fn agree(&self, name: &str, proposal: &str) -> Result<String, StoreError> {
        check_accord_name(name)?;
        check_accord_text(proposal)?;
        let (inner, verb) = (&self.inner, &self.inner.scripts.agree);
        let mut call = verb.call();
        call.arg(inner.keys.agreed(name)).arg(proposal);
        inner.link.call(verb, &call).await
    }
}

/// A bounded time in whole microseconds: lanes count in these, since providers take many a second.
fn micros(time: Duration) -> u64 {
    u64::try_from(accord_time(time).as_micros()).unwrap_or(u64::MAX)
}
