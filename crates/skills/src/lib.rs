#![doc = include_str!("../README.md")]

mod brief;
mod figures;
mod languages;
mod library;
pub mod limits;
mod loading;
mod offline;
mod paragraphs;
mod problem;
mod search;
mod skill;
mod snapshot;
mod watching;

pub use languages::Language;
pub use library::{Options, SkillLibrary, check};
pub use offline::OfflineAnswerer;
pub use problem::{Position, Problem, Severity};
pub use skill::Skill;
pub use snapshot::Snapshot;
pub use watching::{Announcements, Pace};
