//! The stream on which a visitor is told what happens in its conversation.
//!
//! It is a body that is made as it is read: no task, no timer and no buffer of its own. A reader
//! that is slow holds up only itself, since the watch drops what doesn't fit and says so.

mod account;
mod places;
mod wire;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use conversation::ports::Event;
use conversation::{ConversationId, Entry, StoreError, Timestamp, Watch};
use futures::FutureExt as _;
use futures::stream::unfold;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};
use tracing::debug;

use crate::beats::Beat;
use crate::refusal::Refusal;
use crate::token::Session;
use crate::web_chat::{Condition, Shared};
use account::{Account, Wish};
use places::Place;
use wire::{Hello, PING, State};

pub(crate) use places::Places;

/// About how much is written at once.
const CHUNK: usize = 16 * 1024;
/// How soon the store is asked again when it did not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Opens a stream that goes on after the entry `after`, and is read at this address.
pub(crate) async fn open(
    shared: Arc<Shared>,
    session: Session,
    address: &[u8],
    after: Option<String>,
) -> Result<Body, Refusal> {
    let Session { conversation, expires, .. } = session;
    let place = shared.places.take(conversation.digest(), address)?;
    let beats = shared.beats.join().ok_or(Refusal::TooManyStreams)?;
    let heard = *beats.borrow();
    if (shared.parts.condition)() == Condition::Ending {
        return Err(Refusal::Ending);
    }
    // Watching begins before the transcript is read, so that nothing falls between.
    let watch = shared.parts.events.watch(&conversation).await?;
    let account = match after {
        Some(after) => known(&shared, &conversation, &after).await?,
        None => Account::default(),
    };
    let person = shared.parts.handovers.taken_over_by(&conversation).await?;
    let first = hello(heard.condition, shared.parts.clock.now(), person.as_deref());
    let stream = Telling {
        account,
        watch,
        beats,
        heard,
        expires,
        entries: VecDeque::new(),
        place_in: PlaceIn::Midst,
        again: None,
        held: None,
        first,
        conversation,
        shared,
        _place: place,
    };
    let stream = unfold(Box::new(stream), |mut stream| async move {
        let chunk = stream.next().await?;
        Some((Ok::<_, Infallible>(chunk), stream))
    });
    Ok(Body::from_stream(stream))
}

fn hello(condition: Condition, server_time: Timestamp, person: Option<&str>) -> String {
    let mut text = String::new();
    let state = wire::state(condition);
    wire::event("hello", &Hello { state, server_time, person }, &mut text);
    text
}

/// What follows from the entries up to the one that the visitor has: of what is open, the earlier ones
/// tell. Nothing, if that one isn't kept: then all are told.
async fn known(
    shared: &Shared,
    conversation: &ConversationId,
    after: &str,
) -> Result<Account, StoreError> {
    let limit = shared.options.limits.page;
    let mut account = Account::default();
    loop {
        let page = shared.parts.transcripts.page(conversation, account.last(), limit).await?;
        for entry in &page {
            account.note(entry);
            if entry.id == after {
                return Ok(account);
            }
        }
        if page.len() < limit {
            return Ok(Account::default());
        }
    }
}

/// A stream between two reads of it.
struct Telling {
    account: Account,
    watch: Watch,
    beats: watch::Receiver<Beat>,
    heard: Beat,
    expires: Timestamp,
    /// What was read and is still to be told: at most a page, however long the transcript is and
    /// however slowly it is taken.
    entries: VecDeque<Entry>,
    place_in: PlaceIn,
    /// When the store is asked again that did not answer.
    again: Option<Pin<Box<Sleep>>>,
    /// What was heard already and is told after that.
    held: Option<Arc<Event>>,
    /// What is said before anything else.
    first: String,
    conversation: ConversationId,
    shared: Arc<Shared>,
    _place: Place,
}

/// Where in the transcript a stream stands, with all that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlaceIn {
    /// There may be more to read.
    Midst,
    /// There was no more.
    End,
}

/// What woke a stream.
enum Woken {
    Event(Arc<Event>),
    Beat,
    Again,
    /// The clock stands still, which it does only when the gateway ends.
    Over,
}

impl Telling {
    /// The next piece, or none if the stream is over.
    async fn next(&mut self) -> Option<Bytes> {
        let mut out = std::mem::take(&mut self.first);
        loop {
            self.tell_entries(&mut out);
            if !out.is_empty() {
                return Some(Bytes::from(out));
            }
            match (self.place_in, &self.again) {
                (PlaceIn::Midst, None) => Box::pin(self.read()).await,
                (PlaceIn::Midst, Some(_)) | (PlaceIn::End, _) => self.wake(&mut out).await?,
            }
        }
    }

    /// Writes what was read, up to the size of a chunk.
    fn tell_entries(&mut self, out: &mut String) {
        while out.len() < CHUNK
            && let Some(entry) = self.entries.pop_front()
        {
            self.account.tell(&entry, out);
        }
        if self.entries.is_empty() {
            self.entries = VecDeque::new();
        }
    }

    /// Waits until something happens, and writes what there is to say. None if that was the end.
    async fn wake(&mut self, out: &mut String) -> Option<()> {
        if let Some(event) = self.held.take() {
            self.heed(event, out).await;
            return Some(());
        }
        let woken = tokio::select! {
            event = self.watch.next() => Woken::Event(event),
            beat = self.beats.changed() => beat.map_or(Woken::Over, |()| Woken::Beat),
            () = due(&mut self.again) => Woken::Again,
        };
        match woken {
            Woken::Event(event) => self.heed(event, out).await,
            Woken::Beat => return self.beat(out).await,
            Woken::Again => Box::pin(self.read()).await,
            Woken::Over => return None,
        }
        Some(())
    }

    /// Tells of an event, and of those that have come in meanwhile, until the transcript is to be
    /// read: what it says comes before what follows.
    async fn heed(&mut self, event: Arc<Event>, out: &mut String) {
        let mut event = event;
        loop {
            match self.account.hear(&event, out) {
                Wish::Nothing if out.len() >= CHUNK => return,
                Wish::Nothing => {}
                Wish::Read => {
                    self.held = self.first_that_asks_for_no_reading();
                    return Box::pin(self.read()).await;
                }
                Wish::ReadAndRepeat => {
                    Box::pin(self.read()).await;
                    self.tell_all(out);
                    self.account.hear(&event, out);
                }
            }
            let Some(next) = self.watch.next().now_or_never() else { return };
            event = next;
        }
    }

    /// Takes what asks for the reading that is about to be done anyway: a turn's end is announced
    /// both as an event of its own and as an addition to the transcript.
    fn first_that_asks_for_no_reading(&mut self) -> Option<Arc<Event>> {
        loop {
            let event = self.watch.next().now_or_never()?;
            if !matches!(*event, Event::Added | Event::Committed { .. } | Event::Parked { .. }) {
                return Some(event);
            }
        }
    }

    fn tell_all(&mut self, out: &mut String) {
        for entry in std::mem::take(&mut self.entries) {
            self.account.tell(&entry, out);
        }
    }

    /// Shows that the stream is alive, and makes sure that nothing was missed.
    async fn beat(&mut self, out: &mut String) -> Option<()> {
        let (was, now) = (self.heard, *self.beats.borrow_and_update());
        self.heard = now;
        if now.condition == Condition::Ending || self.expires <= self.shared.parts.clock.now() {
            return None;
        }
        if was.condition != now.condition {
            wire::event("state", &State { state: wire::state(now.condition) }, out);
        }
        if was.count != now.count {
            out.push_str(PING);
            Box::pin(self.read()).await;
        }
        Some(())
    }

    /// Reads the transcript on by a page, once the one before is told.
    async fn read(&mut self) {
        self.again = None;
        self.place_in = PlaceIn::Midst;
        if !self.entries.is_empty() {
            return;
        }
        let limit = self.shared.options.limits.page;
        let (conversation, last) = (&self.conversation, self.account.last());
        match self.shared.parts.transcripts.page(conversation, last, limit).await {
            Ok(page) => {
                if page.len() < limit {
                    self.place_in = PlaceIn::End;
                }
                self.entries.extend(page);
            }
            Err(error) => self.try_again(&error),
        }
    }

    fn try_again(&mut self, error: &StoreError) {
        debug!(%error, "could not read a transcript on");
        self.again = Some(Box::pin(sleep(AGAIN)));
    }
}

/// Ends when it is time to ask again, and not at all if nothing is to be asked.
async fn due(again: &mut Option<Pin<Box<Sleep>>>) {
    match again {
        Some(again) => again.await,
        None => std::future::pending().await,
    }
}
