//! `store`: where conversations are kept.

use crate::decode::{FilePath, Secret, Setting, section};

section! {
    /// Where conversations are kept.
    struct Store {
        /// The address of Redis, for example `redis://127.0.0.1:6379/0`. It
        /// counts as a secret, because it may hold a password. `REDIS_URL` overrides it. Default
        /// none: conversations live in this process and end with it.
        redis_url: Setting<Secret>,
        /// A file that holds the address, in place of `redisUrl`.
        redis_url_file: Setting<FilePath>,
    }
}
