//! The envelope: `entry[]` of `changes[]`, each for one field and one business number.

use conversation::{Timestamp, readable_json};
use serde_json::Value;

use super::change;
use super::updates::{Change, Envelope, Malformed};

/// A body that isn't JSON at all. Everything else is acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("the body is not JSON: {0}")]
pub struct NotJson(#[from] serde_json::Error);

/// Translates the body of a webhook that came `now`.
///
/// # Errors
/// [`NotJson`]. No JSON is refused, however odd it is: what can't be kept is replaced, and told as
/// an element that can't be read.
pub fn decode(body: &[u8], now: Timestamp) -> Result<Envelope, NotJson> {
    match serde_json::from_slice(body) {
        Ok(envelope) => Ok(of_envelope(&envelope, now)),
        Err(_) => {
            let mut envelope = of_envelope(&serde_json::from_slice(&readable_json(body))?, now);
            envelope.changes.extend(of_malformed(REPLACED).changes);
            Ok(envelope)
        }
    }
}

/// Customers can bring this about, by half of a character for example.
const REPLACED: Malformed =
    Malformed { element: "envelope", why: "it holds what no text or number can be, now replaced" };

fn of_envelope(envelope: &Value, now: Timestamp) -> Envelope {
    let Some(entries) = list_in(envelope, "entry") else {
        let malformed = Malformed { element: "envelope", why: "there is no list of entries" };
        return of_malformed(malformed);
    };
    let changes = entries.iter().flat_map(|entry| of_entry(entry, now)).collect();
    Envelope { changes }
}

fn of_entry(entry: &Value, now: Timestamp) -> Vec<Change> {
    let Some(changes) = list_in(entry, "changes") else {
        let malformed = Malformed { element: "entry", why: "there is no list of changes" };
        return of_malformed(malformed).changes;
    };
    changes.iter().map(|change| change::read(change, now)).collect()
}

/// The list under `key`, which may be empty: whoever tries the webhook out sends nothing in it.
fn list_in<'a>(object: &'a Value, key: &str) -> Option<&'a Vec<Value>> {
    object.get(key).and_then(Value::as_array)
}

fn of_malformed(malformed: Malformed) -> Envelope {
    Envelope { changes: vec![Change { malformed: vec![malformed], ..Change::default() }] }
}
