//! Packages of the Python package index, each by its hash, in folders of their own under
//! `target/tools`: nothing that the system's Python would see.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::packages;
use crate::steps::workspace_root;

/// Installs what a list in `xtask/` names into a folder, of wheels only, so that nothing is built.
pub(crate) fn install(list: &str, folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    if !python(&["-m", "pip", "--version"])? {
        packages::install(&["python3", "python3-pip"])?;
    }
    let path = workspace_root().join("xtask").join(list);
    let (path, target) = (path.to_string_lossy(), folder.to_string_lossy());
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--upgrade",
        "--require-hashes",
        "--requirement",
        &path,
        "--target",
        &target,
    ];
    if !python(&install)? {
        return Err(format!("pip can't install what xtask/{list} names"));
    }
    Ok(())
}

/// Whether Python, run so, succeeds.
pub(crate) fn python(arguments: &[&str]) -> Result<bool, String> {
    let done = Command::new("python3")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match done {
        Ok(status) => Ok(status.success()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(format!("python3 can't be run: {error}")),
    }
}
