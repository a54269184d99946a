//! The project's chores, run as `cargo xtask NAME`.

mod browser;
mod compose;
mod drill;
mod kubernetes;
mod nginx;
mod packages;
mod steps;
mod wheels;

use std::process::ExitCode;

const HELP: &str = "\
The project's chores.

Usage: cargo xtask <CHORE> [ARGUMENTS]

Chores:
  test [ARGUMENTS]   install the system packages that the tests need where they are missing,
                     then run the whole test suite; ARGUMENTS go to `cargo test`
  bench [ARGUMENTS]  build everything optimised and print the table of figures;
                     `cargo xtask bench --help` lists its options
  drill [ARGUMENTS]  build everything optimised, then kill, freeze and starve it under load and
                     see whether it keeps its promises; `cargo xtask drill --help` lists its
                     options
  compose-test       deploy docker-compose.yml on a Docker engine of its own, as root, kill and
                     scale it; where no engine can be started it says SKIPPED and ends with
                     exit code 77, which is neither passed (0) nor failed (1)
  help               print this text
";

/// What became of a chore that didn't fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Passed,
    /// It couldn't be run here, and has said why.
    Skipped,
}

/// The exit code of what was skipped, as automake has it.
pub(crate) const SKIPPED: u8 = 77;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let chore = arguments.next();
    let rest: Vec<String> = arguments.collect();
    let outcome = match chore.as_deref() {
        Some("test") => steps::test(&rest).map(|()| Done::Passed),
        Some("bench") => steps::bench(&rest).map(|()| Done::Passed),
        Some("compose-test") => steps::compose_test(&rest),
        Some("drill") => drill::drill(&rest).map(|()| Done::Passed),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some(other) => Err(format!("there is no chore '{other}'; `cargo xtask help` lists them")),
    };
    match outcome {
        Ok(Done::Passed) => ExitCode::SUCCESS,
        Ok(Done::Skipped) => ExitCode::from(SKIPPED),
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
