//! Reading a body up to the limit.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use super::refusal::Refusal;

/// How much of a body that is too large is read and thrown away before the answer. A sender that
/// is cut off while it still sends often never sees the answer that tells it why.
const DISCARD_BYTES: usize = 8 * 1024 * 1024;

/// The whole body, of at most `limit` bytes.
pub(super) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
) -> Result<Bytes, Refusal> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: usize| bytes > limit) {
        discard(body).await;
        return Err(Refusal::TooLarge(limit));
    }
    let mut whole = BytesMut::with_capacity(announced.unwrap_or(0));
    while let Some(data) = next(&mut body).await? {
        if whole.len() + data.len() > limit {
            drop(whole);
            discard(body).await;
            return Err(Refusal::TooLarge(limit));
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Reads the rest of a body that is not wanted.
pub(super) async fn discard(mut body: Body) {
    let mut left = DISCARD_BYTES;
    while let Ok(Some(data)) = next(&mut body).await {
        match left.checked_sub(data.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// The next piece, without trailers.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|_| Refusal::Incomplete)?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
