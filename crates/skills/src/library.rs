//! The skills of this process: the snapshot that serves, and how it is replaced.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use conversation::ports::{Brief, Knowledge};
use tokio::sync::watch;

use crate::brief;
use crate::figures::{self, Outcome};
use crate::loading::load::{LastGood, Loaded, load};
use crate::loading::scan::{Listing, scan};
use crate::problem::{Problem, Severity};
use crate::snapshot::Snapshot;

/// Where the skills are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The main directory.
    pub directory: PathBuf,
    /// Further directories. A skill of a later one replaces one of the same name.
    pub extra_dirs: Vec<PathBuf>,
}

impl Options {
    /// All directories in their order, each once.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &Path> {
        let all: Vec<&Path> = std::iter::once(&self.directory)
            .chain(&self.extra_dirs)
            .map(PathBuf::as_path)
            .collect();
        let is_first = {
            let all = all.clone();
            move |place: usize, path: &Path| !all.iter().take(place).any(|before| *before == path)
        };
        all.into_iter()
            .enumerate()
            .filter(move |(n, path)| is_first(*n, path))
            .map(|(_, path)| path)
    }
}

/// Reads and checks the skills without serving them. Empty if nothing is wrong.
#[must_use]
pub fn check(options: &Options) -> Vec<Problem> {
    load(&scan(options.directories()), &LastGood::new()).problems
}

/// The skills that serve now, and the next ones as soon as they are there.
#[derive(Debug)]
pub struct SkillLibrary {
    options: Options,
    current: ArcSwap<Snapshot>,
    revisions: watch::Sender<Arc<str>>,
    /// Held while loading, so that loads don't overtake each other.
    loading: Mutex<Ledger>,
}

/// What is remembered from one load to the next.
#[derive(Debug, Default)]
struct Ledger {
    last_good: LastGood,
    problems: Vec<Problem>,
}

impl SkillLibrary {
    /// Loads the skills for the first time. It reads files, and belongs before the start of
    /// serving. What can't be used is left out, reported, and logged.
    #[must_use]
    pub fn load(options: Options) -> (Arc<Self>, Vec<Problem>) {
        figures::describe();
        let Loaded { skills, last_good, problems } =
            load(&scan(options.directories()), &LastGood::new());
        report(&problems, &LastGood::new());
        figures::standing(skills.len(), problems.len());
        let snapshot = Snapshot::new(skills);
        tracing::info!(
            skills = snapshot.skills().len(),
            revision = %snapshot.revision(),
            "skills loaded"
        );
        let revisions = watch::Sender::new(Arc::clone(snapshot.revision()));
        let current = ArcSwap::from_pointee(snapshot);
        let loading = Mutex::new(Ledger { last_good, problems: problems.clone() });
        (Arc::new(Self { options, current, revisions, loading }), problems)
    }

    /// The skills as they stand now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Announces every new revision.
    #[must_use]
    pub fn revisions(&self) -> watch::Receiver<Arc<str>> {
        self.revisions.subscribe()
    }

    /// What was wrong with the skills when they were last read.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.loading.lock().unwrap_or_else(PoisonError::into_inner).problems.clone()
    }

    /// Where the skills are.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Reads the skills anew and lets them serve. Whatever can't be used keeps its last good
    /// version. It reads files, and belongs on a thread that may wait.
    pub fn reload(&self) {
        self.take(&scan(self.options.directories()));
    }

    /// Reads the files that were found and lets them serve.
    pub(crate) fn take(&self, listings: &[Listing]) {
        let mut ledger = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let Loaded { skills, last_good, problems } = load(listings, &ledger.last_good);
        let news: Vec<_> =
            problems.iter().filter(|problem| !ledger.problems.contains(problem)).cloned().collect();
        report(&news, &last_good);
        figures::standing(skills.len(), problems.len());
        let snapshot = Snapshot::new(skills);
        let is_changed = snapshot.revision() != self.current.load().revision();
        let has_new_errors = news.iter().any(|problem| problem.severity == Severity::Error);
        *ledger = Ledger { last_good, problems };
        match (is_changed, has_new_errors) {
            (true, false) => figures::reloaded(Outcome::Applied),
            (true, true) => figures::reloaded(Outcome::Partial),
            (false, true) => figures::reloaded(Outcome::Rejected),
            (false, false) => {}
        }
        if is_changed {
            self.serve(snapshot);
        }
    }

    fn serve(&self, snapshot: Snapshot) {
        let revision = Arc::clone(snapshot.revision());
        tracing::info!(skills = snapshot.skills().len(), %revision, "skills reloaded");
        self.current.store(Arc::new(snapshot));
        self.revisions.send_replace(revision);
    }
}

impl Knowledge for SkillLibrary {
    fn brief(&self, question: &str, budget: usize) -> Brief {
        let snapshot = self.current.load();
        let text = if snapshot.whole().len() <= budget {
            Arc::clone(snapshot.whole())
        } else {
            brief::choose(&snapshot, question, budget).into()
        };
        Brief { text, revision: Arc::clone(snapshot.revision()) }
    }

    fn revision(&self) -> Arc<str> {
        Arc::clone(self.current.load().revision())
    }
}

/// Logs problems, and what serves instead.
fn report(problems: &[Problem], last_good: &LastGood) {
    for Problem { path, position, severity, message } in problems {
        let has_last_good = last_good.keys().any(|good| good.starts_with(path));
        let serving = match (severity, has_last_good) {
            (Severity::Warning, _) => "everything",
            (Severity::Error, true) => "its last good version",
            (Severity::Error, false) => "nothing of it",
        };
        let file = path.display();
        let (line, column) = position.map_or((None, None), |p| (Some(p.line), Some(p.column)));
        match (severity, serving) {
            (Severity::Error, "nothing of it") => {
                tracing::error!(%file, line, column, serving, "{message}");
            }
            _ => tracing::warn!(%file, line, column, serving, "{message}"),
        }
    }
}
