//! The log of looks: one line of JSON each. It is opened anew for every line, so that whoever
//! rotates logs may move it away, and takes bounded space even if nobody does.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::changes::{Belief, Change, State, Watched};
use super::health::Look;
use crate::start::complain;

/// The size at which the log is moved away, in bytes.
const LARGEST: u64 = 10 * 1000 * 1000;
/// How much of the log's end is read for its last line.
const TAIL: u64 = 8 * 1024;

/// The file, if looks are logged.
pub(super) struct Journal {
    path: Option<PathBuf>,
    largest: u64,
}

/// A line of the log.
#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    endpoint: String,
    look: State,
    state: State,
    since: String,
    failures: u32,
    http_status: Option<u16>,
    milliseconds: u64,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed_from: Option<State>,
}

impl Journal {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self { path, largest: LARGEST }
    }

    /// What the last line believes of this endpoint, if the log has one.
    pub(super) fn last(&self, endpoint: &str) -> Option<Belief> {
        let mut file = File::open(self.path.as_ref()?).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
        let mut tail = Vec::new();
        file.take(TAIL).read_to_end(&mut tail).ok()?;
        let tail = String::from_utf8_lossy(&tail);
        let lines = tail.lines().rev().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let line = lines.into_iter().find(|line| line.endpoint == endpoint)?;
        let since = humantime::parse_rfc3339(&line.since).ok()?;
        Some(Belief { state: line.state, since, failures: line.failures })
    }

    /// Adds a line. A log that can't be written is complained of, and keeps nobody from alerting.
    pub(super) fn note(&self, look: &Look, watched: &Watched, change: Option<&Change>) {
        let (Some(path), Some(belief)) = (&self.path, watched.belief()) else { return };
        let line = Line {
            at: rfc3339(look.at),
            endpoint: look.endpoint.clone(),
            look: look.found,
            state: belief.state,
            since: rfc3339(belief.since),
            failures: belief.failures,
            http_status: look.http_status,
            milliseconds: u64::try_from(look.took.as_millis()).unwrap_or(u64::MAX),
            detail: look.detail.clone(),
            changed_from: change.map(|change| change.from),
        };
        // A line is made of plain fields, which can always be written as JSON.
        let json = serde_json::to_string(&line).unwrap_or_default();
        if let Err(error) = self.append(path, &json) {
            complain(&format!("the log {} can't be written: {error}", path.display()));
        }
    }

    fn append(&self, path: &Path, line: &str) -> std::io::Result<()> {
        if std::fs::metadata(path).is_ok_and(|found| found.len() >= self.largest) {
            let mut aside = path.as_os_str().to_owned();
            aside.push(".1");
            std::fs::rename(path, aside)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        // In one write, so that two monitors don't mix their lines.
        file.write_all(format!("{line}\n").as_bytes())
    }
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn look(number: u64, found: State) -> Look {
        Look {
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(number),
            endpoint: "http://gateway/healthz".to_owned(),
            found,
            http_status: Some(200),
            took: Duration::from_millis(3),
            detail: "a \"quoted\"\nline".to_owned(),
        }
    }

    #[test]
    fn the_log_takes_bounded_space_and_a_later_run_goes_on_from_its_end() {
        let folder = std::env::temp_dir().join(format!("openclaw-journal-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("health.log");
        let journal = Journal { path: Some(path.clone()), largest: 4_000 };
        let mut watched = Watched::new(None, 1);
        for number in 0..100 {
            let look = look(number, if number < 40 { State::Up } else { State::Down });
            let change = watched.take_in(look.found, look.at);
            journal.note(&look, &watched, change.as_ref());
        }
        let sizes =
            [&path, &folder.join("health.log.1")].map(|p| std::fs::metadata(p).unwrap().len());
        let files = std::fs::read_dir(&folder).unwrap().count();
        let (last, other) = (journal.last("http://gateway/healthz"), journal.last("http://other/"));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(files == 2 && sizes.iter().all(|&size| size < 4_500), "{files} {sizes:?}");
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(40);
        assert_eq!(last, Some(Belief { state: State::Down, since, failures: 0 }));
        assert_eq!(other, None);
    }

    #[test]
    fn without_a_file_nothing_is_remembered() {
        let journal = Journal::new(None);
        assert_eq!(journal.last("http://gateway/healthz"), None);
        let missing = Journal::new(Some(PathBuf::from("/nonexistent/health.log")));
        assert_eq!(missing.last("http://gateway/healthz"), None);
    }
}
