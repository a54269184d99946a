//! What is left of `/healthz` behind nginx: beside a bare axum handler behind the same nginx, and beside
//! nginx that opens a connection for each request.

use std::sync::Arc;

use support::gateway_process::GatewayProcess;
use support::nginx::{Nginx, NginxOptions, Upstream};

use crate::client::{MakeRequest, Pace, run};
use crate::figures::{Length, Server, gateway_options, median};
use crate::table::Table;

const CONNECTIONS: usize = 50;
/// Short runs in turn, so that a noisy moment of the machine falls on all of them.
const ROUNDS: u32 = 12;

/// Three nginx with the shipped configuration, one after the other in each round.
pub async fn healthz(table: &mut Table, length: &Length) {
    let bare = Server::start(&["serve-bare"]);
    let gateway = GatewayProcess::start(&gateway_options(1, None));
    let closed =
        NginxOptions { upstream: Upstream::Closed, ..NginxOptions::unlimited(&[gateway.port()]) };
    let before_gateway = Nginx::start(&NginxOptions::unlimited(&[gateway.port()]));
    let before_bare = Nginx::start(&NginxOptions::unlimited(&[bare.port]));
    let without_keepalive = Nginx::start(&closed);

    let request: MakeRequest = Arc::new(|_, bytes| {
        bytes.extend_from_slice(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    });
    let time = length.0 * 3 / ROUNDS;
    let (mut own, mut to_bare, mut to_closed, mut failed) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let mut rates = Vec::new();
        for nginx in [&before_bare, &before_gateway, &without_keepalive] {
            let port = nginx.http_port();
            let found = run(port, CONNECTIONS, time, Pace::Closed, Arc::clone(&request)).await;
            failed += found.failed;
            rates.push(found.rate());
        }
        own.push(rates[1]);
        to_bare.push(rates[1] / rates[0]);
        to_closed.push(rates[1] / rates[2]);
    }
    let figure = format!("{:.0}/s, {failed} failed", median(own));
    table.row("GET /healthz through nginx, 50 connections", &figure, "");
    let figure = format!("{:.2}", median(to_bare));
    table.row("  ratio to a bare axum handler behind the same nginx", &figure, "≥ 0.9");
    let figure = format!("{:.1}", median(to_closed));
    table.row("  ratio to the same nginx without upstream keepalive", &figure, "≥ 4");
}
