//! `healthcheck`: asks a gateway whether it takes work, for containers whose image holds no
//! other program that could.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::Url;

use crate::asking::{self, Answer};
use crate::start::complain;

/// How long the gateway has to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Where it is asked unless told.
const PATH: &str = "/readyz";

const AFTER_HELP: &str = "\
Exit codes:
  0  it takes work
  1  it doesn't, or doesn't answer within 3 s; one line says why

Examples:
  openclaw-gateway healthcheck
  openclaw-gateway healthcheck --endpoint http://gateway-2:18789/healthz

In a Dockerfile:
  HEALTHCHECK --interval=5s --timeout=4s CMD [\"/openclaw-gateway\", \"healthcheck\"]";

/// What is asked.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The gateway to ask, /readyz unless a path is given [default: the one on this machine, at
    /// the port of the settings]
    #[arg(long, value_name = "URL", value_parser = |text: &str| asking::endpoint(text, PATH))]
    endpoint: Option<Url>,
}

/// Asks once.
pub(crate) fn healthcheck(file: Option<PathBuf>, arguments: Arguments) -> ExitCode {
    let outcome = match arguments.endpoint {
        Some(endpoint) => check(&endpoint),
        None => asking::endpoint(&format!("http://127.0.0.1:{}", asking::own_port(file)), PATH)
            .and_then(|endpoint| check(&endpoint)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            complain(&format!("unhealthy: {why}"));
            ExitCode::FAILURE
        }
    }
}

fn check(endpoint: &Url) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let client = asking::client(endpoint, PATIENCE).map_err(|error| format!("{error:#}"))?;
    let place = endpoint.origin().ascii_serialization();
    let answered = runtime.block_on(asking::ask(client.get(endpoint.clone())));
    let Answer { status, body, .. } = answered.map_err(|why| format!("{place}: {why}"))?;
    if (200..300).contains(&status) {
        return Ok(());
    }
    let body: String = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let body: String = body.chars().take(200).collect();
    Err(format!("{place} answered {status}: {body}"))
}
