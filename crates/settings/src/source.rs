//! Which settings file is read, and how: bounded, as UTF-8, with or without a byte order mark.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::problem::{Place, Problem, Severity};

/// Where the settings are looked for when nothing names a file.
pub const DEFAULT_PATH: &str = "config/openclaw.json";

/// The variable that names the settings file.
pub const PATH_VARIABLE: &str = "OPENCLAW_CONFIG_PATH";

/// No sensible settings file comes near this size; a larger one is another file by mistake.
const MAX_SETTINGS_BYTES: u64 = 1024 * 1024;

/// Where to look for the settings file.
///
/// In this order: the file named here, the one named by `OPENCLAW_CONFIG_PATH`,
/// `config/openclaw.json` if it is there, and else the built-in defaults.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The file named on the command line. It must exist.
    pub file: Option<PathBuf>,
    /// The directory that relative paths start from, those within the settings included. Empty
    /// means the working directory.
    pub directory: PathBuf,
}

/// A settings file that was read.
pub(crate) struct SettingsFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Source {
    /// The file to read, or none for the built-in defaults.
    pub(crate) fn read(
        &self,
        environment: &Environment,
    ) -> Result<Option<SettingsFile>, Box<Problem>> {
        let from_environment = || environment.get(PATH_VARIABLE).map(PathBuf::from);
        let (path, named_by) = match (&self.file, from_environment()) {
            (Some(path), _) => (path.clone(), Some("the command line")),
            (None, Some(path)) => (path, Some(PATH_VARIABLE)),
            (None, None) => (PathBuf::from(DEFAULT_PATH), None),
        };
        match (self.read_file(&path), named_by) {
            (Ok(file), _) => Ok(Some(file)),
            (Err(Refusal::Unreadable(error)), by) if error.kind() == io::ErrorKind::NotFound => {
                match by {
                    None => Ok(None),
                    Some(by) => {
                        let message = format!("expected the settings file that {by} names");
                        Err(Box::new(problem(&path, "no such file", &message)))
                    }
                }
            }
            (Err(refusal), _) => Err(Box::new(refusal.into_problem(&path))),
        }
    }

    fn read_file(&self, path: &Path) -> Result<SettingsFile, Refusal> {
        let bytes = read_bounded(&self.directory.join(path), MAX_SETTINGS_BYTES)?;
        let text = utf8(bytes)?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(SettingsFile { path: path.to_owned(), text })
    }
}

/// Why a file's content can't be used.
pub(crate) enum Refusal {
    Unreadable(io::Error),
    NotRegular { kind: &'static str },
    TooLarge { limit: u64 },
    NotUtf8 { line: usize, column: usize },
}

impl Refusal {
    /// What is the matter, in words that fit behind the file's name.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Unreadable(error) => error.to_string(),
            Self::NotRegular { kind } => format!("{kind}; only regular files are read"),
            Self::TooLarge { limit } => format!("a file of more than {} KiB", limit / 1024),
            Self::NotUtf8 { line, .. } => format!("bytes in line {line} that are not UTF-8"),
        }
    }

    fn into_problem(self, path: &Path) -> Problem {
        let whole_file = problem(path, &self.describe(), "expected a JSON5 file in UTF-8");
        match self {
            Self::Unreadable(_) | Self::NotRegular { .. } | Self::TooLarge { .. } => whole_file,
            Self::NotUtf8 { line, column } => Problem {
                place: Place::Point { path: path.to_owned(), line, column },
                ..whole_file
            },
        }
    }
}

/// Reads a file that must not be larger than `limit` bytes, and stops reading where it is. Only
/// regular files are opened: to open a pipe that nobody writes to would wait for ever.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    let about = fs::metadata(path).map_err(Refusal::Unreadable)?;
    if !about.is_file() {
        let kind = if about.is_dir() { "a directory" } else { "a pipe, socket or device" };
        return Err(Refusal::NotRegular { kind });
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(Refusal::Unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge { limit });
    }
    Ok(bytes)
}

/// The bytes as text, or the place of the first one that isn't.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, Refusal> {
    String::from_utf8(bytes).map_err(|error| {
        let (valid, _) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
        let valid = String::from_utf8_lossy(valid);
        let last_line = valid.rsplit('\n').next().unwrap_or_default();
        Refusal::NotUtf8 {
            line: valid.matches('\n').count() + 1,
            column: last_line.trim_start_matches('\u{feff}').chars().count() + 1,
        }
    })
}

fn problem(path: &Path, found: &str, message: &str) -> Problem {
    Problem {
        severity: Severity::Error,
        place: Place::File(path.to_owned()),
        subject: String::new(),
        found: Some(found.to_owned()),
        message: message.to_owned(),
        excerpt: None,
    }
}
