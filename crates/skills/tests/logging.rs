//! What the skills write to the log. A program of its own, since what is logged by tests that
//! run beside each other can't be told apart reliably.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use skills::{Options, SkillLibrary};

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lets one test log at a time.
static TURN: Mutex<()> = Mutex::new(());

/// What is logged meanwhile.
fn logged(meanwhile: impl FnOnce()) -> String {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, meanwhile);
    let log = log.0.lock().unwrap().clone();
    String::from_utf8(log).unwrap()
}

#[test]
fn a_bad_file_is_logged_once_with_file_line_and_column_and_without_its_text() {
    let log = logged(|| {
        let folder = tempfile::TempDir::new().unwrap();
        let directory = folder.path().to_owned();
        let file = directory.join("a.md");
        fs::write(&file, "Alpha.").unwrap();
        let (library, _) = SkillLibrary::load(Options { directory, extra_dirs: Vec::new() });
        fs::write(&file, "---\nname: [confidential]\n---\nBeta.").unwrap();
        library.reload();
        library.reload();
    });
    let warnings: Vec<_> = log.lines().filter(|line| line.contains("\"WARN\"")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    for part in ["a.md\"", "\"line\":2", "\"column\":7", "\"serving\":\"its last good version\""] {
        assert!(warnings[0].contains(part), "{part} in {}", warnings[0]);
    }
    assert!(!log.contains("confidential"), "{log}");
}

#[test]
fn a_missing_directory_is_logged_as_a_whole_sentence() {
    let log = logged(|| {
        let folder = tempfile::TempDir::new().unwrap();
        let directory = folder.path().join("nowhere");
        let _ = SkillLibrary::load(Options { directory, extra_dirs: Vec::new() });
    });
    let message = "\"message\":\"the skills directory is not there, so no skills come from it\"";
    assert!(log.contains(message), "{log}");
}
