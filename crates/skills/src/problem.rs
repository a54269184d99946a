//! What is wrong with a skill file or a skills directory, and where exactly.

use std::fmt;
use std::path::{Path, PathBuf};

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is not used as it stands: the last good version serves, or nothing.
    Error,
    /// Everything is used, but something was probably meant otherwise.
    Warning,
}

/// A place in a text file. Lines and columns are counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place that is `offset` bytes into `text`.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

/// One thing that is wrong with the skills. It quotes no skill text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or directory, named as in the options.
    pub path: PathBuf,
    /// Where in the file, unless the file or directory as a whole is meant.
    pub position: Option<Position>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, as a whole sentence, and what to do about it.
    pub message: String,
}

impl Problem {
    /// Something that keeps the whole file or directory from being used.
    pub(crate) fn whole(path: &Path, message: impl Into<String>) -> Self {
        let severity = Severity::Error;
        Self { path: path.to_owned(), position: None, severity, message: message.into() }
    }

    /// Something at one place that keeps the file from being used.
    pub(crate) fn at(path: &Path, position: Position, message: impl Into<String>) -> Self {
        Self { position: Some(position), ..Self::whole(path, message) }
    }

    /// Something worth a look that keeps nothing from being used.
    pub(crate) fn warning(path: &Path, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::whole(path, message) }
    }
}

/// Prints `path:line:column: message`, or `path: message` for a whole file.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(Position { line, column }) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        match self.severity {
            Severity::Error => {}
            Severity::Warning => f.write_str(" warning:")?,
        }
        write!(f, " {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_from_one_and_columns_in_characters() {
        let text = "äö\nxü!";
        assert_eq!(Position::of(text, 0), Position::START);
        assert_eq!(Position::of(text, 4), Position { line: 1, column: 3 });
        assert_eq!(Position::of(text, 8), Position { line: 2, column: 3 });
        assert_eq!(Position::of(text, 99), Position { line: 2, column: 4 });
    }

    #[test]
    fn a_problem_prints_its_place_first() {
        let position = Position { line: 3, column: 7 };
        let problem = Problem::at(Path::new("skills/A.md"), position, "no");
        assert_eq!(problem.to_string(), "skills/A.md:3:7: no");
        assert_eq!(Problem::warning(Path::new("skills"), "hm").to_string(), "skills: warning: hm");
    }
}
