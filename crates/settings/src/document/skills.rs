//! `skills`: where the gateway's knowledge of the company is read from.

use crate::decode::{FilePath, List, Switch, section};

section! {
    /// What the gateway knows of the company.
    struct Skills {
        /// The directory with the skills, `NAME.md` or `name/SKILL.md`. Default `skills`.
        directory: FilePath = FilePath::new("skills"),
        /// How they are loaded.
        load: Load,
    }
}

section! {
    /// How skills are loaded.
    struct Load {
        /// Further directories with skills. Default none.
        extra_dirs: List<FilePath>,
        /// Whether changed files take effect without a restart. Default true: a faulty file leaves
        /// the last good one in use.
        watch: Switch = Switch(true),
    }
}
