//! The benchmark behind `cargo xtask bench`: it prints one table of figures, all of one run.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::indexing_slicing)]

mod client;
mod figures;
mod servers;
mod table;

use std::time::Duration;

use support::redis_server::RedisServer;

use figures::Length;
use table::Table;

const HELP: &str = "\
Measures the gateway on this machine and prints one table.

Usage: cargo xtask bench [--seconds N]

  --seconds N   how long each measurement runs (default 6)

The load, the fake model, Redis and the gateway share the machine's cores, all on the loopback
address. Figures of different runs or machines don't compare; the ratios of one run do.
";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
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
        _ => measure(Length(Duration::from_secs(number("--seconds").unwrap_or(6)))).await,
    }
}

async fn measure(length: Length) {
    let mut table = Table::default();
    let redis = RedisServer::start();
    figures::footprint(&mut table, &redis);
    figures::healthz(&mut table, &length).await;
    figures::throughput(&mut table, &length, None).await;
    figures::throughput(&mut table, &length, Some(&redis)).await;
    figures::steady(&mut table, &length, &redis).await;
    figures::users(&mut table, &length, &redis, 50).await;
    figures::users(&mut table, &length, &redis, 1000).await;
    figures::takeover(&mut table, &redis).await;
    table.print();
}
