#![doc = include_str!("../README.md")]

mod asking;
mod certificate;
mod check;
mod cli;
mod compose;
#[cfg(feature = "fault-injection")]
mod faults;
mod healthcheck;
mod lifecycle;
mod monitor;
mod observe;
mod serve;
mod start;
mod status;
mod storage;
mod vital_signs;
mod watchdog;
mod webhook;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Role};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.role.unwrap_or(Role::Serve) {
        Role::Serve => serve::serve(cli.config),
        Role::Check(arguments) => check::check(cli.config, &arguments),
        Role::Schema => check::schema(),
        Role::Webhook(arguments) => webhook::webhook(cli.config, arguments),
        Role::Certificate(arguments) => certificate::certificate(arguments),
        Role::Healthcheck(arguments) => healthcheck::healthcheck(cli.config, arguments),
        Role::Status(arguments) => status::status(cli.config, arguments),
        Role::Monitor(arguments) => monitor::monitor(cli.config, arguments),
    }
}
