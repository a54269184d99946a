//! What operators use: the health check, the watchdog, the status and the monitor, on real
//! processes and real sockets.

mod fake_webhook;
mod healthcheck;
mod monitor;
mod status;
mod watchdog;
mod web_chat;
