//! Looks at the skill files, and has them loaded when there may be something new.

use std::sync::Arc;

use crate::library::SkillLibrary;
use crate::loading::scan::{Listing, scan};
use crate::watching::announcements::Subscription;

/// Why the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Watching begins: something may have changed since the first load.
    Start,
    /// The file system announced something.
    Announcement,
    /// It is time again.
    Look,
}

/// What is remembered from one look to the next.
pub(crate) struct Patrol {
    library: Arc<SkillLibrary>,
    subscription: Option<Subscription>,
    seen: Vec<Listing>,
    looks: u32,
    looks_per_reading: u32,
}

impl Patrol {
    /// A patrol that has seen nothing yet.
    pub(crate) fn new(
        library: Arc<SkillLibrary>,
        subscription: Option<Subscription>,
        looks_per_reading: u32,
    ) -> Self {
        let looks_per_reading = looks_per_reading.max(1);
        Self { library, subscription, seen: Vec::new(), looks: 0, looks_per_reading }
    }

    /// Looks once. It reads files, and belongs on a thread that may wait.
    pub(crate) fn round(&mut self, cause: Cause) {
        if cause == Cause::Start {
            self.renew_subscription();
        }
        // The files are listed before they are read, so that one that changes in between looks
        // changed at the next look.
        let listings = scan(self.library.options().directories());
        let looks_different = listings != self.seen;
        let is_due = match cause {
            Cause::Start | Cause::Announcement => true,
            Cause::Look => {
                self.looks += 1;
                looks_different || self.looks.is_multiple_of(self.looks_per_reading)
            }
        };
        if is_due {
            self.library.take(&listings);
        }
        self.seen = listings;
        if cause == Cause::Look && looks_different {
            // Nobody announced this: the subscription is void, perhaps since the directory was
            // replaced by another of the same name.
            self.renew_subscription();
        }
    }

    fn renew_subscription(&mut self) {
        if let Some(subscription) = &mut self.subscription {
            subscription.renew(self.library.options().directories());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Options;

    #[test]
    fn an_edit_that_leaves_size_and_times_as_they_were_is_seen_in_time() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("a.md");
        std::fs::write(&file, "Before.").unwrap();
        let directory = folder.path().to_owned();
        let (library, _) = SkillLibrary::load(Options { directory, extra_dirs: Vec::new() });
        let before = library.snapshot().revision().clone();
        let mut patrol = Patrol::new(Arc::clone(&library), None, 3);
        patrol.round(Cause::Start);
        std::fs::write(&file, "After.").unwrap();
        // The patrol believes that it has seen these times already.
        patrol.seen = scan(library.options().directories());
        patrol.round(Cause::Look);
        patrol.round(Cause::Look);
        assert_eq!(*library.snapshot().revision(), before);
        patrol.round(Cause::Look);
        assert_ne!(*library.snapshot().revision(), before);
    }
}
