//! A directory of its own for each test, and the shortest ways to load from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use settings::{Environment, Loaded, Problems, Settings, Source, load};

/// A directory that is removed at the end of the test.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("openclaw-settings-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn load(&self, variables: &[(&str, &str)]) -> Result<Loaded, Problems> {
        let source = Source { file: None, directory: self.0.clone() };
        load(&source, &variables.iter().copied().collect())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Loads `text` as `config/openclaw.json`.
pub(crate) fn load_text(
    text: impl AsRef<[u8]>,
    variables: &[(&str, &str)],
) -> Result<Loaded, Problems> {
    Directory::new().write("config/openclaw.json", text).load(variables)
}

/// The settings of a text that has neither errors nor warnings.
pub(crate) fn settings(text: &str, variables: &[(&str, &str)]) -> Settings {
    let loaded = load_text(text, variables).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.warnings, []);
    loaded.settings
}

/// The headlines of a text's errors, without the file's name.
pub(crate) fn errors(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let problems = load_text(text, variables).expect_err("the settings should be refused");
    problems.errors().map(|problem| short(&problem.headline())).collect()
}

/// The one error of a text that has just one problem.
pub(crate) fn error(text: &str, variables: &[(&str, &str)]) -> String {
    let problems = load_text(text, variables).expect_err("the settings should be refused");
    let all: Vec<_> = problems.iter().map(|problem| short(&problem.headline())).collect();
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

/// The headlines of a text's warnings, without the file's name.
pub(crate) fn warnings(text: &str) -> Vec<String> {
    let loaded = load_text(text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    loaded.warnings.iter().map(|problem| short(&problem.headline())).collect()
}

fn short(headline: &str) -> String {
    headline.strip_prefix("config/openclaw.json:").unwrap_or(headline).to_owned()
}

/// An environment without any variable.
pub(crate) fn nothing_set() -> Environment {
    Environment::default()
}
