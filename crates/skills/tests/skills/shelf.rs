//! A directory of skills that a test can change, and the skills that the gateway ships.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skills::{Options, Problem, SkillLibrary};
use tempfile::TempDir;

/// A directory of skills of its own, removed at the end.
pub(crate) struct Shelf {
    folder: TempDir,
}

impl Shelf {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("skills")).unwrap();
        Self { folder }
    }

    /// One with a skill of each name, whose body is the text.
    pub(crate) fn with(skills: &[(&str, &str)]) -> Self {
        let shelf = Self::new();
        for (name, text) in skills {
            shelf.write(&format!("{name}.md"), text);
        }
        shelf
    }

    /// The directory.
    pub(crate) fn directory(&self) -> PathBuf {
        self.folder.path().join("skills")
    }

    /// A path beside the directory.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A path in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    /// Writes a file in the directory.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Options that name this directory only.
    pub(crate) fn options(&self) -> Options {
        Options { directory: self.directory(), extra_dirs: Vec::new() }
    }

    /// Loads it.
    pub(crate) fn load(&self) -> (Arc<SkillLibrary>, Vec<Problem>) {
        SkillLibrary::load(self.options())
    }

    /// The problems with it, in words, with paths relative to the directory.
    pub(crate) fn problems(&self) -> Vec<String> {
        in_words(&skills::check(&self.options()), &self.directory())
    }
}

/// Problems in words, with paths relative to `directory`.
pub(crate) fn in_words(problems: &[Problem], directory: &Path) -> Vec<String> {
    let prefix = format!("{}/", directory.display());
    problems.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
}

/// The names of the skills that serve.
pub(crate) fn names(library: &SkillLibrary) -> Vec<String> {
    library.snapshot().skills().iter().map(|skill| skill.name().to_owned()).collect()
}

/// The skills that the gateway ships.
pub(crate) fn shipped() -> Arc<SkillLibrary> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skills");
    let (library, problems) = SkillLibrary::load(Options { directory, extra_dirs: Vec::new() });
    assert_eq!(problems, []);
    library
}
