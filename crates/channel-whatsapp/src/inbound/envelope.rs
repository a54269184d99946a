//! The envelope: `entry[]` of `changes[]`, each for one field and one business number.

use conversation::Timestamp;
use serde_json::Value;

use super::change;
use super::updates::{Change, Envelope, Malformed};
use super::wire::list;

/// A body that isn't JSON at all. Everything else is acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("the body is not JSON: {0}")]
pub struct NotJson(#[from] serde_json::Error);

/// Translates the body of a webhook that came `now`.
///
/// # Errors
/// [`NotJson`]. No JSON is refused, however odd it is.
pub fn decode(body: &[u8], now: Timestamp) -> Result<Envelope, NotJson> {
    let envelope: Value = serde_json::from_slice(body)?;
    let entries = list(&envelope, "entry");
    if entries.is_empty() {
        let malformed = Malformed { element: "envelope", why: "there is no list of entries" };
        return Ok(of_malformed(malformed));
    }
    let changes = entries.iter().flat_map(|entry| of_entry(entry, now)).collect();
    Ok(Envelope { changes })
}

fn of_entry(entry: &Value, now: Timestamp) -> Vec<Change> {
    let changes = list(entry, "changes");
    if changes.is_empty() {
        let malformed = Malformed { element: "entry", why: "there is no list of changes" };
        return of_malformed(malformed).changes;
    }
    changes.iter().map(|change| change::read(change, now)).collect()
}

fn of_malformed(malformed: Malformed) -> Envelope {
    Envelope { changes: vec![Change { malformed: vec![malformed], ..Change::default() }] }
}
