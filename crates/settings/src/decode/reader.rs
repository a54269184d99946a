//! What every step of the reading shares: the text, the environment, and the problems so far.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Shown;
use crate::environment::Environment;
use crate::problem::{Place, Problem, Problems, Severity};
use crate::syntax::{SourceText, Span};

/// Nobody reads on after this many errors, or warnings; a file of another kind could yield any
/// number. They are counted apart, so that warnings never crowd out an error.
const MAX_OF_EACH: usize = 100;

/// Where a value came from.
#[derive(Clone)]
pub(crate) struct Origin {
    /// The setting's path, as in `gateway.port`.
    pub(crate) setting: String,
    pub(crate) span: Span,
}

/// The path of a key below the setting `parent`, which is empty for the file as a whole.
pub(crate) fn child(parent: &str, key: &str) -> String {
    if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") }
}

/// The context of reading one file.
pub(crate) struct Reader<'a> {
    text: &'a SourceText<'a>,
    environment: &'a Environment,
    directory: &'a Path,
    /// Where the values begin that are known to be no secrets.
    plain: RefCell<HashSet<usize>>,
    problems: RefCell<Vec<Problem>>,
    left_out: Cell<usize>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        text: &'a SourceText<'a>,
        environment: &'a Environment,
        directory: &'a Path,
    ) -> Self {
        let (plain, problems) = (RefCell::default(), RefCell::default());
        Self { text, environment, directory, plain, problems, left_out: Cell::new(0) }
    }

    pub(crate) fn text(&self) -> &'a SourceText<'a> {
        self.text
    }

    pub(crate) fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// A path from the settings, starting from the directory that relative ones are relative to.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    /// Notes that the value at `span` is no secret, whatever it is.
    pub(crate) fn note_plain(&self, span: Span) {
        self.plain.borrow_mut().insert(span.start);
    }

    /// Whether the value at `span` is known to be no secret.
    pub(crate) fn is_plain(&self, span: Span) -> bool {
        self.plain.borrow().contains(&span.start)
    }

    pub(crate) fn error(&self, origin: &Origin, found: Shown, message: impl Into<String>) {
        self.report(Severity::Error, origin, found, message.into());
    }

    pub(crate) fn warning(&self, origin: &Origin, message: impl Into<String>) {
        self.report(Severity::Warning, origin, Shown::Nothing, message.into());
    }

    /// Reports an environment variable whose value can't be used.
    pub(crate) fn environment_error(&self, variable: &str, found: Shown, message: &str) {
        self.push(Problem {
            severity: Severity::Error,
            place: Place::Environment,
            subject: variable.to_owned(),
            found: found.into_text(),
            message: message.to_owned(),
            excerpt: None,
        });
    }

    fn report(&self, severity: Severity, origin: &Origin, found: Shown, message: String) {
        if self.is_full_of(severity) {
            self.left_out.set(self.left_out.get() + 1);
            return;
        }
        let excerpt = self.text.excerpt(origin.span, found.reveals().then_some(origin.span));
        self.push(Problem {
            severity,
            place: self.text.place(origin.span),
            subject: origin.setting.clone(),
            found: found.into_text(),
            message,
            excerpt: Some(excerpt),
        });
    }

    fn is_full_of(&self, severity: Severity) -> bool {
        let problems = self.problems.borrow();
        problems.iter().filter(|problem| problem.severity == severity).count() >= MAX_OF_EACH
    }

    /// Adds a problem that has no place in the text. There are few of these.
    pub(crate) fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(crate) fn into_problems(self) -> Problems {
        Problems::new(self.problems.into_inner(), self.left_out.get())
    }
}
