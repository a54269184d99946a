//! The drill: it torments the gateway that ships, and one with faults built in.

use std::path::PathBuf;

use crate::steps::{Profile, asks_for_help, binary, cargo};
use crate::{nginx, packages};

/// The variable by which the drill is told of the gateway with faults.
pub(crate) const VARIABLE: &str = "OPENCLAW_FAULTY_GATEWAY_BINARY";

/// What `cargo xtask drill` takes. The drill prints the same file; from here it takes no build.
const HELP: &str = include_str!("../../tests/drill/help.txt");

/// Builds everything optimised and runs the drill.
pub(crate) fn drill(arguments: &[String]) -> Result<(), String> {
    if asks_for_help(arguments) {
        print!("{HELP}");
        return Ok(());
    }
    let mut run =
        vec!["run", "--quiet", "--release", "--package", "openclaw-tests", "--bin", "drill", "--"];
    run.extend(arguments.iter().map(String::as_str));
    packages::ensure_redis()?;
    let nginx = nginx::ensure()?;
    let faulty = faulty_gateway(Profile::Release)?;
    cargo(&["build", "--locked", "--release", "--package", "gateway"], &[])?;
    let gateway = binary(Profile::Release);
    let variables =
        [("OPENCLAW_GATEWAY_BINARY", &gateway), (VARIABLE, &faulty), (nginx::VARIABLE, &nginx)];
    cargo(&run, &variables)
}

/// Builds the gateway with faults and puts it aside. The plain one has to be built after it, since
/// both have the same name where cargo puts them.
pub(crate) fn faulty_gateway(profile: Profile) -> Result<PathBuf, String> {
    let mut build =
        vec!["build", "--locked", "--package", "gateway", "--features", "fault-injection"];
    build.extend(profile.option());
    cargo(&build, &[])?;
    let built = binary(profile);
    let aside = built.with_file_name("openclaw-gateway-with-faults");
    // A fresh file: a copy onto one that runs is refused.
    let _ = std::fs::remove_file(&aside);
    std::fs::copy(&built, &aside)
        .map(|_| aside.clone())
        .map_err(|error| format!("{} can't be written: {error}", aside.display()))
}
