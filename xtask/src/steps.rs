//! What each chore runs, step by step.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::packages;

/// Runs the whole test suite against a gateway built beforehand.
pub(crate) fn test(arguments: &[String]) -> Result<(), String> {
    packages::ensure()?;
    cargo(&["build", "--package", "gateway"], &[])?;
    let gateway = binary("debug");
    let mut test = vec!["test", "--workspace"];
    test.extend(arguments.iter().map(String::as_str));
    cargo(&test, &[("OPENCLAW_GATEWAY_BINARY", &gateway)])
}

/// Prints the table of figures.
pub(crate) fn bench(arguments: &[String]) -> Result<(), String> {
    packages::ensure()?;
    cargo(&["build", "--release", "--package", "gateway"], &[])?;
    let gateway = binary("release");
    let mut run =
        vec!["run", "--quiet", "--release", "--package", "openclaw-tests", "--bin", "bench", "--"];
    run.extend(arguments.iter().map(String::as_str));
    cargo(&run, &[("OPENCLAW_GATEWAY_BINARY", &gateway)])
}

fn binary(profile: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace_root().join("target"), PathBuf::from);
    target.join(profile).join("openclaw-gateway")
}

fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn cargo(arguments: &[&str], variables: &[(&str, &PathBuf)]) -> Result<(), String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(workspace_root()).stdin(Stdio::null());
    for (name, value) in variables {
        command.env(name, value);
    }
    let done = command.status().map_err(|error| format!("cargo can't be run: {error}"))?;
    if done.success() {
        return Ok(());
    }
    Err(format!("`cargo {}` failed", arguments.join(" ")))
}
