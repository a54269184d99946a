//! Reading manifests, each document checked on the way against Kubernetes' own schemas.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Deserialize;
use serde_json::Value;

use crate::gateway::root;

/// The oldest Kubernetes that the manifests are for, and the newest that the schemas know.
const VERSIONS: &str = "1.30,1.37";

/// One document of a manifest, and what the schemas say of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    /// Where it was read.
    pub file: String,
    /// What it says; nothing if it can't be read.
    pub document: Value,
    checks: BTreeMap<String, Vec<String>>,
}

impl Document {
    /// Its kind.
    pub fn kind(&self) -> &str {
        self.document["kind"].as_str().unwrap_or_default()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.at("/metadata/name").as_str().unwrap_or_default()
    }

    /// A value in it; nothing where there is none.
    pub fn at(&self, pointer: &str) -> &Value {
        self.document.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// What is wrong with it, by any schema.
    pub fn complaints(&self) -> Vec<String> {
        let each = self.checks.iter();
        each.flat_map(|(schema, list)| list.iter().map(move |say| format!("{schema}: {say}")))
            .collect()
    }

    /// How many schemas it was checked against.
    pub fn checks(&self) -> usize {
        self.checks.len()
    }
}

/// The one document of this kind.
pub fn the<'a>(documents: &'a [Document], kind: &str) -> &'a Document {
    let mut found = documents.iter().filter(|document| document.kind() == kind);
    let first = found.next().unwrap_or_else(|| panic!("there is no {kind}"));
    assert!(found.next().is_none(), "there is more than one {kind}");
    first
}

/// The entries of a list, or none.
pub fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// Where the manifests are.
pub fn kubernetes_folder() -> PathBuf {
    root().join("deploy/kubernetes")
}

/// Every manifest. What kustomize alone reads isn't for Kubernetes, and `rendered` covers it; a
/// secret that somebody has filled in is theirs.
pub fn manifest_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![kubernetes_folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".yaml")
                && !["kustomization.yaml", "secret.yaml"].contains(&&*name)
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// All the documents, read once.
pub fn manifests() -> Vec<Document> {
    static MANIFESTS: OnceLock<Vec<Document>> = OnceLock::new();
    MANIFESTS.get_or_init(|| checked(&manifest_files())).clone()
}

/// The documents of these files, each with what the schemas say of it.
///
/// # Panics
/// If there is none, or they can't be checked.
pub fn checked(files: &[PathBuf]) -> Vec<Document> {
    let documents = validated(files);
    assert!(!documents.is_empty(), "no document was found to check");
    documents
}

fn validated(files: &[PathBuf]) -> Vec<Document> {
    let here = root().join("tests/kubernetes");
    let output = Command::new("python3")
        .arg(here.join("validate.py"))
        .arg(schemas())
        .arg(here.join("keda.schema.json"))
        .arg(VERSIONS)
        .args(files)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3; `cargo xtask test` installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is wrong with manifests of these texts, of each in turn.
pub fn complaints(texts: &[String]) -> Vec<Vec<String>> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("openclaw-manifests-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let write = |(index, text): (usize, &String)| {
        let file = folder.join(format!("{index}.yaml"));
        std::fs::write(&file, text).unwrap();
        file
    };
    let files: Vec<PathBuf> = texts.iter().enumerate().map(write).collect();
    let documents = validated(&files);
    std::fs::remove_dir_all(&folder).unwrap();
    let of = |file: &PathBuf| {
        let own = documents.iter().filter(|document| Path::new(&document.file) == file);
        let own: Vec<&Document> = own.collect();
        if own.is_empty() {
            return vec!["it holds no document".to_owned()];
        }
        own.into_iter().flat_map(Document::complaints).collect()
    };
    files.iter().map(of).collect()
}

/// The folder that `cargo xtask test` fills.
fn schemas() -> PathBuf {
    let named = std::env::var_os("OPENCLAW_KUBERNETES_SCHEMAS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("target/tools/kubernetes-schemas"));
    let is_there = |folder: &Path| folder.join("kubernetes_validate").is_dir();
    assert!(
        is_there(&folder),
        "the schemas of Kubernetes are not in {}; `cargo xtask test` puts them there",
        folder.display()
    );
    folder
}
