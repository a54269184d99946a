//! Hands a message to the store, and finds out what there is to follow.

use std::sync::{Arc, OnceLock};

use axum::http::StatusCode;
use conversation::ports::Accepted;
use conversation::{ConversationId, Inbound, MessageId, StoreError, Watch};
use metrics::Counter;

use crate::api::Shared;
use crate::following::{FirstLook, Settled, settled_by};
use crate::problem::Problem;

/// A message that the store has.
pub(crate) struct Taken {
    pub(crate) id: MessageId,
    pub(crate) sent: Sent,
    pub(crate) course: Course,
}

/// Whether the message was sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It was not.
    First,
    /// It was, and this sending stored nothing.
    Again,
}

/// What is still to come.
pub(crate) enum Course {
    /// The message waits, and is followed through this watch.
    Open(Watch, FirstLook),
    /// Nothing: the end is known.
    Settled(Settled),
}

/// Stores the message, unless it was stored before. Should that fail halfway, the caller learns
/// that `retry_with` is the key to try again with.
pub(crate) async fn take(
    shared: &Arc<Shared>,
    inbound: Inbound,
    retry_with: &str,
) -> Result<Taken, Problem> {
    let conversation = inbound.conversation.clone();
    // The watch stands before the message is stored, so that no answer can come unheard.
    let watch = shared.store.watch_here(&conversation);
    let accepted = match shared.store.accept(vec![inbound]).await {
        Ok(accepted) => accepted.into_iter().next(),
        Err(error) => {
            count(refusal(&error));
            return Err(refused(error, retry_with));
        }
    };
    match accepted {
        Some(Accepted::New(id)) => {
            count(Outcome::New);
            shared.vitals.count_accepted(1);
            let course = Course::Open(watch, FirstLook::Later);
            Ok(Taken { id, sent: Sent::First, course })
        }
        Some(Accepted::Duplicate(id, state)) => {
            count(Outcome::Duplicate);
            let course = match settled_by(Some(state)) {
                Some(settled) => Course::Settled(settled),
                None => Course::Open(listen(shared, &conversation, watch).await, FirstLook::Now),
            };
            Ok(Taken { id, sent: Sent::Again, course })
        }
        Some(Accepted::Conflict) => {
            count(Outcome::Conflict);
            Err(conflict())
        }
        Some(Accepted::Recorded(_)) | None => {
            tracing::error!("the store took a message in a way that was not asked for");
            Err(Problem::internal())
        }
    }
}

/// A message that another replica accepted is answered where this one doesn't listen by itself.
/// Should listening fail, asking the store every few seconds remains.
async fn listen(shared: &Shared, conversation: &ConversationId, here: Watch) -> Watch {
    shared.store.watch(conversation).await.unwrap_or_else(|error| {
        tracing::debug!(%error, "could not watch a conversation on other replicas");
        here
    })
}

/// A store that doesn't answer may have stored the message all the same.
fn refused(error: StoreError, retry_with: &str) -> Problem {
    match error {
        StoreError::Unavailable(_) | StoreError::Refused(_) => {
            tracing::warn!(%error, "could not learn whether a message was stored");
            Problem::outcome_unknown(retry_with)
        }
        StoreError::Full
        | StoreError::TooManyWaiting { .. }
        | StoreError::Stale
        | StoreError::Unreadable { .. } => error.into(),
    }
}

fn conflict() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "idempotency_conflict",
        "This key was used in this conversation for a message with another text, user_name or \
         language. Send a key of its own with every message, and the same key only with the \
         same message.",
    )
}

/// What became of a message that came in, as a label.
#[derive(Clone, Copy)]
enum Outcome {
    New,
    Duplicate,
    Conflict,
    Full,
    Refused,
    Unavailable,
}

impl Outcome {
    const COUNT: usize = 6;

    fn label(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Full => "full",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
        }
    }
}

fn refusal(error: &StoreError) -> Outcome {
    match error {
        StoreError::Full => Outcome::Full,
        StoreError::TooManyWaiting { .. } => Outcome::Refused,
        StoreError::Unavailable(_)
        | StoreError::Refused(_)
        | StoreError::Stale
        | StoreError::Unreadable { .. } => Outcome::Unavailable,
    }
}

/// Counts a message. The handles are kept, since this stands in the way of every message.
fn count(outcome: Outcome) {
    static COUNTERS: [OnceLock<Counter>; Outcome::COUNT] =
        [const { OnceLock::new() }; Outcome::COUNT];
    let Some(slot) = COUNTERS.get(outcome as usize) else { return };
    let make = || metrics::counter!("openclaw_messages_accepted_total", "channel" => "api", "outcome" => outcome.label());
    slot.get_or_init(make).increment(1);
}

/// Says what the figure means.
pub(crate) fn describe() {
    metrics::describe_counter!(
        "openclaw_messages_accepted_total",
        "Messages handed in, by channel and by what became of them"
    );
}
