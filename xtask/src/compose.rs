//! What the Compose test needs of this machine: an engine, Debian's tools for making images, and a
//! Compose of the second generation.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::packages;
use crate::steps::workspace_root;

/// The variable by which the test is told of Compose.
pub(crate) const VARIABLE: &str = "OPENCLAW_COMPOSE";

/// The Debian release whose Compose is of the second generation.
const RELEASE: &str = "forky";

/// Programs, and the packages that bring them.
const NEEDS: [(&str, &str); 5] = [
    ("dockerd", "docker.io"),
    ("iptables", "iptables"),
    ("debootstrap", "debootstrap"),
    ("busybox", "busybox-static"),
    ("curl", "curl"),
];

/// Installs what is missing, and returns where Compose is.
pub(crate) fn ensure() -> Result<PathBuf, String> {
    let missing: Vec<&str> = NEEDS
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        packages::install(&missing)?;
    }
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Ok(PathBuf::from(named));
    }
    let compose = workspace_root().join("target/tools/docker-compose");
    if !runs(&compose) {
        download(&compose)?;
    }
    if runs(&compose) {
        return Ok(compose);
    }
    Err(format!("{} doesn't run here; name another one in {VARIABLE}", compose.display()))
}

/// Root's programs are not on everyone's PATH.
fn is_there(program: &str) -> bool {
    packages::find(program).is_some() || Path::new("/usr/sbin").join(program).is_file()
}

fn runs(compose: &Path) -> bool {
    let version = Command::new(compose)
        .arg("version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Takes Compose out of a newer release's package, from the mirror that this machine uses, by an
/// apt that knows that release only and leaves the machine's own alone.
fn download(compose: &Path) -> Result<(), String> {
    eprintln!("xtask: downloading Docker Compose");
    let folder = workspace_root().join("target/tools/compose-package");
    let script = format!(
        "mkdir -p {folder}/lists/partial {folder}/cache/archives/partial
         cd {folder}
         mirror=$(apt-get indextargets --no-release-info --format '$(SITE)' 'Created-By: Packages' \
                  | grep '/debian$' | head -n 1)
         test -n \"$mirror\"
         echo \"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
               $mirror {RELEASE} main\" >sources.list
         options=\"-o Dir::Etc::sourcelist=$PWD/sources.list -o Dir::Etc::sourceparts=/dev/null \
                   -o Dir::State::lists=$PWD/lists -o Dir::Cache=$PWD/cache -o APT::Sandbox::User=root\"
         apt-get $options -qq update
         apt-get $options -qq download docker-compose
         dpkg-deb -x docker-compose_*.deb unpacked
         cp unpacked/usr/libexec/docker/cli-plugins/docker-compose {compose}
         rm -r lists cache unpacked",
        folder = folder.display(),
        compose = compose.display(),
    );
    let done = Command::new("sh").args(["-euc", &script]).stdin(Stdio::null()).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("Docker Compose can't be downloaded".to_owned()),
        Err(error) => Err(format!("sh can't be run: {error}")),
    }
}
