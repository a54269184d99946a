//! What the file system announces about the skills' directories, brought down to one bit:
//! something happened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

/// A subscription to the announcements about some directories.
pub(crate) struct Subscription {
    watcher: RecommendedWatcher,
    announced: Arc<Notify>,
    directories: Vec<PathBuf>,
}

impl Subscription {
    /// A subscription to nothing yet. `None` if the system has none to give.
    pub(crate) fn new() -> Option<Self> {
        let announced = Arc::new(Notify::new());
        let bell = Arc::clone(&announced);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error may mean that announcements were lost, so it is a reason to look, too.
            if event.as_ref().map_or(true, is_change) {
                bell.notify_one();
            }
        });
        match watcher {
            Ok(watcher) => Some(Self { watcher, announced, directories: Vec::new() }),
            Err(error) => {
                tracing::warn!(%error, "no file announcements; the skills are looked at by turns");
                None
            }
        }
    }

    /// Is notified of each change. Notifications that come before anyone waits count as one.
    pub(crate) fn announced(&self) -> Arc<Notify> {
        Arc::clone(&self.announced)
    }

    /// Subscribes anew to all of `directories` that are there.
    pub(crate) fn renew<'a>(&mut self, directories: impl Iterator<Item = &'a Path>) {
        for directory in self.directories.drain(..) {
            // It fails if the directory is gone, and with it the subscription.
            let _ = self.watcher.unwatch(&directory);
        }
        for directory in directories {
            match self.watcher.watch(directory, RecursiveMode::Recursive) {
                Ok(()) => self.directories.push(directory.to_owned()),
                Err(error) => {
                    let directory = directory.display();
                    tracing::debug!(%error, %directory, "no announcements about this directory");
                }
            }
        }
    }
}

/// Whether an event can mean other content. Reading is announced as well, and must not count:
/// our own reading would make us read again, for ever.
fn is_change(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, MetadataKind, ModifyKind, RemoveKind};

    use super::*;

    #[test]
    fn reading_is_no_change() {
        for access in [
            AccessKind::Any,
            AccessKind::Read,
            AccessKind::Open(AccessMode::Any),
            AccessKind::Open(AccessMode::Read),
            AccessKind::Close(AccessMode::Read),
        ] {
            assert!(!is_change(&Event::new(EventKind::Access(access))), "{access:?}");
        }
    }

    #[test]
    fn everything_else_may_be_a_change() {
        for kind in [
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Create(CreateKind::File),
            EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)),
            EventKind::Remove(RemoveKind::Folder),
            EventKind::Other,
            EventKind::Any,
        ] {
            assert!(is_change(&Event::new(kind)), "{kind:?}");
        }
    }
}
