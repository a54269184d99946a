//! Faults that a drill asks for by environment variables, put around the parts in the composition
//! root. This module exists only with the feature `fault-injection`, which no release has.
//!
//! - `OPENCLAW_CRASH_AT=mid-stream` or `mid-stream:3`: the process kills itself at the first or
//!   third passage of that point. Of all that share `OPENCLAW_CRASH_ONCE=FILE` only one dies: the
//!   one that makes the file. With `OPENCLAW_FREEZE_AT` it freezes instead, until SIGCONT.
//! - `OPENCLAW_WITHOUT=dedupe`, `persist`, `fence` or `receipts`: takes one protection away, so that
//!   a drill can show that it would notice.
//! - `OPENCLAW_BLOCK_WORKERS=one` or `all`: at SIGUSR1 so many workers of the runtime stop.

mod abilities;
mod crash;
mod model;
mod protection;
mod routes;
mod store;
mod workers;

use std::sync::Arc;

use conversation::StoreError;
use conversation::ports::LanguageModel;
use store_redis::RedisStore;

use crate::storage::WholeStore;
use crash::Crash;
use protection::Protection;

/// What the environment asks for.
pub(crate) struct Faults {
    crash: Arc<Crash>,
}

/// Puts the faults around the store and the model.
///
/// # Errors
/// If the environment asks for a fault that there is none of.
#[allow(clippy::type_complexity, reason = "taken apart where it is made")]
pub(crate) fn around(
    store: Arc<dyn WholeStore>,
    model: Arc<dyn LanguageModel>,
) -> anyhow::Result<(Faults, Arc<dyn WholeStore>, Arc<dyn LanguageModel>)> {
    tracing::warn!("this gateway is built with fault-injection, for tests only");
    let crash = Arc::new(Crash::of_environment()?);
    let missing = protection::missing()?;
    workers::block_when_told()?;
    let store = Arc::new(store::Faulty::new(store, Arc::clone(&crash), missing));
    let model = Arc::new(model::Faulty::new(model, Arc::clone(&crash)));
    Ok((Faults { crash }, store, model))
}

/// Connects to Redis, with the fence or without it.
pub(crate) async fn connect(options: store_redis::Options) -> Result<RedisStore, StoreError> {
    match protection::missing() {
        Ok(Some(Protection::Fence)) => RedisStore::connect_unfenced(options).await,
        Ok(Some(Protection::Dedupe | Protection::Persist | Protection::Receipts) | None)
        | Err(_) => RedisStore::connect(options).await,
    }
}

impl Faults {
    /// Puts the faults around the routes.
    pub(crate) fn around_routes(&self, router: axum::Router) -> axum::Router {
        routes::around(router, Arc::clone(&self.crash))
    }
}
