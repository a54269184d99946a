//! What the chores do on a machine that lacks the programs they need: Debian gets them by apt, and
//! elsewhere they are named. The PATH of each test holds nothing but what the test puts there.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of the test's own for programs.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn program(folder: &Path, name: &str, lines: &str) {
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// An apt that keeps account of what it was asked for, and does `more`.
fn apt(folder: &Path, more: &str) {
    let account = folder.join("asked");
    let lines = format!("echo \"$DEBIAN_FRONTEND $*\" >>{}\n{more}", account.display());
    program(folder, "apt-get", &lines);
    // Who isn't root asks for it without being asked for a password.
    program(folder, "sudo", "test \"$1\" = -n && shift && exec \"$@\"");
}

/// What the chore said as it failed.
fn failing(path: &Path) -> String {
    let mut chore = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let done = chore.arg("test").env("PATH", path).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    String::from_utf8(done.stderr).unwrap()
}

#[test]
fn without_apt_what_is_missing_is_named() {
    let said = failing(&folder("no-apt"));
    assert!(said.contains("must be on the PATH: redis-server, redis-cli."), "{said}");
}

#[test]
fn what_is_there_is_not_asked_for() {
    let folder = folder("some");
    program(&folder, "redis-cli", "");
    let said = failing(&folder);
    assert!(said.contains("must be on the PATH: redis-server."), "{said}");
}

#[test]
fn apt_installs_what_is_missing_and_asks_nothing() {
    let folder = folder("apt");
    apt(&folder, "");
    let said = failing(&folder);
    let asked = fs::read_to_string(folder.join("asked")).unwrap();
    let install = "noninteractive install -y -qq --no-install-recommends redis-server redis-tools";
    assert_eq!(asked.lines().collect::<Vec<_>>(), ["noninteractive update -qq", install]);
    assert!(said.contains("redis-server is still missing after its installation"), "{said}");
}

#[test]
fn an_installation_that_fails_is_told_as_it_can_be_repeated() {
    let folder = folder("failing-apt");
    apt(&folder, "exit 100");
    let said = failing(&folder);
    assert!(said.contains("`apt-get update -qq` failed; run it by hand, as root"), "{said}");
}
