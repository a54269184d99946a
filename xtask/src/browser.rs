//! What the tests of the widget need besides the browser: axe-core, which checks accessibility. It is
//! not ours to ship, so npm fetches it, once, into `target/tools`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::packages;
use crate::steps::workspace_root;

/// The variable by which the tests are told of the script.
pub(crate) const VARIABLE: &str = "OPENCLAW_AXE";

/// What npm reads: which version, and the hash of the package, which it checks.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// The script to use: the one that the environment names, or one that is downloaded once.
pub(crate) fn ensure() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(named)
        } else {
            Err(format!("{VARIABLE} must name axe-core's script, axe.min.js"))
        };
    }
    let folder = workspace_root().join("target/tools/axe");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if script.is_file() && is_as_listed(&folder) {
        return Ok(script);
    }
    download(&folder).map_err(|why| {
        format!(
            "no axe-core to check the widget's accessibility with ({why}); fetch it by hand, and \
             name its axe.min.js in {VARIABLE}"
        )
    })?;
    if script.is_file() { Ok(script) } else { Err("axe-core has no axe.min.js".to_owned()) }
}

/// Where the list of a name stands in the repository.
fn listed(list: &str) -> PathBuf {
    workspace_root().join("xtask/axe").join(list)
}

/// Whether what is there was made of the lists as they are now.
fn is_as_listed(folder: &Path) -> bool {
    LISTS.iter().all(|list| {
        let wanted = std::fs::read(listed(list));
        wanted.is_ok_and(|wanted| std::fs::read(folder.join(list)).is_ok_and(|had| had == wanted))
    })
}

fn download(folder: &Path) -> Result<(), String> {
    if packages::find("npm").is_none() {
        packages::install(&["npm"])?;
    }
    eprintln!("xtask: downloading axe-core");
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    for list in LISTS {
        std::fs::copy(listed(list), folder.join(list)).map_err(|error| error.to_string())?;
    }
    // `ci` takes exactly what the lock file names, and no package's own scripts are run.
    let done = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("npm can't be run: {error}"))?;
    if done.success() { Ok(()) } else { Err("`npm ci` failed in target/tools/axe".to_owned()) }
}
