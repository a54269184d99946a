//! Visitors of Web Chat who have the chat open: what each costs while nothing happens, and that a
//! message costs the same however many others listen.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::event_stream::Tape;
use support::gateway_process::{GatewayOptions, GatewayProcess};
use support::http::send;
use support::redis_server::RedisServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::figures::{Server, gateway_options, median};
use crate::table::Table;

/// How many others listen.
const OTHERS: usize = 10_000;
/// How many streams are opened at once.
const AT_ONCE: usize = 50;
/// How many messages are measured, each of an own visitor.
const MESSAGES: usize = 300;
/// More than the period of the heartbeat, so that every stream has asked the store once.
const SETTLING: Duration = Duration::from_secs(25);

/// What a message costs.
struct Cost {
    /// From sending it to its answer on the stream.
    latency: f64,
    /// Processor time of the gateway.
    work: f64,
}

pub async fn streams(table: &mut Table, redis: &RedisServer) {
    let model = Server::start(&["serve-model", "--delay-ms", "0"]);
    let gateway = GatewayProcess::start(&options(model.port, redis));
    message_cost(&gateway, 0).await;
    let alone = message_cost(&gateway, 1).await;
    let before = resident(gateway.pid());
    let others = open(gateway.port()).await;
    tokio::time::sleep(SETTLING).await;
    let after = resident(gateway.pid());
    let idle = busy(gateway.pid(), SETTLING).await;
    let among = message_cost(&gateway, 2).await;
    let open = others.len();
    drop(others);

    let each = (after - before) / open as f64 / 1024.0;
    let name = format!("{open} open event streams: resident memory each");
    table.row(&name, &format!("{each:.1} KiB"), "≤ 15 KB");
    table.row(
        "  processor of the gateway while nothing is said",
        &format!("{:.1} %", idle * 100.0),
        "",
    );
    let ratio = among.latency / alone.latency;
    let figure = format!("{:.1} / {:.1} ms, ratio {ratio:.2}", alone.latency, among.latency);
    table.row("  from a message to its answer, median, with 0 / all of them", &figure, "ratio ≈ 1");
    let work = among.work - idle * among.latency;
    let figure = format!("{:.2} / {work:.2} ms, ratio {:.2}", alone.work, work / alone.work);
    table.row("  the gateway's processor time for it, less that of silence", &figure, "ratio ≈ 1");
}

/// Every visitor has an address of its own, as the proxy says.
fn options(model_port: u16, redis: &RedisServer) -> GatewayOptions {
    let usual = gateway_options(model_port, Some(redis));
    let proxies = r#"{ gateway: { trustedProxies: ["127.0.0.0/8"] },"#;
    GatewayOptions { settings: usual.settings.replacen('{', proxies, 1), ..usual }
}

fn address(visitor: usize) -> String {
    format!("10.{}.{}.{}", visitor >> 16 & 255, visitor >> 8 & 255, visitor & 255)
}

async fn post(port: u16, visitor: usize, path: &str, token: &str, body: &Value) -> Value {
    let (address, bearer) = (address(visitor), format!("Bearer {token}"));
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-for", address.as_str()),
        ("authorization", bearer.as_str()),
    ];
    let answer = send(port, "POST", path, &headers, &body.to_string()).await;
    let answer = answer.expect("the gateway answers");
    assert!(answer.status < 300, "{} {}", answer.status, answer.body);
    answer.json()
}

async fn token(port: u16, visitor: usize) -> String {
    let session = post(port, visitor, "/webchat/session", "", &json!({})).await;
    session["token"].as_str().expect("a session has a token").to_owned()
}

/// Messages one after the other, each of a visitor who listens.
async fn message_cost(gateway: &GatewayProcess, round: usize) -> Cost {
    let port = gateway.port();
    let mut visitors = Vec::new();
    for number in 0..MESSAGES {
        let visitor = OTHERS + round * MESSAGES + number;
        let token = token(port, visitor).await;
        let mut tape = Tape::open(port, &token, None).await.expect("a stream");
        tape.expect("hello").await;
        visitors.push((visitor, token, tape));
    }
    let (worked, mut latencies) = (processor_ms(gateway.pid()), Vec::new());
    for (visitor, token, tape) in &mut visitors {
        let begun = Instant::now();
        let said = json!({ "id": "one", "text": "Where is my parcel?" });
        post(port, *visitor, "/webchat/messages", token, &said).await;
        while tape.next().await.expect("the stream goes on").data["from"] != "assistant" {}
        latencies.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let work = (processor_ms(gateway.pid()) - worked) / MESSAGES as f64;
    Cost { latency: median(latencies), work }
}

/// Opens the others' streams, and waits until each is greeted.
async fn open(port: u16) -> Vec<TcpStream> {
    let mut opening = JoinSet::new();
    for first in 0..AT_ONCE {
        opening.spawn(async move {
            let mut open = Vec::new();
            for visitor in (first..OTHERS).step_by(AT_ONCE) {
                open.push(listen(port, visitor).await);
            }
            open
        });
    }
    opening.join_all().await.into_iter().flatten().collect()
}

async fn listen(port: u16, visitor: usize) -> TcpStream {
    let (token, address) = (token(port, visitor).await, address(visitor));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let request = format!(
        "GET /webchat/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         x-forwarded-for: {address}\r\naccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("the request goes out");
    let mut answer = Vec::new();
    while !answer.windows(12).any(|window| window == b"event: hello") {
        let read = stream.read_buf(&mut answer).await.expect("the answer comes in");
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
    }
    stream
}

/// The share of one processor that the gateway takes, over some time.
async fn busy(pid: u32, time: Duration) -> f64 {
    let before = processor_ms(pid);
    tokio::time::sleep(time).await;
    (processor_ms(pid) - before) / (time.as_secs_f64() * 1000.0)
}

/// Processor time so far, of all threads, in milliseconds.
fn processor_ms(pid: u32) -> f64 {
    let tasks = Path::new("/proc").join(pid.to_string()).join("task");
    let nanoseconds: f64 = std::fs::read_dir(tasks)
        .expect("the gateway runs")
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .sum();
    nanoseconds / 1e6
}

/// Resident memory in bytes.
fn resident(pid: u32) -> f64 {
    let status = Path::new("/proc").join(pid.to_string()).join("status");
    let status = std::fs::read_to_string(status).expect("the gateway runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.expect("the kernel says how much is resident") * 1024.0
}
