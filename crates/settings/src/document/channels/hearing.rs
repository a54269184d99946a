//! What all channels have in common: who is heard, and how often.

use crate::decode::{Whole, choice, section};

choice! {
    /// Who is heard in chats of one person.
    pub enum DmPolicy {
        /// Everyone.
        Open = "open",
        /// Those on the list `allowFrom`.
        Allowlist = "allowlist",
        /// Nobody.
        Disabled = "disabled",
    }
}

section! {
    /// How often one customer is answered. Who writes more often is asked once to wait; what comes
    /// until then is recorded, and the next answer knows of it.
    struct RateLimit {
        /// How many messages are answered at once after a silence. Default 20: people write in
        /// short lines.
        burst: Whole<1, 1_000> = Whole::of::<20>(),
        /// One further message is answered after so many seconds. Default 3: faster than anybody
        /// reads.
        every_seconds: Whole<1, 3_600> = Whole::of::<3>(),
    }
}
