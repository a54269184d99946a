//! The benchmark behind `cargo xtask bench`: it prints one table of figures, all of one run.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::indexing_slicing)]

mod client;
mod durability;
mod figures;
mod proxied;
mod servers;
mod streams;
mod table;
mod webhooks;

use std::time::Duration;

use support::redis_server::RedisServer;

use figures::Length;
use table::Table;

/// The gateway's own, so that what it is measured against does not lose by another one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = include_str!("help.txt");

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| matches!(argument.as_str(), "--help" | "-h")) {
        print!("{HELP}");
        return;
    }
    let number = |name: &str| {
        let index = arguments.iter().position(|argument| argument == name)?;
        arguments.get(index + 1)?.parse::<u64>().ok()
    };
    match arguments.first().map(String::as_str) {
        Some("serve-bare") => servers::bare().await,
        Some("serve-model") => {
            let delay = Duration::from_millis(number("--delay-ms").unwrap_or(0));
            servers::model(delay).await;
        }
        _ => {
            let index = arguments.iter().position(|argument| argument == "--only");
            let only = index.and_then(|index| arguments.get(index + 1)).map(String::as_str);
            let seconds = number("--seconds").unwrap_or(6);
            measure(Length(Duration::from_secs(seconds)), only).await;
        }
    }
}

async fn measure(length: Length, only: Option<&str>) {
    let mut table = Table::default();
    let redis = RedisServer::start();
    let is_wanted = |name: &str| only.is_none_or(|only| only == name);
    if is_wanted("footprint") {
        figures::footprint(&mut table, &redis);
    }
    if is_wanted("healthz") {
        figures::healthz(&mut table, &length).await;
    }
    if is_wanted("nginx") {
        proxied::healthz(&mut table, &length).await;
    }
    if is_wanted("embedded") {
        figures::throughput(&mut table, &length, None).await;
    }
    if is_wanted("redis") {
        figures::throughput(&mut table, &length, Some(&redis)).await;
    }
    if is_wanted("steady") {
        figures::steady(&mut table, &length).await;
    }
    if is_wanted("durability") {
        durability::acknowledgement(&mut table, &length).await;
    }
    if is_wanted("users") {
        figures::users(&mut table, &length, &redis, 50).await;
        figures::users(&mut table, &length, &redis, 1000).await;
    }
    if is_wanted("takeover") {
        figures::takeover(&mut table, &redis).await;
    }
    if is_wanted("streams") {
        streams::streams(&mut table, &redis).await;
    }
    if is_wanted("webhooks") {
        webhooks::acknowledgement(&mut table, &length).await;
    }
    table.print();
}
