//! Hands the events of a conversation to those who watch it in this process.
//!
//! A watcher that does not keep up loses events, is told so once by [`Event::Missed`], and then
//! asks the store for what is true: memory stays bounded however slow a reader is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::Digest;
use crate::ports::Event;

/// How many events wait for one watcher before it counts as too slow.
const BACKLOG: usize = 256;

/// The watchers of one process, by conversation.
#[derive(Clone, Default)]
pub struct EventHub {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    watchers: Mutex<HashMap<Digest, Vec<Watcher>>>,
    next: AtomicU64,
}

struct Watcher {
    number: u64,
    events: mpsc::Sender<Arc<Event>>,
    missed: Arc<AtomicBool>,
}

/// A subscription to one conversation; dropping it ends it.
pub struct Watch {
    hub: EventHub,
    conversation: Digest,
    number: u64,
    events: mpsc::Receiver<Arc<Event>>,
    missed: Arc<AtomicBool>,
}

impl EventHub {
    /// Watches a conversation from now on.
    #[must_use]
    pub fn watch(&self, conversation: Digest) -> Watch {
        let (sender, events) = mpsc::channel(BACKLOG);
        let number = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let missed = Arc::new(AtomicBool::new(false));
        let watcher = Watcher { number, events: sender, missed: Arc::clone(&missed) };
        self.with(|watchers| watchers.entry(conversation).or_default().push(watcher));
        Watch { hub: self.clone(), conversation, number, events, missed }
    }

    /// Hands `event` to everyone in this process who watches `conversation`.
    pub fn announce(&self, conversation: Digest, event: &Arc<Event>) {
        self.with(|watchers| {
            for watcher in watchers.get(&conversation).into_iter().flatten() {
                watcher.hand(event);
            }
        });
    }

    /// Tells every watcher that events may have been missed, as after a lost connection.
    pub fn announce_missed(&self) {
        let event = Arc::new(Event::Missed);
        self.with(|watchers| {
            watchers.values().flatten().for_each(|watcher| watcher.hand(&event));
        });
    }

    /// Whether anyone in this process watches `conversation`.
    #[must_use]
    pub fn is_watched(&self, conversation: Digest) -> bool {
        self.with(|watchers| watchers.contains_key(&conversation))
    }

    /// The conversations that someone in this process watches.
    #[must_use]
    pub fn watched(&self) -> Vec<Digest> {
        self.with(|watchers| watchers.keys().copied().collect())
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Digest, Vec<Watcher>>) -> T) -> T {
        work(&mut self.inner.watchers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watcher {
    fn hand(&self, event: &Arc<Event>) {
        if self.events.try_send(Arc::clone(event)).is_err() {
            self.missed.store(true, Ordering::Release);
        }
    }
}

impl Watch {
    /// The next event. After [`Event::Missed`] the watcher asks the store for what is true.
    pub async fn next(&mut self) -> Arc<Event> {
        if self.events.is_empty() && self.missed.swap(false, Ordering::AcqRel) {
            return Arc::new(Event::Missed);
        }
        match self.events.recv().await {
            Some(event) => event,
            // The sender lives in the hub as long as this watch does, so the queue never ends.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.hub.with(|watchers| {
            if let Some(list) = watchers.get_mut(&self.conversation) {
                list.retain(|watcher| watcher.number != self.number);
                if list.is_empty() {
                    watchers.remove(&self.conversation);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(text: &str) -> Arc<Event> {
        Arc::new(Event::Delta { at: 0, text: text.to_owned() })
    }

    #[tokio::test]
    async fn a_watcher_hears_its_own_conversation_only() {
        let hub = EventHub::default();
        let mut watch = hub.watch(Digest([1; 16]));
        hub.announce(Digest([2; 16]), &delta("other"));
        hub.announce(Digest([1; 16]), &delta("own"));
        assert_eq!(*watch.next().await, Event::Delta { at: 0, text: "own".into() });
    }

    #[tokio::test]
    async fn a_slow_watcher_is_told_once_that_it_missed_something() {
        let hub = EventHub::default();
        let mut watch = hub.watch(Digest([1; 16]));
        for _ in 0..BACKLOG + 5 {
            hub.announce(Digest([1; 16]), &delta("x"));
        }
        for _ in 0..BACKLOG {
            assert_eq!(*watch.next().await, Event::Delta { at: 0, text: "x".into() });
        }
        assert_eq!(*watch.next().await, Event::Missed);
        hub.announce(Digest([1; 16]), &delta("y"));
        assert_eq!(*watch.next().await, Event::Delta { at: 0, text: "y".into() });
    }

    #[tokio::test]
    async fn a_dropped_watch_leaves_nothing_behind() {
        let hub = EventHub::default();
        drop(hub.watch(Digest([1; 16])));
        assert!(!hub.is_watched(Digest([1; 16])));
        assert!(hub.watched().is_empty());
    }
}
