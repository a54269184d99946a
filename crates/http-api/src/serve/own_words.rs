//! Answers to what never becomes a request, and so never reaches a router: a header that is too
//! large, too slow, or none. hyper refuses these by itself with an empty body; here they get the
//! shape and the name that every error has.

use axum::http::StatusCode;

use crate::identity::random_hex;
use crate::problem::Problem;

/// The end of a header.
const END: &[u8] = b"\r\n\r\n";

/// The whole answer that says this, and that the connection ends.
pub(super) fn refusal(problem: &Problem) -> Vec<u8> {
    whole(problem, "")
}

/// What to send in place of `written`, if that is a refusal of hyper's own. Whatever comes from
/// the router has a name already.
pub(super) fn instead_of(written: &[u8]) -> Option<Vec<u8>> {
    if !written.starts_with(b"HTTP/1.1 4") || !written.ends_with(END) {
        return None;
    }
    let head = std::str::from_utf8(written).ok()?;
    if head.contains("x-request-id:") {
        return None;
    }
    let status = StatusCode::from_bytes(written.get(9..12)?).ok()?;
    let date = head.split_inclusive("\r\n").find(|line| line.starts_with("date:"));
    Some(whole(&Problem::of_status(status), date.unwrap_or_default()))
}

fn whole(problem: &Problem, date: &str) -> Vec<u8> {
    let random = random_hex();
    let id = String::from_utf8_lossy(&random);
    let status = problem.status;
    tracing::debug!(request_id = %id, status = status.as_u16(), "refused what is no request");
    let body = problem.body(&id);
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{date}content-type: application/json\r\ncontent-length: {length}\r\n\
         x-request-id: {id}\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n\
         connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}
