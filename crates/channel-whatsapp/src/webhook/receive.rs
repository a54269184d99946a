//! A webhook from its bytes to the answer: signature, words, store, 200.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use bytes::Bytes;

use super::Shared;
use super::body;
use super::refusal::Refusal;
use super::signature::Signature;
use super::sorted::Sorted;
use crate::inbound::{Arrived, Envelope, decode};

/// Bodies from this size on are checked and read where they hold up no other request.
const LARGE: usize = 128 * 1024;

/// The header by which the server names every request, whatever its sender called it.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest name of a request, in bytes.
const LONGEST_NAME: usize = 128;

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
    let envelope = read(&shared, body, signature).await;
    let envelope = envelope.inspect_err(|refusal| shared.doubts.refused(refusal))?;
    let mut sorted = Sorted::new(envelope, &shared.number, |sender| shared.answers(sender));
    shared.doubts.brought(&sorted);
    let request = name(&headers);
    for Arrived { inbound, sender, .. } in &mut sorted.messages {
        inbound.request.clone_from(&request);
        inbound.rate = shared.rate.map(|rate| sender.allowance(rate));
    }
    shared.store(sorted).await.map_err(Refusal::Store)?;
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

/// The name of the request, which is kept with the messages so that their answer's log lines are
/// found by it.
fn name(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let is_sane = (1..=LONGEST_NAME).contains(&name.len());
    is_sane.then(|| name.to_owned())
}
