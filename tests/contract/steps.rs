//! Steps that many tests take.

use std::time::Duration;

use conversation::ports::{
    Accepted, Claim, DeadLetter, Event, Lease, MessageState, Opened, Pause, Store,
};
use conversation::{ConversationId, Inbound, MessageId, PartState, StoreError, Watch};

use crate::harness::{Harness, LEASE};
use crate::words::{MANY, ONE, turn};

/// How long to wait for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A little more than the length of a claim.
pub(crate) const PAST_LEASE: Duration = LEASE.saturating_add(Duration::from_secs(1));

/// Hands one message in.
pub(crate) async fn accept(store: &dyn Store, inbound: Inbound) -> Accepted {
    let mut answers = store.accept(vec![inbound]).await.unwrap();
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

/// Hands in a message that wasn't there before.
pub(crate) async fn accept_new(store: &dyn Store, inbound: Inbound) -> MessageId {
    match accept(store, inbound).await {
        Accepted::New(id) => id,
        other @ (Accepted::Duplicate(..) | Accepted::Conflict | Accepted::Recorded(_)) => {
            panic!("not new: {other:?}")
        }
    }
}

/// Claims the one conversation that is ready or becomes so.
pub(crate) async fn claim_one(store: &dyn Store) -> Claim {
    let mut claims = store.claim(ONE, PATIENCE).await.unwrap();
    assert_eq!(claims.len(), 1, "{claims:?}");
    claims.remove(0)
}

/// Makes sure that nothing is ready.
pub(crate) async fn claim_nothing(harness: &dyn Harness, store: &dyn Store) {
    assert_eq!(store.claim(MANY, harness.glance()).await, Ok(Vec::new()));
}

/// Claims whatever is ready now.
pub(crate) async fn claim_all(harness: &dyn Harness, store: &dyn Store) -> Vec<Claim> {
    let mut all = Vec::new();
    loop {
        let claims = store.claim(MANY, harness.glance()).await.unwrap();
        if claims.is_empty() {
            return all;
        }
        all.extend(claims);
    }
}

/// Opens a claimed conversation with all its messages.
pub(crate) async fn open(store: &dyn Store, claim: &Claim) -> Opened {
    store.open(claim, MANY).await.unwrap()
}

/// What the opened messages say.
pub(crate) fn texts(opened: &Opened) -> Vec<&str> {
    opened.messages.iter().map(|waiting| waiting.message.text.as_str()).collect()
}

/// How far the parts of an unsent reply have come.
pub(crate) fn part_states(opened: &Opened) -> Vec<PartState> {
    let outbox = opened.outbox.as_ref().expect("an unsent reply");
    outbox.parts.iter().map(|part| part.state.clone()).collect()
}

/// Claims the next conversation and answers all that waits in it, by record.
pub(crate) async fn answer_next(store: &dyn Store, name: &str) -> Opened {
    let claim = claim_one(store).await;
    let opened = open(store, &claim).await;
    store.commit(&claim, turn(name, opened.messages.len())).await.unwrap();
    opened
}

/// Claims the next conversation and gives its oldest message up.
pub(crate) async fn park_next(store: &dyn Store, reason: &str) {
    let claim = claim_one(store).await;
    store.park(&claim, ONE, reason).await.unwrap();
}

/// The only dead letter there is.
pub(crate) async fn only_letter(store: &dyn Store) -> DeadLetter {
    let mut letters = store.dead_letters(10).await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}

/// How far a message has come.
pub(crate) async fn state(store: &dyn Store, id: &MessageId) -> MessageState {
    store.message(id).await.unwrap().expect("the message")
}

/// Makes sure that the claim is held, or isn't.
pub(crate) async fn assert_lease(store: &dyn Store, claim: &Claim, expected: Lease) {
    assert_eq!(store.renew(std::slice::from_ref(claim)).await, Ok(vec![expected]));
}

/// The next event, which must come.
pub(crate) async fn hear(watch: &mut Watch) -> Event {
    let event = tokio::time::timeout(PATIENCE, watch.next()).await.expect("an event");
    Event::clone(&event)
}

/// The next event that says that an answer is final.
pub(crate) async fn hear_committed(watch: &mut Watch) -> Event {
    loop {
        let event = hear(watch).await;
        if matches!(event, Event::Committed { .. }) {
            return event;
        }
    }
}

/// What every fenced verb answers to an owner that no longer holds the claim.
pub(crate) async fn assert_all_verbs_stale(store: &dyn Store, claim: &Claim) {
    let stale = Err(StoreError::Stale);
    assert_eq!(store.open(claim, MANY).await, Err(StoreError::Stale), "open");
    assert_eq!(store.commit(claim, turn("stale", 1)).await, stale, "commit");
    assert_eq!(store.sending(claim, 0).await, stale, "sending");
    assert_eq!(store.delivered(claim, 0, None).await, stale, "delivered");
    assert_eq!(store.drafted(claim, "stale").await, stale, "drafted");
    assert_eq!(store.release(claim).await, stale, "release");
    assert_eq!(store.retry_at(claim, Duration::ZERO, Pause::Failure).await, stale, "retry_at");
    assert_eq!(store.park(claim, ONE, "stale").await, stale, "park");
    assert_eq!(store.withdraw(claim, ONE).await, stale, "withdraw");
    let elsewhere = ConversationId::new("api", "elsewhere").unwrap();
    assert_eq!(store.forward(claim, &elsewhere).await, stale, "forward");
    assert_lease(store, claim, Lease::Lost).await;
}
