//! Programs, run to their end.

use std::process::{Command, Stdio};

/// What a program printed, or both of its outputs if it failed.
pub fn output(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}");
    let done =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{shown}: {error}"))?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    if done.status.success() {
        return Ok(said);
    }
    let errors = String::from_utf8_lossy(&done.stderr);
    Err(format!("{shown} ended with {}:\n{said}{errors}", done.status))
}

/// Runs a program that must succeed.
pub fn run(command: &mut Command) -> String {
    output(command).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a line of the shell that must succeed.
pub fn shell(line: &str) -> String {
    run(Command::new("sh").args(["-euc", line]))
}
