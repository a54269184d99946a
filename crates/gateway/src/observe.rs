//! Logs and metrics: how they are set up, once for the process.

use std::io::IsTerminal as _;
use std::sync::Arc;

use anyhow::Context as _;
use http_api::MetricsPage;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use settings::{ConsoleStyle, LogLevel, LoggingSettings};
use tracing_subscriber::EnvFilter;

/// The bounds of every histogram of seconds: from a health check to a slow model.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// Starts logging to the standard error stream.
pub(crate) fn start_logging(logging: &LoggingSettings) {
    let level = match logging.level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    // What libraries say below a warning is of use to their authors only, and may hold data.
    let quiet =
        "hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn,redis=warn,notify=warn,h2=warn";
    let filter = EnvFilter::new(format!("{level},{quiet}"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false);
    match logging.console_style {
        ConsoleStyle::Pretty => lines.init(),
        ConsoleStyle::Json => lines.json().flatten_event(true).with_current_span(true).init(),
    }
}

/// Starts collecting figures.
pub(crate) fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("the metrics can't be collected")
}

/// The page of figures.
pub(crate) fn page(handle: PrometheusHandle) -> MetricsPage {
    Arc::new(move || handle.render())
}
