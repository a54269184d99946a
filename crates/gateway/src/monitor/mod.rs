//! `monitor`: looks at a gateway's health again and again, keeps a log of what it saw, and alerts
//! people when that changes.

mod alerts;
mod changes;
mod health;
mod journal;
mod webhook;
#[cfg(test)]
mod webhook_tests;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::Url;
use settings::Environment;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use crate::asking::{self, Trust};
use crate::start::complain;
use alerts::Alerts;
use changes::{Change, State, Watched};
use health::Looker;
use journal::Journal;
use webhook::Webhook;

/// Further webhooks, where they don't show in the list of processes.
const WEBHOOKS_VARIABLE: &str = "OPENCLAW_ALERT_WEBHOOKS";
/// How long alerts under way may take after the monitor was told to stop.
const LAST_ALERTS: Duration = Duration::from_secs(10);

const AFTER_HELP: &str = "\
What it looks at is /healthz: `ok` is up, `degraded` is up but not as well as configured (another
model answers, Ollama is away) or takes no new messages (the store is full), and 503, anything else
or no answer is down. At other paths, such as a proxy's own /nginx-health, every 2xx is up. It alerts
when a gateway gets worse for --failures looks in a row, and as soon as it gets better.

A certificate that this machine doesn't trust, such as the self-signed one of the shipped proxy, is
down too, unless it is given as --certificate-authority tls.crt.

Webhooks (given here, or separated by spaces in OPENCLAW_ALERT_WEBHOOKS, where they don't show in
the list of processes); of their addresses only the server's name is ever printed:
  Slack      https://hooks.slack.com/services/T…/B…/…
  Telegram   https://api.telegram.org/bot<TOKEN>/sendMessage?chat_id=<CHAT>
             (parameters such as message_thread_id and disable_notification may follow)
  others     any address that takes a POST of {\"text\": \"…\"}, such as Mattermost's
An alert that can't be delivered is tried five times within about a minute, as the other side
asks; then the standard error stream says so.

The log has one line of JSON for each look: at, endpoint, look (up, degraded, down), state,
failures, http_status, milliseconds, detail; and, if it changed, changed_from. It is opened anew
for each line, so that it may be moved away at any time; at 10 MB it becomes FILE.1 by itself.
A monitor that is started again goes on from the last line.

Exit codes:
  0   told to stop; with --once: up or degraded
  1   it couldn't start; with --once: down

Examples:
  openclaw-gateway monitor
  openclaw-gateway monitor --endpoint http://localhost/healthz --interval 30s \\
    --log /var/log/openclaw-health.log --alert-webhook https://hooks.slack.com/services/…
  */5 * * * *  openclaw-gateway monitor --once --failures 1 --log /var/log/openclaw-health.log \\
    --alert-webhook 'https://api.telegram.org/bot…/sendMessage?chat_id=…'";

/// What to look at, and whom to tell.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The gateway or the proxy in front, /healthz unless a path is given [default: the gateway on
    /// this machine, at the port of the settings]
    #[arg(long, value_name = "URL",
          value_parser = |text: &str| asking::endpoint(text, health::PATH))]
    endpoint: Option<Url>,
    /// Whom to trust as an https endpoint, instead of whom this machine trusts: certificates in PEM,
    /// of an authority or self-signed
    #[arg(long, value_name = "FILE")]
    certificate_authority: Option<PathBuf>,
    /// The pause between two looks
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = asking::duration)]
    interval: Duration,
    /// How long an answer may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = asking::duration)]
    timeout: Duration,
    /// How many looks in a row must find it worse before that is believed
    #[arg(long, value_name = "NUMBER", default_value_t = 2,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    failures: u32,
    /// Where each look is logged
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Whom to tell; may be given several times
    // Read later than the other values, since a complaint about those repeats them.
    #[arg(long, value_name = "URL")]
    alert_webhook: Vec<String>,
    /// Look once, alert if that changes something, and end: for cron
    #[arg(long)]
    once: bool,
}

/// Looks until it is told to stop.
pub(crate) fn monitor(file: Option<PathBuf>, arguments: Arguments) -> ExitCode {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(Monitor::new(file, arguments)?.run())
    };
    match run() {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("openclaw-gateway monitor: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

struct Monitor {
    looker: Looker,
    watched: Watched,
    journal: Journal,
    webhooks: Vec<Webhook>,
    pause: Duration,
    once: bool,
}

impl Monitor {
    fn new(file: Option<PathBuf>, arguments: Arguments) -> anyhow::Result<Self> {
        let endpoint = match arguments.endpoint {
            Some(endpoint) => endpoint,
            None => {
                let own = format!("http://127.0.0.1:{}", asking::own_port(file));
                asking::endpoint(&own, health::PATH).map_err(anyhow::Error::msg)?
            }
        };
        let mut webhooks = read(&arguments.alert_webhook, "--alert-webhook")?;
        let environment = Environment::of_process();
        let further = environment.get(WEBHOOKS_VARIABLE).unwrap_or_default();
        webhooks.extend(read(further.split_whitespace(), WEBHOOKS_VARIABLE)?);
        let trust = arguments.certificate_authority.as_deref();
        let trust = trust.map_or(Ok(Trust::System), Trust::in_file)?;
        let journal = Journal::new(arguments.log);
        let before = journal.last(&asking::shown(&endpoint));
        Ok(Self {
            looker: Looker::new(endpoint, arguments.timeout, trust)?,
            watched: Watched::new(before, arguments.failures),
            journal,
            webhooks,
            pause: arguments.interval,
            once: arguments.once,
        })
    }

    async fn run(mut self) -> anyhow::Result<ExitCode> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let alerts = Alerts::start(std::mem::take(&mut self.webhooks))?;
        let mut ticks = interval(self.pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
            }
            let state = tokio::select! {
                state = self.look(&alerts) => state,
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
            };
            if self.once {
                alerts.delivered().await;
                return Ok(match state {
                    State::Up | State::Degraded => ExitCode::SUCCESS,
                    State::Down => ExitCode::FAILURE,
                });
            }
        }
        let _ = tokio::time::timeout(LAST_ALERTS, alerts.delivered()).await;
        Ok(ExitCode::SUCCESS)
    }

    /// Looks once. Answers what this look found.
    async fn look(&mut self, alerts: &Alerts) -> State {
        let look = self.looker.look().await;
        let change = self.watched.take_in(look.found, look.at);
        self.journal.note(&look, &self.watched, change.as_ref());
        if let Some(change) = change {
            let text = told(&change, &look);
            complain(&text);
            alerts.tell(&text);
        }
        look.found
    }
}

/// Reads the addresses of webhooks that came from `origin`.
fn read<Address: AsRef<str>>(
    addresses: impl IntoIterator<Item = Address>,
    origin: &'static str,
) -> anyhow::Result<Vec<Webhook>> {
    let read = |address: Address| webhook::parse(address.as_ref()).map_err(anyhow::Error::msg);
    addresses.into_iter().map(|address| read(address).context(origin)).collect()
}

/// A change in words.
fn told(change: &Change, look: &health::Look) -> String {
    let place = &look.endpoint;
    let lasted = humantime::format_duration(Duration::from_secs(change.lasted.as_secs()));
    match (change.from, change.to) {
        (_, State::Down) => format!("DOWN: the OpenClaw gateway at {place}: {}", look.detail),
        (State::Down, State::Up) => {
            format!("UP again: the OpenClaw gateway at {place}, after {lasted}")
        }
        (State::Down, State::Degraded) => format!(
            "UP again but DEGRADED: the OpenClaw gateway at {place}, after {lasted}: {}",
            look.detail
        ),
        (_, State::Degraded) => {
            format!("DEGRADED: the OpenClaw gateway at {place}: {}", look.detail)
        }
        (_, State::Up) => format!("WELL again: the OpenClaw gateway at {place}, after {lasted}"),
    }
}
