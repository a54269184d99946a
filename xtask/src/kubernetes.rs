//! What the tests check the Kubernetes manifests with: the schemas of its API, and the Python that
//! reads them.

use std::path::PathBuf;
use std::process::Command;

use crate::steps::{cargo, workspace_root};
use crate::wheels;

/// The variable by which the tests are told of the folder.
pub(crate) const VARIABLE: &str = "OPENCLAW_KUBERNETES_SCHEMAS";

/// What it is made of.
const LIST: &str = "kubernetes-schemas.txt";

/// The folder to use: the one that the environment names, or one that is filled once in
/// `target/tools`.
pub(crate) fn ensure() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Ok(PathBuf::from(named));
    }
    let folder = workspace_root().join("target/tools/kubernetes-schemas");
    let list = workspace_root().join("xtask").join(LIST);
    let wanted = std::fs::read(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    // The list is copied last, so that a folder that was left half filled is filled again.
    let copy = folder.join(LIST);
    if std::fs::read(&copy).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    eprintln!("xtask: downloading the schemas of Kubernetes");
    wheels::install(LIST, &folder)
        .and_then(|()| std::fs::write(&copy, wanted).map_err(|error| error.to_string()))
        .map_err(|why| {
            format!(
                "no schemas to check the Kubernetes manifests with ({why}); it needs Python 3.9"
            )
        })?;
    Ok(folder)
}

/// Runs the tests that ask kubectl what it makes of the manifests, where it is installed. `cargo test`
/// counts them as ignored, so that nobody takes them for passed.
pub(crate) fn rendered(variables: &[(&str, &PathBuf)]) -> Result<(), String> {
    let kubectl = Command::new("kubectl").args(["version", "--client"]).output();
    if kubectl.is_err() {
        eprintln!(
            "xtask: there is no kubectl: SKIPPING the tests that render the manifests with it"
        );
        return Ok(());
    }
    let test = ["test", "--locked", "--package", "openclaw-tests", "--test", "kubernetes"];
    cargo(&[&test[..], &["--", "--ignored"]].concat(), variables)
}
