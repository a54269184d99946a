//! Killing replicas under a steady load through nginx. Here clients send every message once and never
//! again: what they see of a death is what nginx and the other replicas let them see.

use std::time::{Duration, Instant};

use support::http::{Answer, send};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::models::Pace;
use crate::world::{Front, Plan, World};

/// 200 requests per second.
const TICK: Duration = Duration::from_millis(5);
const REQUESTS: usize = 1600;
/// When gateways die, and for how long.
const CALM: Duration = Duration::from_secs(2);
const DEAD: Duration = Duration::from_secs(3);

/// What the clients saw.
pub struct Availability {
    pub name: &'static str,
    pub requests: usize,
    /// What the requests got that were not answered with 200 and their reply.
    pub failures: Vec<String>,
    pub slowest: Duration,
}

impl Availability {
    /// Whether nobody saw a failure.
    pub fn is_green(&self) -> bool {
        self.requests == REQUESTS && self.failures.is_empty()
    }
}

/// Kills one of three, and two of three at once.
pub async fn availability() -> Vec<Availability> {
    let one = watch("1 of 3 killed", &[0]).await;
    let two = watch("2 of 3 killed at once", &[0, 1]).await;
    vec![one, two]
}

async fn watch(name: &'static str, slots: &[usize]) -> Availability {
    let pace = Pace(Duration::from_millis(40), Duration::from_millis(80));
    let mut world = World::start(Plan { pace, front: Front::Nginx, ..Plan::default() }).await;
    let port = world.entrance();
    let loading = tokio::spawn(load(port));
    sleep(CALM).await;
    world.kill(slots);
    sleep(DEAD).await;
    slots.iter().for_each(|slot| world.replicas[*slot].start_again());
    let (failures, slowest) = loading.await.expect("the load doesn't panic");
    Availability { name, requests: REQUESTS, failures, slowest }
}

/// Sends a request at every tick, whatever becomes of the others.
async fn load(port: u16) -> (Vec<String>, Duration) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut requests = JoinSet::new();
    for number in 0..REQUESTS {
        ticks.tick().await;
        requests.spawn(request(port, number));
    }
    let (mut failures, mut slowest) = (Vec::new(), Duration::ZERO);
    while let Some(done) = requests.join_next().await {
        let (failure, time) = done.expect("no request panics");
        failures.extend(failure);
        slowest = slowest.max(time);
    }
    (failures, slowest)
}

/// One message of a customer of its own; says what went wrong, and how long it took.
async fn request(port: u16, number: usize) -> (Option<String>, Duration) {
    let begun = Instant::now();
    let body =
        format!(r##"{{"channel":"drill","user_id":"u{number}","message":"#c{number:04}m000"}}"##);
    let headers = [("content-type", "application/json")];
    let answer = send(port, "POST", "/api/v1/message", &headers, &body).await;
    let failure = match &answer {
        Ok(answer) if is_reply(answer, number) => None,
        Ok(answer) => Some(format!("{} {}", answer.status, answer.body.trim())),
        Err(error) => Some(error.to_string()),
    };
    (failure, begun.elapsed())
}

fn is_reply(answer: &Answer, number: usize) -> bool {
    answer.status == 200 && answer.body.contains(&format!("#c{number:04}m000"))
}
