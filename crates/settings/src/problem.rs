//! What is wrong with the settings, where it stands, and what was expected instead.

use std::fmt;
use std::path::PathBuf;

use crate::settings::{Settings, SkillsSettings};

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The gateway must not start.
    Error,
    /// The gateway starts, but something was probably meant otherwise.
    Warning,
}

/// Where a problem stands. The order is that in which problems are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file as a whole, for example one that is missing.
    File(PathBuf),
    /// A point in a file.
    Point {
        /// The file, as it was named.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// An environment variable, which the problem's subject names.
    Environment,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Point { path, line, column } => {
                write!(formatter, "{}:{line}:{column}", path.display())
            }
            Self::Environment => formatter.write_str("environment"),
        }
    }
}

/// One thing that is wrong, or looks wrong. Secrets never appear in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stops the start.
    pub severity: Severity,
    /// Where it stands.
    pub place: Place,
    /// The setting, as in `gateway.port`, or the variable; empty when neither applies.
    pub subject: String,
    /// What stood there, if that can be shown.
    pub found: Option<String>,
    /// What was expected, or what is the matter.
    pub message: String,
    /// The line of the file with the place marked, secrets and other values masked.
    pub excerpt: Option<String>,
}

impl Problem {
    /// The problem in one line, without the excerpt; this is the form for a log.
    #[must_use]
    pub fn headline(&self) -> String {
        let mut parts = vec![self.place.to_string()];
        match self.severity {
            Severity::Error => {}
            Severity::Warning => parts.push("warning".to_owned()),
        }
        match (&self.found, self.subject.is_empty()) {
            (Some(found), false) => parts.push(format!("{} = {found}", self.subject)),
            (Some(found), true) => parts.push(found.clone()),
            (None, false) => parts.push(self.subject.clone()),
            (None, true) => {}
        }
        parts.push(self.message.clone());
        parts.join(": ")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.headline())?;
        match &self.excerpt {
            Some(excerpt) => write!(formatter, "\n{excerpt}"),
            None => Ok(()),
        }
    }
}

/// Everything that was found when the settings could not be loaded: all errors, and the warnings
/// beside them, since a misspelt key often explains a missing value.
#[derive(Debug, Clone)]
pub struct Problems {
    all: Vec<Problem>,
    left_out: usize,
    /// The settings in spite of the errors, if the file could be read at all.
    settings: Option<Box<Settings>>,
}

impl Problems {
    pub(crate) fn new(mut all: Vec<Problem>, left_out: usize) -> Self {
        all.sort_by(|one, other| one.place.cmp(&other.place));
        Self { all, left_out, settings: None }
    }

    /// Adds the settings, of which more or less is wrong.
    pub(crate) fn with_settings(self, settings: Settings) -> Self {
        Self { settings: Some(Box::new(settings)), ..self }
    }

    /// The settings for whoever reads nothing but these sections and variables, such as `store` and
    /// `REDIS_URL`, if none of the errors concerns those. What else stands in there must not be used.
    #[must_use]
    pub fn settings_for(&self, read: &[&str]) -> Option<&Settings> {
        let concerns = |problem: &Problem| {
            let section = problem.subject.split(['.', '[']).next().unwrap_or_default();
            section.is_empty() || read.contains(&section)
        };
        let is_sure = self.left_out == 0 && !self.errors().any(concerns);
        self.settings.as_deref().filter(|_| is_sure)
    }

    /// Where the skills are, if that can be told in spite of the errors, so that they can be checked
    /// in the same run.
    #[must_use]
    pub fn skills(&self) -> Option<&SkillsSettings> {
        self.settings_for(&["skills"]).map(|settings| &settings.skills)
    }

    /// Whether anything in here stops the start.
    pub(crate) fn stop_the_start(&self) -> bool {
        self.errors().next().is_some()
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.all
    }

    /// All problems, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.all.iter()
    }

    /// Those that stop the start, in the order of the file.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.iter().filter(|problem| problem.severity == Severity::Error)
    }

    /// Those that don't.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.iter().filter(|problem| problem.severity == Severity::Warning)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.all.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problem}")?;
        }
        match self.left_out {
            0 => Ok(()),
            count => write!(formatter, "\n… and {count} more"),
        }
    }
}

impl std::error::Error for Problems {}
