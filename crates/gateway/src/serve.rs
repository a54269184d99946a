//! The role that serves: from settings to a running gateway, and to the exit code at its end.

use std::path::PathBuf;
use std::process::ExitCode;

use settings::Settings;

use crate::start::{WRONG_SETTINGS, complain, load};
use crate::{compose, lifecycle, observe, storage, watchdog};

/// Serves until told to stop.
pub(crate) fn serve(file: Option<PathBuf>) -> ExitCode {
    let loaded = match load(file) {
        Ok(loaded) => loaded,
        Err(code) => return code.into(),
    };
    observe::start_logging(&loaded.settings.logging);
    for warning in &loaded.warnings {
        tracing::warn!("{}", warning.headline());
    }
    match run(&loaded.settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("openclaw-gateway: {error:#}"));
            if storage::is_refusal(&error) { WRONG_SETTINGS.into() } else { ExitCode::FAILURE }
        }
    }
}

fn run(settings: &Settings) -> anyhow::Result<()> {
    let metrics = observe::start_metrics()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let _watchdog = watchdog::watch(runtime.handle().clone())?;
    let outcome = runtime.block_on(async {
        let mut signals = lifecycle::Signals::new()?;
        let composing = Box::pin(compose::compose(settings, metrics));
        let Some(gateway) = signals.unless_told_to_stop(composing).await else {
            tracing::info!("stopped before the start was complete");
            return Ok(());
        };
        lifecycle::live(gateway?, signals).await
    });
    // While it is still watched, since an end can get stuck as well.
    drop(runtime);
    outcome
}
