//! Fakes and harness that the tests of several crates share: a real Redis server on a free
//! port, scripted model servers, gateway processes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

pub mod event_stream;
pub mod fake_model;
mod fake_server;
pub mod fake_telegram;
pub mod fake_whatsapp;
pub mod gateway_process;
pub mod http;
pub mod nginx;
pub mod ports;
pub mod redis_cluster;
pub mod redis_sentinels;
pub mod redis_server;
pub mod redis_tls;
pub mod tcp_proxy;
