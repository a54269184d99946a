//! What an installation needs before it is used: the number of partitions, the consumer groups,
//! the scripts.

use conversation::StoreError;
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::keys::Keys;
use crate::link::{GROUP, Link};
use crate::{Inner, Options};

impl Inner {
    /// Makes sure that every partition has its stream and its consumer group, and that the number
    /// of partitions is known: a Redis may come back empty.
    pub(crate) async fn ensure_groups(&self) -> Result<(), StoreError> {
        propose_partitions(&self.link, &self.options, self.keys.partitions()).await?;
        for stream in self.keys.all_ready() {
            let mut create = Cmd::new();
            create.arg("XGROUP").arg("CREATE").arg(stream).arg(GROUP).arg("0").arg("MKSTREAM");
            match self.link.run::<()>(&create).await {
                Err(StoreError::Unavailable(why)) if why.contains("BUSYGROUP") => {}
                answer => answer?,
            }
        }
        Ok(())
    }

    /// Makes every server know every script, so that no call has to find out that it doesn't.
    pub(crate) async fn load_scripts(&self) -> Result<(), StoreError> {
        let mut loads = Pipeline::new();
        for verb in self.scripts.all() {
            loads.add_command(verb.load());
        }
        self.link.run_everywhere::<()>(&loads).await.map(|_done| ())
    }
}

/// The installation's number of partitions: this start's if it is the first.
pub(crate) async fn agree_on_partitions(link: &Link, options: &Options) -> Result<u16, StoreError> {
    propose_partitions(link, options, options.partitions.max(1)).await?;
    let mut get = Cmd::new();
    get.arg("GET").arg(Keys::layout(&options.key_prefix));
    let agreed = link.run::<u16>(&get).await?;
    if agreed != options.partitions {
        tracing::warn!(
            agreed,
            wanted = options.partitions,
            "the installation keeps its partitions"
        );
    }
    Ok(agreed.max(1))
}

/// Sets the number of partitions if there is none.
async fn propose_partitions(
    link: &Link,
    options: &Options,
    partitions: u16,
) -> Result<(), StoreError> {
    let mut set = Cmd::new();
    set.arg("SET").arg(Keys::layout(&options.key_prefix)).arg(partitions).arg("NX");
    link.run::<()>(&set).await
}
