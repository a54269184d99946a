//! The measurements, each a row or two of the table.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::fake_model::{FakeModel, Script};
use support::gateway_process::{GatewayOptions, GatewayProcess, gateway_binary};
use support::http::post_message;
use support::redis_server::RedisServer;

use crate::client::{MakeRequest, Nth, Pace, Run, run};
use crate::table::Table;

/// How many messages a customer of the benchmark sends before the next customer begins.
const CONVERSATION: u64 = 5;

/// One of this program's own servers, ended when dropped.
pub struct Server {
    pub port: u16,
    process: Child,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program has a path"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let mut address = String::new();
        let output = process.stdout.take().expect("the output was asked for");
        BufReader::new(output).read_line(&mut address).expect("the server says where it is");
        let port = address.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        Self { port: port.expect("the address ends with a port"), process }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How long each measurement runs.
pub struct Length(pub Duration);

/// `/healthz` against a bare axum handler.
pub async fn healthz(table: &mut Table, length: &Length) {
    let bare = Server::start(&["serve-bare"]);
    let gateway = GatewayProcess::start(&gateway_options(1, None));
    let request: MakeRequest = Arc::new(|_, bytes| {
        bytes.extend_from_slice(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    });
    // Many short runs in turn, so that a noisy moment of the machine falls on both, and the
    // median of the ratios of neighbours.
    const ROUNDS: u32 = 12;
    let time = length.0 * 2 / ROUNDS;
    let (mut own, mut other, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let bare = run(bare.port, 50, time, Pace::Closed, Arc::clone(&request)).await.rate();
        let ours = run(gateway.port(), 50, time, Pace::Closed, Arc::clone(&request)).await.rate();
        own.push(ours);
        other.push(bare);
        ratios.push(ours / bare);
    }
    let (own, other) = (median(own), median(other));
    table.row("GET /healthz, 50 connections", &format!("{own:.0}/s"), "");
    table.row("the same from a bare axum handler", &format!("{other:.0}/s"), "");
    table.row("ratio", &format!("{:.2}", median(ratios)), "≥ 0.9");
}

/// Messages per second with a model that answers at once.
pub async fn throughput(table: &mut Table, length: &Length, redis: Option<&RedisServer>) {
    let model = Server::start(&["serve-model", "--delay-ms", "0"]);
    let gateway = GatewayProcess::start(&gateway_options(model.port, redis));
    let direct = run(model.port, 50, length.0 / 3, Pace::Closed, model_request()).await;
    run(gateway.port(), 50, length.0 / 5, Pace::Closed, message_request("warm")).await;
    let found = run(gateway.port(), 50, length.0, Pace::Closed, message_request("fast")).await;
    let (store, goal) = match redis {
        Some(_) => ("Redis", "≥ 4000/s"),
        None => ("embedded", "≥ 8000/s"),
    };
    let name = format!("messages, {store} store, model 0 ms, 50 clients");
    table.row(&name, &format!("{:.0}/s{}", found.rate(), failures(&found)), goal);
    table.row("  overhead over the model alone, p50 / p99", &overhead(&found, &direct), "");
    table.row("  resident memory under this load", &resident(gateway.pid()), "");
}

/// The overhead at a steady rate that a busy company has, by when Redis syncs its file: before it
/// acknowledges, as we ship it, or every second, as it comes.
pub async fn steady(table: &mut Table, length: &Length) {
    for sync in ["always", "everysec"] {
        let redis = RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", sync]);
        steady_with(table, length, &redis, sync).await;
    }
}

async fn steady_with(table: &mut Table, length: &Length, redis: &RedisServer, sync: &str) {
    let model = Server::start(&["serve-model", "--delay-ms", "0"]);
    let gateway = GatewayProcess::start(&gateway_options(model.port, Some(redis)));
    let pace = Pace::Open(500.0);
    run(gateway.port(), 64, length.0 / 5, pace, message_request("warm")).await;
    let direct = run(model.port, 64, length.0, pace, model_request()).await;
    let found = run(gateway.port(), 64, length.0, pace, message_request("steady")).await;
    let name = format!("messages at 500/s, Redis ({sync}), model 0 ms: overhead p50 / p99");
    let figure = format!("{}{}", overhead(&found, &direct), failures(&found));
    table.row(&name, &figure, "p99 ≤ 10 ms");
}

/// Many customers at once, with a model that takes its time.
pub async fn users(table: &mut Table, length: &Length, redis: &RedisServer, users: usize) {
    let model = Server::start(&["serve-model", "--delay-ms", "200"]);
    let gateway = GatewayProcess::start(&gateway_options(model.port, Some(redis)));
    run(gateway.port(), users, length.0 / 4, Pace::Closed, message_request("warm")).await;
    let found = run(gateway.port(), users, length.0, Pace::Closed, message_request("users")).await;
    let most = users as f64 / 0.2;
    let name = format!("{users} users at once, Redis, model 200 ms");
    let share = found.rate() / most;
    let figure =
        format!("{:.0}/s{}, {share:.2} of the most possible", found.rate(), failures(&found));
    table.row(&name, &figure, "");
    let delay = Duration::from_millis(200);
    let (p50, p99) = (found.quantile(0.5), found.quantile(0.99));
    let figure = format!("{} / {}", ms(p50.saturating_sub(delay)), ms(p99.saturating_sub(delay)));
    table.row("  overhead over the model's time, p50 / p99", &figure, "");
    table.row("  resident memory under this load", &resident(gateway.pid()), "");
}

/// How long it takes from the death of the replica that holds a turn to the answer of another.
pub async fn takeover(table: &mut Table, redis: &RedisServer) {
    let mut times = Vec::new();
    for round in 0..5 {
        let model = FakeModel::answering(|asked| asked.question().to_owned());
        let port = model.url().rsplit(':').next().and_then(|port| port.parse().ok());
        let options = gateway_options(port.expect("an address ends with a port"), Some(redis));
        let mut dying = GatewayProcess::start(&options);
        model.push(Script::new().hang());
        let (port, user) = (dying.port(), format!("takeover-{round}"));
        let customer = user.clone();
        tokio::spawn(async move { post_message(port, &customer, "Where?", Some("key")).await });
        model.wait_for_requests(1).await;
        let other = GatewayProcess::start(&options);
        dying.kill();
        let killed = Instant::now();
        let answer = post_message(other.port(), &user, "Where?", Some("key")).await;
        assert_eq!(answer.expect("the other replica answers").reply(), "Where?");
        times.push(killed.elapsed().as_secs_f64());
    }
    let most = times.iter().copied().fold(0.0, f64::max);
    let figure = format!("{:.1} s / {most:.1} s", median(times));
    table.row("from kill -9 to another replica's answer, median / most of 5", &figure, "≤ 5 s");
}

/// What the gateway costs when nothing happens.
pub fn footprint(table: &mut Table, redis: &RedisServer) {
    let starts: Vec<f64> = (0..5)
        .map(|_| GatewayProcess::start(&gateway_options(1, Some(redis))).ready_after())
        .map(|time| time.as_secs_f64() * 1000.0)
        .collect();
    table.row("from start to ready", &format!("{:.0} ms", median(starts)), "≤ 150 ms");
    let gateway = GatewayProcess::start(&gateway_options(1, Some(redis)));
    std::thread::sleep(Duration::from_secs(2));
    table.row("resident memory, idle", &resident(gateway.pid()), "≤ 20 MB");
    let size = std::fs::metadata(gateway_binary()).map_or(0, |file| file.len());
    table.row("binary, stripped", &format!("{:.1} MB", size as f64 / 1e6), "≤ 20 MB");
}

pub fn gateway_options(model_port: u16, redis: Option<&RedisServer>) -> GatewayOptions {
    let settings = format!(
        r#"{{
            agents: {{ defaults: {{ model: {{ primary: "bench/bench" }} }} }},
            models: {{ providers: {{ bench: {{
                api: "openai-completions", baseUrl: "http://127.0.0.1:{model_port}/v1",
                apiKey: "bench", maxConcurrent: 1024,
            }} }} }},
            logging: {{ level: "warn" }},
        }}"#
    );
    let redis_url = redis.map(RedisServer::url);
    GatewayOptions { settings, redis_url, environment: Vec::new() }
}

fn message_request(run: &'static str) -> MakeRequest {
    Arc::new(move |Nth { connection, request }, bytes| {
        let customer = request / CONVERSATION;
        let body = format!(
            r#"{{"channel":"bench","user_id":"{run}-{connection}-{customer}","message":"Where is my parcel TRK-{request:05}?"}}"#
        );
        post("/api/v1/message", &body, bytes);
    })
}

fn model_request() -> MakeRequest {
    Arc::new(|_, bytes| post("/v1/chat/completions", r#"{"model":"bench","messages":[]}"#, bytes))
}

fn post(path: &str, body: &str, bytes: &mut Vec<u8>) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(body.as_bytes());
}

fn overhead(found: &Run, direct: &Run) -> String {
    let over = |share| found.quantile(share).saturating_sub(direct.quantile(share));
    format!("{} / {}", ms(over(0.5)), ms(over(0.99)))
}

fn failures(found: &Run) -> String {
    match found.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    }
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn resident(pid: u32) -> String {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"));
    let kib = status.ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("VmRSS:"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    });
    kib.map_or_else(|| "unknown".to_owned(), |kib| format!("{:.1} MB", kib * 1024.0 / 1e6))
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
