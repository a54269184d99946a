//! Customers who write at a steady rate while something happens to the stack.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use support::http::{Answer, send};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::stack::TOKEN;

/// What became of the requests.
pub struct Outcome {
    pub sent: usize,
    /// What each that wasn't answered with 200 got instead.
    pub failures: Vec<String>,
}

/// A load that runs until it is told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    running: tokio::task::JoinHandle<Outcome>,
}

impl Load {
    /// Begins so many requests per second, each on a connection of its own and from another customer,
    /// however long the answers take.
    pub fn start(port: u16, per_second: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let running = tokio::spawn(async move {
            let begun = Instant::now();
            let mut requests = JoinSet::new();
            let mut sent = 0;
            while !stopped.load(Ordering::Relaxed) {
                sleep_until(
                    begun + Duration::from_secs(1) * u32::try_from(sent).unwrap() / per_second,
                )
                .await;
                requests.spawn(async move { ask(port, &format!("customer-{sent}"), None).await });
                sent += 1;
            }
            let mut failures = Vec::new();
            while let Some(answer) = requests.join_next().await {
                match answer.expect("a request ends by itself") {
                    Ok(answer) if answer.status == 200 => {}
                    Ok(answer) => failures.push(format!("{} {}", answer.status, answer.body)),
                    Err(error) => failures.push(error.to_string()),
                }
            }
            Outcome { sent, failures }
        });
        Self { stop, running }
    }

    /// Ends it and waits for the answers that are still to come.
    pub async fn stop(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        self.running.await.expect("the load ends by itself")
    }

    /// Ends it, and fails unless every request was answered.
    pub async fn must_have_no_failures(self, during: &str) {
        let Outcome { sent, failures } = self.stop().await;
        println!("compose-test: {during}: {sent} requests, {} failed", failures.len());
        assert!(sent > 0 && failures.is_empty(), "{during}: {failures:#?}");
    }
}

/// A usual message through nginx.
pub async fn ask(port: u16, customer: &str, key: Option<&str>) -> std::io::Result<Answer> {
    ask_about(port, customer, "How long does express delivery take?", key).await
}

/// One message through nginx.
pub async fn ask_about(
    port: u16,
    customer: &str,
    message: &str,
    key: Option<&str>,
) -> std::io::Result<Answer> {
    let body = serde_json::json!({
        "channel": "test",
        "user_id": customer,
        "message": message,
    });
    let authorization = format!("Bearer {TOKEN}");
    let mut headers =
        vec![("content-type", "application/json"), ("authorization", authorization.as_str())];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    send(port, "POST", "/api/v1/message", &headers, &body.to_string()).await
}
