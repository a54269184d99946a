//! Loads a whole set of skills: each file in its best version, each name once, all bounded.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::limits::{MAX_FILE_BYTES, MAX_TOTAL_BYTES};
use crate::loading::claims::{self, Reading};
use crate::loading::scan::{Absent, Found, Listing, SKILL_FILE};
use crate::problem::Problem;
use crate::skill::Skill;

/// The version of each file that was read without a problem last.
pub(crate) type LastGood = HashMap<PathBuf, Arc<Skill>>;

/// A set of skills.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// The skills, by name.
    pub(crate) skills: Vec<Arc<Skill>>,
    /// What to fall back to the next time.
    pub(crate) last_good: LastGood,
    /// All that is wrong.
    pub(crate) problems: Vec<Problem>,
}

/// Reads and checks the files that were found. A file that can't be used keeps the version
/// that `before` has of it, and so does a whole directory that has vanished.
pub(crate) fn load(listings: &[Listing], before: &LastGood) -> Loaded {
    let mut set = Assembly { before, taken: BTreeMap::new(), bytes: 0, loaded: Loaded::default() };
    for (rank, listing) in listings.iter().enumerate() {
        set.loaded.problems.extend(listing.problems.iter().cloned());
        match &listing.files {
            Ok(files) => set.add_all(rank, files),
            Err(absent) => set.keep_directory(rank, &listing.directory, absent),
        }
    }
    set.loaded.skills = set.taken.into_values().map(|(_, skill)| skill).collect();
    set.loaded
}

/// A set of skills in the making.
struct Assembly<'a> {
    before: &'a LastGood,
    /// By name: the rank of the directory it came from, and the skill.
    taken: BTreeMap<String, (usize, Arc<Skill>)>,
    bytes: usize,
    loaded: Loaded,
}

impl Assembly<'_> {
    fn add_all(&mut self, rank: usize, files: &[Found]) {
        let reading = |found: &Found| {
            let last_good = self.before.get(&found.path).cloned();
            Reading { fresh: read(found, last_good.as_ref()), last_good }
        };
        let mut readings: Vec<_> = files.iter().map(reading).collect();
        claims::settle(&mut readings);
        for reading in readings {
            self.add(rank, reading);
        }
    }

    fn add(&mut self, rank: usize, Reading { fresh, last_good }: Reading) {
        let problems = match fresh {
            Ok(skill) => match self.admit(rank, Arc::clone(&skill)) {
                Ok(()) => return self.loaded.problems.extend_from_slice(skill.warnings()),
                Err(problem) => vec![problem],
            },
            Err(problems) => problems,
        };
        self.loaded.problems.extend(problems);
        // If even the last good version has no place any more, there is nothing to add: the
        // problem of the present version says what to do.
        if let Some(skill) = last_good {
            let _ = self.admit(rank, skill);
        }
    }

    /// Takes a skill into the set, unless it is too much or its name is taken.
    fn admit(&mut self, rank: usize, skill: Arc<Skill>) -> Result<(), Problem> {
        let owner = self.taken.get(&skill.key());
        if let Some((_, owner)) = owner.filter(|(owner_rank, _)| *owner_rank == rank) {
            return Err(claims::taken(&skill, owner.path()));
        }
        let bytes = self.bytes - owner.map_or(0, |(_, owner)| owner.bytes()) + skill.bytes();
        if bytes > MAX_TOTAL_BYTES {
            let message = format!(
                "the skill doesn't fit: all skills together may have {MAX_TOTAL_BYTES} bytes"
            );
            return Err(Problem::whole(skill.path(), message));
        }
        if let Some((_, owner)) = owner {
            let message = format!(
                "this skill replaces the skill `{}` of {}",
                skill.name(),
                owner.path().display()
            );
            self.loaded.problems.push(Problem::warning(skill.path(), message));
        }
        self.bytes = bytes;
        self.loaded.last_good.insert(skill.path().to_owned(), Arc::clone(&skill));
        self.taken.insert(skill.key(), (rank, skill));
        Ok(())
    }

    fn keep_directory(&mut self, rank: usize, directory: &Path, absent: &Absent) {
        let why = match absent {
            Absent::Missing => "the skills directory is not there".to_owned(),
            Absent::Unreadable(why) => format!("the skills directory can't be read: {why}"),
        };
        let mut kept: Vec<_> =
            self.before.values().filter(|skill| is_of(skill.path(), directory)).collect();
        kept.sort_by_key(|skill| skill.path());
        let problem = match (absent, kept.is_empty()) {
            (Absent::Missing, true) => {
                Problem::warning(directory, format!("{why}, so no skills come from it"))
            }
            (Absent::Unreadable(_), true) | (_, false) => Problem::whole(directory, why),
        };
        self.loaded.problems.push(problem);
        for skill in kept {
            let _ = self.admit(rank, Arc::clone(skill));
        }
    }
}

/// Whether a skill file was found in this very directory, not in one below it.
fn is_of(file: &Path, directory: &Path) -> bool {
    let folder = file.parent();
    let in_own_folder = file.file_name().is_some_and(|name| name == SKILL_FILE)
        && folder.and_then(Path::parent) == Some(directory);
    folder == Some(directory) || in_own_folder
}

/// Reads one file, or hands back `last_good` if the file still says the same.
fn read(found: &Found, last_good: Option<&Arc<Skill>>) -> Result<Arc<Skill>, Vec<Problem>> {
    let content = content(&found.path).map_err(|problem| vec![problem])?;
    match last_good {
        Some(skill) if skill.is_from(&content) => Ok(Arc::clone(skill)),
        _ => Skill::parse(&found.path, &found.fallback_name, &content).map(Arc::new),
    }
}

fn content(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable =
        |error: std::io::Error| Problem::whole(path, format!("the file can't be read: {error}"));
    let limit = MAX_FILE_BYTES as u64;
    let mut content = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() > MAX_FILE_BYTES {
        return Err(Problem::whole(
            path,
            format!("the file is larger than {MAX_FILE_BYTES} bytes; split it"),
        ));
    }
    Ok(content)
}
