//! Several owners at work at the same time, some of which die over their claims, while messages
//! come in: in the end every message has one answer, and the one it was given.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use conversation::ports::{Accepted, Claim, MessageState, Store, Waiting};
use conversation::{Inbound, MessageId, StoreError};
use tokio::sync::Notify;

use crate::harness::Harness;
use crate::steps::PAST_LEASE;
use crate::words::{count, customer, recorded, reply, turn_in_parts};

const CUSTOMERS: usize = 12;
const MESSAGES: usize = 10;
/// Every so many turns an owner dies over its claim.
const DEATH: usize = 6;
/// How many turns pass between two disturbances.
const CALM: usize = 12;

/// What the owners have done.
#[derive(Default)]
struct Log {
    accepted: Mutex<Vec<(String, MessageId)>>,
    committed: Mutex<Vec<(String, Vec<MessageId>)>>,
    progress: Notify,
}

/// Lets the storm rage, with a `disturbance` now and then, and checks what it leaves. Returns how
/// many disturbances there were.
pub(crate) async fn rage(harness: &dyn Harness, disturbance: impl AsyncFn()) -> usize {
    let log = Arc::new(Log::default());
    let mut tasks = Vec::new();
    for owner in ["one", "two", "three"] {
        let store = harness.store(owner).await;
        tasks.push(tokio::spawn(bring(Arc::clone(&store), Arc::clone(&log), owner)));
        for worker in 0..2 {
            let name = format!("{owner}.{worker}");
            tasks.push(tokio::spawn(work(Arc::clone(&store), Arc::clone(&log), name)));
        }
    }
    let watcher = harness.store("watcher").await;
    let (mut disturbances, mut calm_until) = (0, CALM);
    for _ in 0..2000 {
        let progress = log.progress.notified();
        if is_over(&*watcher, &log).await {
            break;
        }
        // When nothing moves, what is left is held by the dead.
        if tokio::time::timeout(Duration::from_millis(150), progress).await.is_err() {
            harness.advance(PAST_LEASE).await;
        }
        let turns = log.committed.lock().unwrap().len();
        if turns >= calm_until {
            calm_until = turns + CALM;
            disturbances += 1;
            disturbance().await;
        }
    }
    for task in tasks {
        task.abort();
        if let Err(error) = task.await {
            assert!(error.is_cancelled(), "{error}");
        }
    }
    assert_each_has_its_answer(&*watcher, &log).await;
    disturbances
}

async fn is_over(store: &dyn Store, log: &Log) -> bool {
    let accepted = log.accepted.lock().unwrap().clone();
    if accepted.len() < CUSTOMERS * MESSAGES {
        return false;
    }
    for (_, id) in accepted.iter().rev() {
        match store.message(id).await {
            Ok(Some(MessageState::Answered(_))) => {}
            Ok(_) | Err(_) => return false,
        }
    }
    true
}

async fn assert_each_has_its_answer(store: &dyn Store, log: &Log) {
    let accepted = log.accepted.lock().unwrap().clone();
    assert_eq!(accepted.len(), CUSTOMERS * MESSAGES);
    let mut answers = HashMap::new();
    for (text, id) in &accepted {
        match store.message(id).await.unwrap() {
            Some(MessageState::Answered(Some(reply))) => answers.insert(*id, reply),
            other => panic!("{text}: {other:?}"),
        };
    }
    let committed = log.committed.lock().unwrap().clone();
    assert!(!committed.is_empty());
    for (turn, messages) in &committed {
        for id in messages {
            assert_eq!(answers[id], reply(turn), "a message was answered again");
        }
    }
}

/// Hands in this owner's third of the messages, each until it is accepted, each in its order.
async fn bring(store: Arc<dyn Store>, log: Arc<Log>, owner: &'static str) {
    let third = match owner {
        "one" => 0,
        "two" => 1,
        _ => 2,
    };
    for number in 0..MESSAGES {
        for who in (0..CUSTOMERS).filter(|who| who % 3 == third) {
            let text = format!("{who}/{number}");
            let message = recorded(&customer(&who.to_string()), &number.to_string(), &text);
            let id = bring_one(&*store, message).await;
            log.accepted.lock().unwrap().push((text, id));
            log.progress.notify_one();
        }
    }
}

async fn bring_one(store: &dyn Store, message: Inbound) -> MessageId {
    loop {
        match store.accept(vec![message.clone()]).await {
            Ok(answers) => match answers[0] {
                Accepted::New(id) | Accepted::Duplicate(id, _) => return id,
                Accepted::Conflict | Accepted::Recorded(_) => panic!("equal bodies, and no rate"),
            },
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
            Err(error) => panic!("{error}"),
        }
    }
}

async fn work(store: Arc<dyn Store>, log: Arc<Log>, name: String) {
    let mut turns = 0;
    loop {
        let claims = store.claim(count(3), Duration::from_millis(50)).await.unwrap_or_default();
        for claim in claims {
            turns += 1;
            // An owner that dies leaves its claim as it is.
            if turns % DEATH == 0 {
                continue;
            }
            let name = format!("{name}.{turns}");
            match answer(&*store, &claim, &log, &name, turns % 3).await {
                Ok(()) | Err(StoreError::Stale | StoreError::Unavailable(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        tokio::task::yield_now().await;
    }
}

async fn answer(
    store: &dyn Store,
    claim: &Claim,
    log: &Log,
    name: &str,
    parts: usize,
) -> Result<(), StoreError> {
    send(store, claim).await?;
    let opened = store.open(claim, count(4)).await?;
    assert_in_order(&opened.messages);
    if opened.messages.is_empty() {
        return store.release(claim).await;
    }
    let messages: Vec<MessageId> = opened.messages.iter().map(|waiting| waiting.id).collect();
    let answered = messages.len();
    store.commit(claim, turn_in_parts(name, answered, parts)).await?;
    log.committed.lock().unwrap().push((name.to_owned(), messages));
    log.progress.notify_one();
    if parts > 0 {
        send(store, claim).await?;
        store.release(claim).await?;
    }
    Ok(())
}

/// Each customer's messages are numbered, and come without a gap.
fn assert_in_order(messages: &[Waiting]) {
    let numbers: Vec<usize> = messages.iter().map(|waiting| waiting.key.parse().unwrap()).collect();
    for pair in numbers.windows(2) {
        assert_eq!(pair[1], pair[0] + 1, "{numbers:?}");
    }
}

async fn send(store: &dyn Store, claim: &Claim) -> Result<(), StoreError> {
    let opened = store.open(claim, count(1)).await?;
    let Some(outbox) = opened.outbox else { return Ok(()) };
    for part in outbox.next().unwrap_or(0)..outbox.parts.len() {
        store.sending(claim, part).await?;
        store.delivered(claim, part, None).await?;
    }
    Ok(())
}

pub(crate) async fn owners_who_work_at_once_answer_each_message_once(harness: &dyn Harness) {
    rage(harness, async || ()).await;
}
