//! Decides which file of one directory gets a name that several claim: whoever served under it
//! last keeps it, so that a new file can't take down one that works.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::problem::Problem;
use crate::skill::Skill;

/// A file as it was read now, and as it was good last.
pub(crate) struct Reading {
    pub(crate) fresh: Result<Arc<Skill>, Vec<Problem>>,
    pub(crate) last_good: Option<Arc<Skill>>,
}

/// What right a file has to its name, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It served under this name last.
    Incumbent,
    /// It served under another name last.
    Renamed,
    /// It didn't serve.
    Newcomer,
}

impl Reading {
    /// What would serve: the present version, or else the last good one.
    fn candidate(&self) -> Option<&Arc<Skill>> {
        self.fresh.as_ref().ok().or(self.last_good.as_ref())
    }

    fn standing(&self) -> Standing {
        match (self.candidate(), &self.last_good) {
            (Some(now), Some(before)) if now.key() == before.key() => Standing::Incumbent,
            (_, Some(_)) => Standing::Renamed,
            (_, None) => Standing::Newcomer,
        }
    }

    fn by_standing(&self, other: &Self) -> Ordering {
        self.standing().cmp(&other.standing())
    }
}

/// Refuses the present version of every file whose name another file has the better right to,
/// and puts those with the better right first.
///
/// Whoever is refused a new name claims its old one again, which may refuse another in turn.
pub(crate) fn settle(readings: &mut [Reading]) {
    readings.sort_by(Reading::by_standing);
    while let Some((loser, problem)) = loser(readings) {
        if let Some(reading) = readings.get_mut(loser) {
            reading.fresh = Err(vec![problem]);
        }
        readings.sort_by(Reading::by_standing);
    }
}

/// The first file that claims the name of one before it.
fn loser(readings: &[Reading]) -> Option<(usize, Problem)> {
    let mut owners: HashMap<String, &Path> = HashMap::new();
    for (number, reading) in readings.iter().enumerate() {
        let Some(skill) = reading.candidate() else { continue };
        match owners.get(&skill.key()) {
            // An incumbent has nothing to fall back to.
            Some(owner) if reading.standing() != Standing::Incumbent => {
                return Some((number, taken(skill, owner)));
            }
            Some(_) => {}
            None => {
                owners.insert(skill.key(), skill.path());
            }
        }
    }
    None
}

/// That a skill's name belongs to another file.
pub(crate) fn taken(skill: &Skill, owner: &Path) -> Problem {
    let (name, owner) = (skill.name(), owner.display());
    let message = format!("the skill is named `{name}`, and so is {owner}; rename one of them");
    Problem::at(skill.path(), skill.name_position(), message)
}
