//! Loading: find the file, read it, resolve it, and either all is well or everything is said that
//! isn't.

use std::path::{Path, PathBuf};

use crate::decode::{Fields, Reader};
use crate::document::Document;
use crate::environment::Environment;
use crate::problem::{Problem, Problems};
use crate::resolve::resolve;
use crate::settings::Settings;
use crate::source::Source;
use crate::syntax::{SourceText, parse, report_duplicate_keys};

/// Settings that can be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What looks wrong, for the log.
    pub warnings: Vec<Problem>,
    /// The file that was read; none for the built-in defaults.
    pub path: Option<PathBuf>,
}

/// Loads the settings.
///
/// # Errors
/// All errors at once, those of the environment included, each with its place. Warnings are
/// among them then.
pub fn load(source: &Source, environment: &Environment) -> Result<Loaded, Problems> {
    let (file, unreadable) = match source.read(environment) {
        Ok(file) => (file, None),
        Err(problem) => (None, Some(problem)),
    };
    let path = file.as_ref().map(|file| file.path.clone());
    let content = file.as_ref().map_or("{}", |file| &file.text);
    let text = SourceText::new(path.as_deref().unwrap_or(Path::new("")), content);
    let reader = Reader::new(&text, environment, &source.directory);
    let is_read = unreadable.is_none();
    if let Some(problem) = unreadable {
        reader.push(*problem);
    }
    let tree = parse(&text).map_err(|problem| reader.push(*problem)).ok();
    let document: Option<Document> =
        tree.as_ref().and_then(|tree| Fields::section(&reader, String::new(), tree));
    if let Some(tree) = &tree {
        report_duplicate_keys(&reader, tree, "");
    }
    let is_read = is_read && document.is_some();
    // Without a usable file the environment is still checked, by way of the defaults.
    let settings = resolve(document.unwrap_or_default(), &reader);
    let problems = reader.into_problems();
    if problems.stop_the_start() {
        return Err(if is_read { problems.with_settings(settings) } else { problems });
    }
    Ok(Loaded { settings, warnings: problems.into_vec(), path })
}
