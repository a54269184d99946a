//! Looks at an installation from outside of it: nothing is claimed, written or subscribed to.

use std::sync::Arc;

use conversation::ports::{QueueFigures, ReplicaReport, StoreFigures};
use conversation::{EventHub, StoreError};
use deadpool_redis::redis::Cmd;

use crate::keys::Keys;
use crate::link::Link;
use crate::script::Scripts;
use crate::telegraph::Telegraph;
use crate::{Inner, Options};

/// A look at an installation of gateways, for whoever operates it.
pub struct Onlooker {
    inner: Arc<Inner>,
}

impl Onlooker {
    /// Connects to the Redis of an installation; none if no gateway has used it yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if Redis can't be reached, or the URL is not one.
    pub async fn connect(options: Options) -> Result<Option<Self>, StoreError> {
        let link = Link::new(&options)?;
        let mut ask = Cmd::new();
        ask.arg("GET").arg(Keys::layout(&options.key_prefix));
        let Some(partitions) = link.run::<Option<u16>>(&ask).await? else {
            return Ok(None);
        };
        let keys = Keys::new(&options.key_prefix, partitions.max(1));
        let (hub, scripts) = (EventHub::default(), Scripts::new());
        // Nobody sends what it is given: an onlooker announces nothing.
        let (telegraph, _outgoing) = Telegraph::new(&options, &keys);
        let inner = Arc::new(Inner { options, keys, link, scripts, hub, telegraph });
        Ok(Some(Self { inner }))
    }

    /// The replicas that are alive, by name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError> {
        self.inner.replicas().await
    }

    /// How much work waits.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn queue(&self) -> Result<QueueFigures, StoreError> {
        self.inner.queue().await
    }

    /// How much the store holds.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn holds(&self) -> Result<StoreFigures, StoreError> {
        self.inner.holds().await
    }
}
