//! A webhook from its bytes to the answer: signature, words, store, 200.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use conversation::ports::Accepted;

use super::Shared;
use super::body;
use super::refusal::Refusal;
use super::signature::Signature;
use super::sorted::Sorted;
use crate::figures;
use crate::inbound::{Annotation, Envelope, decode};

/// Bodies from this size on are checked and read where they hold up no other request.
const LARGE: usize = 128 * 1024;

pub(super) async fn receive(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let signature = match Signature::read(&headers) {
        Ok(signature) => signature,
        Err(refusal) => {
            body::discard(body).await;
            return Err(refusal);
        }
    };
    let body = body::read(&headers, body, shared.body_bytes).await?;
    let envelope = read(&shared, body, signature).await?;
    store(&shared, Sorted::new(envelope, &shared.number, |sender| shared.answers(sender))).await?;
    Ok(StatusCode::OK)
}

async fn read(
    shared: &Arc<Shared>,
    body: Bytes,
    signature: Signature,
) -> Result<Envelope, Refusal> {
    let is_large = body.len() >= LARGE;
    let of = Arc::clone(shared);
    let work = move || {
        of.app_secret.check(&body, &signature)?;
        decode(&body, of.parts.clock.now()).map_err(|_| Refusal::NotJson)
    };
    if !is_large {
        return work();
    }
    // Only a panic or the end of the process keeps this from its result.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::Incomplete))
}

/// Makes everything durable. Those who moved come first, so that what they write next finds its
/// conversation, and annotations of messages come after the messages.
async fn store(shared: &Shared, sorted: Sorted) -> Result<(), Refusal> {
    annotate(shared, sorted.moves).await?;
    if !sorted.messages.is_empty() {
        let accepted = shared.parts.inbox.accept(sorted.messages).await.map_err(Refusal::Store)?;
        count(&accepted);
    }
    annotate(shared, sorted.annotations).await
}

async fn annotate(shared: &Shared, annotations: Vec<Annotation>) -> Result<(), Refusal> {
    match &shared.parts.annotations {
        Some(taker) if !annotations.is_empty() => {
            taker.annotate(annotations).await.map_err(Refusal::Store)
        }
        Some(_) | None => Ok(()),
    }
}

fn count(accepted: &[Accepted]) {
    let of = |outcome: fn(&Accepted) -> bool| {
        u64::try_from(accepted.iter().filter(|accepted| outcome(accepted)).count()).unwrap_or(0)
    };
    figures::accepted("new", of(|accepted| matches!(accepted, Accepted::New(_))));
    figures::accepted("duplicate", of(|accepted| matches!(accepted, Accepted::Duplicate(..))));
    figures::accepted("conflict", of(|accepted| matches!(accepted, Accepted::Conflict)));
}
