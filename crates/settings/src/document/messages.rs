//! `messages`: what happens to messages that come in while an answer is being made.

use crate::decode::{Whole, choice, section};

section! {
    /// What happens to messages that come in while an answer is being made.
    struct Messages {
        /// How they wait for their turn.
        queue: Queue,
    }
}

section! {
    /// How messages wait for their turn.
    struct Queue {
        /// What the next turn takes. Default `collect`, the only one there is so far.
        mode: QueueMode = QueueMode::Collect,
        /// How many waiting messages one turn answers together. Default 20: people write in
        /// several short messages, and more than these no prompt needs at once. The rest waits for
        /// the turn after.
        cap: Whole<1, 1_000> = Whole::of::<20>(),
    }
}

choice! {
    /// What the next turn takes of the waiting messages.
    pub(crate) enum QueueMode {
        /// All of them together, up to the cap.
        Collect = "collect",
    }
}
