//! What the channel counts. Labels are few, whatever visitors send.

use crate::token::CHANNEL;

const ACCEPTED: &str = "openclaw_messages_accepted_total";
const REFUSED: &str = "openclaw_webchat_refused_total";
const STREAMS: &str = "openclaw_webchat_streams";

/// Says what the figures mean, to whatever recorder is installed.
pub(crate) fn describe() {
    metrics::describe_counter!(REFUSED, "Requests of Web Chat that were refused, by reason");
    metrics::describe_gauge!(STREAMS, "Event streams of Web Chat that this replica keeps open");
}

/// A request was refused.
pub(crate) fn refused(reason: &'static str) {
    metrics::counter!(REFUSED, "reason" => reason).increment(1);
}

/// A message was handed to the store.
pub(crate) fn accepted(outcome: &'static str) {
    metrics::counter!(ACCEPTED, "channel" => CHANNEL, "outcome" => outcome).increment(1);
}

/// So many streams are open.
pub(crate) fn streams(open: usize) {
    metrics::gauge!(STREAMS).set(f64::from(u32::try_from(open).unwrap_or(u32::MAX)));
}
