//! From directories to checked skills: everything is read and checked before anything is used.

mod claims;
pub(crate) mod front_matter;
pub(crate) mod load;
pub(crate) mod markdown;
pub(crate) mod scan;
pub(crate) mod text;
mod yaml;
