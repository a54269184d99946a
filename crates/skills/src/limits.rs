//! How much of anything the skills may be, so that a wrong mount can't fill the memory.

/// The largest skill file, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024;

/// The most skill files that are read, over all directories.
pub const MAX_FILES: usize = 200;

/// The most that all skill files together may hold, in bytes.
pub const MAX_TOTAL_BYTES: usize = 1024 * 1024;

/// The most entries of one directory that are looked at.
pub const MAX_DIRECTORY_ENTRIES: usize = 10_000;

/// The longest name of a skill, in characters, as in the Agent Skills convention.
pub const MAX_NAME_CHARS: usize = 64;

/// The longest description of a skill, in characters, as in the Agent Skills convention.
pub const MAX_DESCRIPTION_CHARS: usize = 1024;

/// How much of a question is looked at, in bytes.
pub(crate) const MAX_QUESTION_BYTES: usize = 4 * 1024;
