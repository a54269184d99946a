//! `status`: one look at the whole installation, as a table for people or as JSON for programs.

mod look;
mod screen;
mod table;
#[cfg(test)]
mod table_tests;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use http_api::{Status, Verdict};
use reqwest::Url;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use crate::asking;
use crate::start::{WRONG_SETTINGS, complain, read};
use look::Place;
use screen::Screen;

/// The exit code when something needs a person. 2 means a wrong command line.
const NEEDS_A_PERSON: u8 = 3;

const AFTER_HELP: &str = "\
With Redis (REDIS_URL, or store.redisUrl of the settings) it looks there, and needs no gateway
to answer. A gateway without Redis is asked over HTTP for GET /status, with the token of
OPENCLAW_GATEWAY_TOKEN or the settings.

Exit codes:
  0   nothing needs a person, or --watch was ended
  1   it couldn't look; one line says why
  3   something needs a person: `concerns` says what
  78  the settings are wrong where they say how to look; what is wrong with the models, such as
      a key that isn't set here, keeps nobody from looking

JSON, whose fields stay as they are (more may be added):
  at, status (ok, degraded, down), concerns[],
  totals{replicas, accepted_per_second, answered_per_second, turns_in_flight},
  replicas[]{id, version, uptime_seconds, seen_seconds_ago, skills_revision,
    accepted_per_second, answered_per_second, accepted_total, answered_total,
    turns_in_flight, memory_bytes},
  queue{ready, claimed, delayed, oldest_waiting_seconds, dead_letters},
  store{kind (redis, process), used_bytes, limit_bytes},
  models[]{name, state (closed, half_open, open), replicas, passed_over_by, last_failure}

Examples:
  openclaw-gateway status
  openclaw-gateway status --watch --interval 5s
  openclaw-gateway status --json | jq .queue.dead_letters
  openclaw-gateway status --endpoint http://gateway-2:18789";

/// How to look.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Print JSON; with --watch one line for each look
    #[arg(long)]
    json: bool,
    /// Look again and again, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// The pause between two looks
    #[arg(long, value_name = "TIME", default_value = "2s", requires = "watch",
          value_parser = asking::duration)]
    interval: Duration,
    /// Ask this gateway over HTTP, whether or not there is Redis
    #[arg(long, value_name = "URL", value_parser = |text: &str| asking::endpoint(text, look::PATH))]
    endpoint: Option<Url>,
}

/// In which form a status is printed.
#[derive(Clone, Copy)]
enum Form {
    Table,
    Json,
}

/// Looks once, or until it is told to stop.
pub(crate) fn status(file: Option<PathBuf>, arguments: Arguments) -> ExitCode {
    let read = read(file);
    let settings = match look::needed(&read, arguments.endpoint.as_ref()) {
        Ok(settings) => settings,
        Err(problems) => {
            complain(&problems.to_string());
            return WRONG_SETTINGS.into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    let form = if arguments.json { Form::Json } else { Form::Table };
    let place = match Place::of(settings, arguments.endpoint) {
        Ok(place) => place,
        Err(why) => return failed(&why),
    };
    runtime.block_on(async {
        match (arguments.watch, form) {
            (true, form) => watch(&place, form, arguments.interval).await,
            (false, form) => once(&place, form).await,
        }
    })
}

async fn once(place: &Place, form: Form) -> ExitCode {
    let status = match place.look().await {
        Ok(status) => status,
        Err(why) => return failed(&why),
    };
    if Screen::plain().show(&rendered(&status, form)).is_err() {
        return ExitCode::FAILURE;
    }
    match status.status {
        Verdict::Ok => ExitCode::SUCCESS,
        Verdict::Degraded | Verdict::Down => NEEDS_A_PERSON.into(),
    }
}

/// Looks until a signal, or until nobody reads any more.
async fn watch(place: &Place, form: Form, pause: Duration) -> ExitCode {
    let stop = async {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let looks = async {
        let mut screen = match form {
            Form::Table => Screen::live(),
            Form::Json => Screen::plain(),
        };
        let mut ticks = interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            let shown = match (place.look().await, form) {
                (Ok(status), form) => screen.show(&rendered(&status, form)),
                (Err(why), Form::Table) => screen.show(&format!("can't look: {why}\n")),
                (Err(why), Form::Json) => {
                    complain(&format!("can't look: {why}"));
                    Ok(())
                }
            };
            if shown.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = stop => {}
        () = looks => {}
    }
    ExitCode::SUCCESS
}

fn rendered(status: &Status, form: Form) -> String {
    match form {
        Form::Table => table::of(status),
        // A status is made of plain fields, which can always be written as JSON.
        Form::Json => serde_json::to_string(status).unwrap_or_default() + "\n",
    }
}

fn failed(why: &str) -> ExitCode {
    complain(&format!("can't look: {why}"));
    ExitCode::FAILURE
}
