//! The unchanged docker-compose.yml on a real engine, behind `cargo xtask compose-test`: deploy,
//! answer, kill, scale, edit a skill, stop Redis. Every step panics with what it saw if it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
#![allow(clippy::print_stderr, clippy::indexing_slicing)]

mod commands;
mod engine;
mod load;
mod shipped;
mod stack;
mod stand_ins;
mod story;

use std::process::ExitCode;

use engine::Engine;
use stack::Stack;

/// The exit code of a test that couldn't be run, as automake has it. `xtask` passes it on.
const SKIPPED: u8 = 77;

#[tokio::main]
async fn main() -> ExitCode {
    let engine = match Engine::start() {
        Ok(engine) => engine,
        Err(why) => {
            println!("compose-test: SKIPPED, nothing was tested: {why}");
            return ExitCode::from(SKIPPED);
        }
    };
    stand_ins::make(&engine);
    let mut stack = Stack::new(&engine);
    story::tell(&mut stack).await;
    println!("compose-test: all steps passed");
    ExitCode::SUCCESS
}
