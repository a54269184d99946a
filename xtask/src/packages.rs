//! The system packages that tests and benchmarks need, installed where they are missing.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A program that must be there, and Debian's package that brings it.
struct Need {
    program: &'static str,
    package: &'static str,
}

const REDIS: [Need; 2] = [
    Need { program: "redis-server", package: "redis-server" },
    Need { program: "redis-cli", package: "redis-tools" },
];

const BROWSER: [Need; 2] = [
    Need { program: "chromium", package: "chromium" },
    Need { program: "chromedriver", package: "chromium-driver" },
];

/// Installs Redis where it is missing.
pub(crate) fn ensure_redis() -> Result<(), String> {
    ensure(&REDIS, "They come with Redis 7.")?;
    is_redis_new_enough()
}

/// Installs the browser of the widget's tests, and what drives it, where they are missing.
pub(crate) fn ensure_browser() -> Result<(), String> {
    ensure(&BROWSER, "They are Chromium and the driver of the same version.")
}

/// Installs what is missing by apt, asking nothing. Elsewhere it names what is missing.
fn ensure(needs: &[Need], origin: &str) -> Result<(), String> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !is_there(need.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let programs: Vec<&str> = missing.iter().map(|need| need.program).collect();
    if !is_there("apt-get") {
        return Err(format!(
            "these programs are missing and must be on the PATH: {}. {origin}",
            programs.join(", ")
        ));
    }
    install(&packages)?;
    match missing.iter().find(|need| !is_there(need.program)) {
        Some(need) => Err(format!("{} is still missing after its installation", need.program)),
        None => Ok(()),
    }
}

/// Installs packages by apt.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    if !is_there("apt-get") {
        return Err(format!("{} must be installed, and there is no apt-get", packages.join(", ")));
    }
    eprintln!("xtask: installing {}", packages.join(", "));
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(packages);
    apt(&install)
}

/// The scripts of the store use what Redis has since its version 7.
fn is_redis_new_enough() -> Result<(), String> {
    let asked = Command::new("redis-server").arg("--version").output();
    let answer = asked.map_err(|error| format!("redis-server can't be run: {error}"))?;
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let version = text.split("v=").nth(1).and_then(|rest| rest.split(' ').next());
    let major = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    match major {
        Some(major) if major >= 7 => Ok(()),
        Some(_) | None => {
            Err(format!("the tests need redis-server 7 or later; this one says: {}", text.trim()))
        }
    }
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    let root = is_root();
    let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
    if !root {
        command.args(["-n", "apt-get"]);
    }
    // RUNLEVEL=1 keeps a freshly installed server from being started as a service.
    let done = command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("RUNLEVEL", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("apt-get can't be run: {error}"))?;
    if done.success() {
        return Ok(());
    }
    Err(format!("`apt-get {}` failed; run it by hand, as root", arguments.join(" ")))
}

/// Whether this process may install packages itself: only root can read the shadow file.
fn is_root() -> bool {
    std::fs::File::open("/etc/shadow").is_ok()
}

fn is_there(program: &str) -> bool {
    find(program).is_some()
}

/// Where on the PATH a program is.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
