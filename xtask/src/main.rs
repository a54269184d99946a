//! The project's chores, run as `cargo xtask NAME`.

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
                     scale it; says SKIPPED where no engine can be started
  help               print this text
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let chore = arguments.next();
    let rest: Vec<String> = arguments.collect();
    let outcome = match chore.as_deref() {
        Some("test") => steps::test(&rest),
        Some("bench") => steps::bench(&rest),
        Some("compose-test") => steps::compose_test(),
        Some("drill") => drill::drill(&rest),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some(other) => Err(format!("there is no chore '{other}'; `cargo xtask help` lists them")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
