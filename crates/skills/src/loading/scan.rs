//! Finds the skill files in the directories, without reading them, and notes what tells a
//! changed file from an unchanged one.

use std::fs::{self, DirEntry, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::limits::{MAX_DIRECTORY_ENTRIES, MAX_FILES};
use crate::problem::Problem;

/// The name of the file that makes a folder a skill.
pub(crate) const SKILL_FILE: &str = "SKILL.md";

/// A skill file, not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The skill's name, unless its front matter says another.
    pub(crate) fallback_name: String,
    /// What tells its versions apart. `None` if it can't even be looked at.
    pub(crate) stamp: Option<Stamp>,
}

/// What is in one directory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The directory.
    pub(crate) directory: PathBuf,
    /// Its skill files, sorted by path, or why they can't be listed.
    pub(crate) files: Result<Vec<Found>, Absent>,
    /// What is wrong with it otherwise.
    pub(crate) problems: Vec<Problem>,
}

/// Why a directory can't be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It isn't there.
    Missing,
    /// It is there, but can't be read.
    Unreadable(String),
}

/// Looks through the directories, in their order.
pub(crate) fn scan<'a>(directories: impl Iterator<Item = &'a Path>) -> Vec<Listing> {
    let mut room = MAX_FILES;
    let mut listings = Vec::new();
    for directory in directories {
        let mut listing = list(directory);
        if let Ok(files) = &mut listing.files {
            if files.len() > room {
                let message = format!(
                    "the skills directory has more skill files than fit; only {MAX_FILES} are read over all \
                     directories, in the order of their names"
                );
                listing.problems.push(Problem::whole(directory, message));
                files.truncate(room);
            }
            room -= files.len();
        }
        listings.push(listing);
    }
    listings
}

fn list(directory: &Path) -> Listing {
    let mut problems = Vec::new();
    let files = entries(directory, &mut problems).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Absent::Missing,
        _ => Absent::Unreadable(error.to_string()),
    });
    Listing { directory: directory.to_owned(), files, problems }
}

fn entries(directory: &Path, problems: &mut Vec<Problem>) -> io::Result<Vec<Found>> {
    let mut files = Vec::new();
    for (number, entry) in fs::read_dir(directory)?.enumerate() {
        if number == MAX_DIRECTORY_ENTRIES {
            let message = format!(
                "the skills directory has more than {MAX_DIRECTORY_ENTRIES} entries; is it the right one?"
            );
            problems.push(Problem::whole(directory, message));
            break;
        }
        files.extend(examine(&entry?));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The skill file that an entry is or holds, if any.
fn examine(entry: &DirEntry) -> Option<Found> {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    if name.starts_with('.') {
        return None;
    }
    if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
        let path = entry.path().join(SKILL_FILE);
        return path.symlink_metadata().is_ok().then(|| found(path, &name)).flatten();
    }
    let (stem, extension) = name.rsplit_once('.')?;
    if !extension.eq_ignore_ascii_case("md") || stem.eq_ignore_ascii_case("readme") {
        return None;
    }
    found(entry.path(), stem)
}

/// Takes regular files and links to them, and links to nowhere too, since those are mistakes
/// worth a report. Anything else is no skill: opening a pipe would wait for ever.
fn found(path: PathBuf, fallback_name: &str) -> Option<Found> {
    let metadata = fs::metadata(&path);
    if metadata.as_ref().is_ok_and(|metadata| !metadata.is_file()) {
        return None;
    }
    let stamp = metadata.ok().as_ref().map(Stamp::of);
    Some(Found { path, fallback_name: fallback_name.to_owned(), stamp })
}

/// What tells one state of a file from another without reading it.
///
/// Two states can have equal stamps if an edit falls within the clock's granularity, so that
/// contents have to be compared now and then all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp([i128; 4]);

impl Stamp {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let at = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Self([
            at(metadata.mtime(), metadata.mtime_nsec()),
            at(metadata.ctime(), metadata.ctime_nsec()),
            i128::from(metadata.size()),
            i128::from(metadata.ino()),
        ])
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let nanos = since.and_then(|since| i128::try_from(since.as_nanos()).ok());
        Self([nanos.unwrap_or_default(), 0, i128::from(metadata.len()), 0])
    }
}
