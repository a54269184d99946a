//! What it costs that Redis syncs before it acknowledges: messages at a steady rate, and the time
//! until each is acknowledged, by when Redis syncs its file. docs/durability.md rests on it.

use std::sync::Arc;

use support::gateway_process::GatewayProcess;
use support::redis_server::RedisServer;

use crate::client::{MakeRequest, Nth, Pace, run};
use crate::figures::{Length, Server, gateway_options};
use crate::table::Table;

/// Enough that none waits for a free one, at either rate.
const CONNECTIONS: usize = 128;

/// Both ways to sync at both rates, with the other settings as they ship.
pub async fn acknowledgement(table: &mut Table, length: &Length) {
    for rate in [200.0, 1000.0] {
        for sync in ["everysec", "always"] {
            let redis = RedisServer::start_with(&[
                "--appendonly",
                "yes",
                "--appendfsync",
                sync,
                "--maxmemory",
                "256mb",
                "--maxmemory-policy",
                "noeviction",
            ]);
            let model = Server::start(&["serve-model", "--delay-ms", "0"]);
            let gateway = GatewayProcess::start(&gateway_options(model.port, Some(&redis)));
            let (port, pace) = (gateway.port(), Pace::Open(rate));
            run(port, CONNECTIONS, length.0 / 5, pace, request("warm")).await;
            let found = run(port, CONNECTIONS, length.0, pace, request("timed")).await;
            let milliseconds = |share| found.quantile(share).as_secs_f64() * 1000.0;
            let name = format!("messages at {rate}/s, Redis ({sync}): acknowledged, p50 / p99");
            let figure = format!(
                "{:.0}/s, {:.1} ms / {:.1} ms, {} failed",
                found.rate(),
                milliseconds(0.5),
                milliseconds(0.99),
                found.failed
            );
            table.row(&name, &figure, "p99 < 250 ms");
        }
    }
}

/// A message each from a customer of its own, whose sender doesn't wait for the answer.
fn request(run: &'static str) -> MakeRequest {
    Arc::new(move |Nth { connection, request }, bytes| {
        let body = format!(
            r#"{{"channel":"bench","user_id":"{run}-{connection}-{request}","message":"Where is my parcel?"}}"#
        );
        let head = format!(
            "POST /api/v1/message HTTP/1.1\r\nhost: localhost\r\nprefer: respond-async\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(body.as_bytes());
    })
}
