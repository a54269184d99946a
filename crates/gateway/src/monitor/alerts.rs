//! Delivers alerts: a task for each webhook, so that one that is slow keeps neither the others nor
//! the next look waiting.

use std::time::Duration;

use reqwest::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::webhook::{Outcome, Webhook};
use crate::asking;
use crate::start::complain;

/// How long a webhook has to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many alerts may wait for a webhook; one that is away for longer misses some.
const BACKLOG: usize = 16;
/// How often an alert is tried.
const TRIES: u32 = 5;
/// The pause after the first try. Every further one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that a webhook is granted when it asks for one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Those who are told.
pub(super) struct Alerts {
    queues: Vec<(Webhook, mpsc::Sender<String>)>,
    deliveries: JoinSet<()>,
}

impl Alerts {
    /// Starts to deliver.
    pub(super) fn start(webhooks: Vec<Webhook>) -> anyhow::Result<Self> {
        let mut alerts = Self { queues: Vec::new(), deliveries: JoinSet::new() };
        for webhook in webhooks {
            let (queue, waiting) = mpsc::channel(BACKLOG);
            let client = webhook.client(PATIENCE)?;
            alerts.deliveries.spawn(deliver_all(webhook.clone(), client, waiting));
            alerts.queues.push((webhook, queue));
        }
        Ok(alerts)
    }

    /// Tells everybody, without waiting for it.
    pub(super) fn tell(&self, text: &str) {
        for (webhook, queue) in &self.queues {
            if queue.try_send(text.to_owned()).is_err() {
                complain(&format!("{webhook} is not told: too many alerts wait for it"));
            }
        }
    }

    /// Waits until everything is delivered or given up.
    pub(super) async fn delivered(mut self) {
        self.queues.clear();
        while self.deliveries.join_next().await.is_some() {}
    }
}

async fn deliver_all(webhook: Webhook, client: Client, mut waiting: mpsc::Receiver<String>) {
    while let Some(text) = waiting.recv().await {
        if let Err(why) = deliver(&webhook, &client, &text).await {
            complain(&format!("{webhook} could not be told: {why}"));
        }
    }
}

async fn deliver(webhook: &Webhook, client: &Client, text: &str) -> Result<(), String> {
    let mut pause = PAUSE;
    for attempt in 1.. {
        let outcome = match asking::ask(webhook.request(client, text)).await {
            Ok(answer) => webhook.outcome(&answer),
            Err(why) => Outcome::Failed(why, None),
        };
        match outcome {
            Outcome::Delivered => return Ok(()),
            Outcome::Refused(why) => return Err(why),
            Outcome::Failed(why, _) if attempt == TRIES => {
                return Err(format!("{why} (tried {attempt} times)"));
            }
            Outcome::Failed(_, asked) => {
                sleep(asked.unwrap_or(pause).min(LONGEST_PAUSE)).await;
                pause *= 2;
            }
        }
    }
    Ok(())
}
