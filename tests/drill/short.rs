//! The short drill, as part of the test suite: the same program that `cargo xtask drill` runs, with
//! a small storm. Its tables are printed where a test fails.

use std::process::{Command, Output, Stdio};

fn drill(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drill"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the drill can be started")
}

/// Runs one part, and says how many rows its tables have.
fn run(part: &str) -> usize {
    printed_by(part).lines().filter(|line| line.starts_with("| ")).count()
}

/// Runs one part, which has to go well, and returns what it printed.
fn printed_by(part: &str) -> String {
    let output = drill(&["--short", "--seed", "42", "--only", part]);
    let printed = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{told}");
    printed.into_owned()
}

#[test]
fn a_gateway_that_dies_at_any_step_of_a_messages_way_loses_and_repeats_nothing() {
    assert_eq!(run("points"), 14, "twelve points under two lines of heading");
}

#[test]
fn a_small_storm_over_all_channels_loses_repeats_and_disorders_nothing() {
    let printed = printed_by("storm");
    for channel in ["API", "WhatsApp", "Telegram", "Web Chat"] {
        let row = format!("\n| {channel} | 150 | ");
        assert!(printed.contains(&row), "{channel} is missing in:\n{printed}");
    }
}

#[test]
fn killing_one_or_two_of_three_replicas_fails_no_request() {
    assert_eq!(run("kills"), 4, "two scenes under two lines of heading");
}

#[test]
fn without_any_one_protection_the_oracle_notices() {
    assert_eq!(run("controls"), 8, "six controls under two lines of heading");
}

#[test]
fn the_help_teaches_and_what_is_not_known_is_refused() {
    let help = drill(&["--help"]);
    let printed = String::from_utf8_lossy(&help.stdout);
    assert!(help.status.success());
    for expected in ["--seed", "--only", "--short", "controls"] {
        assert!(printed.contains(expected), "{expected} is missing in:\n{printed}");
    }
    for wrong in [&["--sead", "1"] as &[&str], &["--seed", "x"], &["--only", "nothing"]] {
        let refused = drill(wrong);
        assert!(!refused.status.success() && !refused.stderr.is_empty(), "{wrong:?}");
    }
}
