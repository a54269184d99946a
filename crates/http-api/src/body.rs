//! Reads the body of an API request: JSON by its content type, and no larger than the limit.

use std::error::Error as _;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use crate::problem::Problem;
use crate::serve::BodyTooSlow;

/// How much of a body that is too large is read and thrown away before the answer. A client that
/// is cut off while it still sends often never sees the answer that tells it why.
const DISCARD_BYTES: usize = 8 * 1024 * 1024;

/// Reads a JSON body of at most `limit` bytes.
pub(crate) async fn read_json(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Bytes, Problem> {
    check_content_type(headers)?;
    check_content_encoding(headers)?;
    let announced = announced_bytes(headers);
    if announced.is_some_and(|bytes| bytes > limit) {
        if headers.get(EXPECT).is_none() {
            discard(body).await;
        }
        return Err(too_large(limit, announced));
    }
    collect(body, limit).await
}

/// `application/json`, or any other type whose suffix says that it is JSON.
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Err(wrong_type("there is no Content-Type"));
    };
    let whole = String::from_utf8_lossy(value.as_bytes());
    let essence = whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json { Ok(()) } else { Err(wrong_type(&format!("this one is {essence:?}"))) }
}

/// A compressed body would be read as JSON that is none.
fn check_content_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let encodings = headers.get_all(CONTENT_ENCODING);
    if encodings.iter().all(|value| value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "The body must be sent as it is, without the header Content-Encoding: no compression is \
         taken here.",
    ))
}

fn wrong_type(found: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        format!("The body must be sent as 'Content-Type: application/json'; {found}."),
    )
}

fn announced_bytes(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::new();
    let mut first = Bytes::new();
    while let Some(data) = next(&mut body).await? {
        if first.len() + whole.len() + data.len() > limit {
            drop((first, whole));
            discard(body).await;
            return Err(too_large(limit, None));
        }
        // Nearly every body arrives in one piece, which then isn't copied.
        match (first.is_empty(), whole.is_empty()) {
            (true, true) => first = data,
            (false, _) => {
                whole.extend_from_slice(&std::mem::take(&mut first));
                whole.extend_from_slice(&data);
            }
            (true, false) => whole.extend_from_slice(&data),
        }
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

/// The next piece, without trailers.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(broken)?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

async fn discard(mut body: Body) {
    let mut left = DISCARD_BYTES;
    while let Ok(Some(data)) = next(&mut body).await {
        match left.checked_sub(data.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

fn too_large(limit: usize, found: Option<usize>) -> Problem {
    let found = found.map_or_else(String::new, |bytes| format!("; this one has {bytes}"));
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("The body takes at most {limit} bytes{found}."),
    )
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn broken(error: axum::Error) -> Problem {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(slow) = inner.downcast_ref::<BodyTooSlow>() {
            return Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                format!("The body must arrive within {} s.", slow.limit.as_secs()),
            );
        }
        cause = inner.source();
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        "The body ended before it was complete, or its chunks can't be read.",
    )
}
