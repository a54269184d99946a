//! Workers of the async runtime that stop running tasks for good.

use anyhow::Context as _;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};

/// Blocks as many workers as `OPENCLAW_BLOCK_WORKERS` says, `one` or `all`, at the first SIGUSR1.
pub(super) fn block_when_told() -> anyhow::Result<()> {
    let number = match std::env::var("OPENCLAW_BLOCK_WORKERS").ok().as_deref() {
        None => return Ok(()),
        Some("one") => 1,
        Some("all") => Handle::current().metrics().num_workers(),
        Some(other) => anyhow::bail!("OPENCLAW_BLOCK_WORKERS is one or all, and not '{other}'"),
    };
    let mut told = signal(SignalKind::user_defined1()).context("SIGUSR1 can't be heard")?;
    tokio::spawn(async move {
        told.recv().await;
        tracing::warn!(number, "blocking workers");
        for _ in 0..number {
            // A worker that waits in a task runs no other.
            tokio::spawn(async { block() });
        }
    });
    Ok(())
}

fn block() -> ! {
    loop {
        std::thread::park();
    }
}
