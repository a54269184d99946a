//! What each chore runs, step by step.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::{Done, SKIPPED, browser, compose, drill, kubernetes, nginx, packages};

/// What `cargo xtask bench` takes. The benchmark prints the same file; from here it takes no build.
const BENCH_HELP: &str = include_str!("../../tests/load/help.txt");

const TEST_HELP: &str = "\
Installs the system packages that the tests need where they are missing, builds the gateway, and
runs the whole test suite.

Usage: cargo xtask test [ARGUMENTS]

ARGUMENTS go to `cargo test --workspace`:

  cargo xtask test contract::        only tests whose name contains this
  cargo xtask test --package skills  only those of one crate
  cargo xtask test -- --help         what the tests themselves take
";

/// Runs the whole test suite against a gateway built beforehand.
pub(crate) fn test(arguments: &[String]) -> Result<(), String> {
    if asks_for_help(arguments) {
        print!("{TEST_HELP}");
        return Ok(());
    }
    packages::ensure_redis()?;
    packages::ensure_browser()?;
    let nginx = nginx::ensure()?;
    let schemas = kubernetes::ensure()?;
    let axe = browser::ensure()?;
    let faulty = drill::faulty_gateway(Profile::Debug)?;
    cargo(&["build", "--locked", "--package", "gateway"], &[])?;
    let gateway = binary(Profile::Debug);
    let mut test = vec!["test", "--workspace", "--locked"];
    test.extend(arguments.iter().map(String::as_str));
    if !has_recorded_answers()? {
        if !arguments.iter().any(|argument| argument == "--") {
            test.push("--");
        }
        test.extend(["--skip", RECORDED_ANSWERS_TESTS]);
    }
    let variables = [
        ("OPENCLAW_GATEWAY_BINARY", &gateway),
        (drill::VARIABLE, &faulty),
        (nginx::VARIABLE, &nginx),
        (kubernetes::VARIABLE, &schemas),
        (browser::VARIABLE, &axe),
    ];
    cargo(&test, &variables)?;
    if arguments.is_empty() { kubernetes::rendered(&variables) } else { Ok(()) }
}

/// The tests that read every recorded answer of the model vendors.
const RECORDED_ANSWERS_TESTS: &str = "fixture_tests";

/// Whether the recorded answers lie beside this checkout. They come from other projects' public
/// test suites and are not ours to ship, so only where everything must be checked are they a must.
fn has_recorded_answers() -> Result<bool, String> {
    let folder = workspace_root().join("../shared/fixtures");
    if folder.is_dir() {
        return Ok(true);
    }
    let absent = "the vendors' recorded answers are not in ../shared/fixtures";
    if std::env::var_os("CI").is_some() {
        return Err(format!("{absent}, and with CI set nothing may be left out"));
    }
    eprintln!("xtask: {absent}: SKIPPING the tests that read them ({RECORDED_ANSWERS_TESTS})");
    Ok(false)
}

const COMPOSE_TEST_HELP: &str = "\
Deploys the unchanged docker-compose.yml on a Docker engine of its own, as root, kills and scales it
under load, and stops its Redis. It installs what it needs: Docker's engine, Compose, debootstrap.
It takes about ten minutes. Where no engine can be started it says SKIPPED and ends with exit code 77.

Usage: cargo xtask compose-test
";

/// Deploys the stack on an engine of the test's own. Where that can't be, it says so.
pub(crate) fn compose_test(arguments: &[String]) -> Result<Done, String> {
    if asks_for_help(arguments) {
        print!("{COMPOSE_TEST_HELP}");
        return Ok(Done::Passed);
    }
    if let Some(unknown) = arguments.first() {
        return Err(format!("compose-test takes no argument, and was given '{unknown}'"));
    }
    let compose = match compose::ensure() {
        Ok(compose) => compose,
        Err(why) => {
            println!("compose-test: SKIPPED, nothing was tested: {why}");
            return Ok(Done::Skipped);
        }
    };
    let nginx = nginx::ensure()?;
    let package = ["--locked", "--package", "openclaw-tests"];
    cargo(&[&["build", "--bins"][..], &package].concat(), &[])?;
    let run = [&["run", "--quiet", "--bin", "compose-test"][..], &package].concat();
    let variables = [(compose::VARIABLE, &compose), (nginx::VARIABLE, &nginx)];
    // `cargo run` ends as the program does.
    outcome(&run, cargo_status(&run, &variables)?.code())
}

/// Prints the table of figures.
pub(crate) fn bench(arguments: &[String]) -> Result<(), String> {
    if asks_for_help(arguments) {
        print!("{BENCH_HELP}");
        return Ok(());
    }
    packages::ensure_redis()?;
    let nginx = nginx::ensure()?;
    cargo(&["build", "--locked", "--release", "--package", "gateway"], &[])?;
    let gateway = binary(Profile::Release);
    let mut run =
        vec!["run", "--quiet", "--release", "--package", "openclaw-tests", "--bin", "bench", "--"];
    run.extend(arguments.iter().map(String::as_str));
    cargo(&run, &[("OPENCLAW_GATEWAY_BINARY", &gateway), (nginx::VARIABLE, &nginx)])
}

/// Whether help is what a chore is asked for. What stands after `--` is for the tests themselves.
pub(crate) fn asks_for_help(arguments: &[String]) -> bool {
    let mut own = arguments.iter().take_while(|argument| *argument != "--");
    own.any(|argument| matches!(argument.as_str(), "--help" | "-h"))
}

/// How something is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    Release,
}

impl Profile {
    /// What cargo takes for it.
    pub(crate) fn option(self) -> Option<&'static str> {
        match self {
            Self::Debug => None,
            Self::Release => Some("--release"),
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// Where cargo puts the gateway.
pub(crate) fn binary(profile: Profile) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace_root().join("target"), PathBuf::from);
    target.join(profile.folder()).join("openclaw-gateway")
}

pub(crate) fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

pub(crate) fn cargo(arguments: &[&str], variables: &[(&str, &PathBuf)]) -> Result<(), String> {
    if cargo_status(arguments, variables)?.success() {
        return Ok(());
    }
    Err(failed(arguments))
}

fn failed(arguments: &[&str]) -> String {
    format!("`cargo {}` failed", arguments.join(" "))
}

/// What a run that may say that it was skipped has come to.
fn outcome(arguments: &[&str], code: Option<i32>) -> Result<Done, String> {
    match code {
        Some(0) => Ok(Done::Passed),
        Some(code) if code == i32::from(SKIPPED) => Ok(Done::Skipped),
        _ => Err(failed(arguments)),
    }
}

fn cargo_status(arguments: &[&str], variables: &[(&str, &PathBuf)]) -> Result<ExitStatus, String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(workspace_root()).stdin(Stdio::null());
    for (name, value) in variables {
        command.env(name, value);
    }
    command.status().map_err(|error| format!("cargo can't be run: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_asked_for_before_two_dashes_and_of_the_tests_after_them() {
        let asks = |line: &str| {
            let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            asks_for_help(&arguments)
        };
        assert!(asks("--help") && asks("--seconds 3 -h"));
        assert!(!asks("") && !asks("contract::") && !asks("-- --help"));
    }

    #[test]
    fn what_was_skipped_counts_neither_as_passed_nor_as_failed() {
        assert_eq!(outcome(&["run"], Some(0)), Ok(Done::Passed));
        assert_eq!(outcome(&["run"], Some(77)), Ok(Done::Skipped));
        for failed in [Some(1), Some(101), None] {
            assert_eq!(outcome(&["run"], failed), Err("`cargo run` failed".to_owned()));
        }
    }
}
