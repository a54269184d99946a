//! The deployment's parts as they ship: the proxy's configuration on a real nginx.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod compose_file;
mod compose_services;
mod configuration;
mod limits;
mod log;
mod outside;
mod plain_http;
mod refusals;
mod retries;
mod streams;
mod tls;
mod upstream;
