//! What is counted. Labels are kinds, of which there are few; never anything that someone said.

use conversation::ports::Accepted;
use metrics::counter;

use crate::CHANNEL;

/// An update was taken.
pub(crate) fn took(kind: &'static str) {
    counter!("openclaw_webhook_updates_total", "channel" => CHANNEL, "kind" => kind).increment(1);
}

/// A request to the webhook was refused.
pub(crate) fn refused(reason: &'static str) {
    counter!("openclaw_webhook_refused_total", "channel" => CHANNEL, "reason" => reason)
        .increment(1);
}

/// A message was handed to the store.
pub(crate) fn accepted(accepted: &Accepted) {
    let outcome = match accepted {
        Accepted::New(_) => "new",
        Accepted::Duplicate(..) => "duplicate",
        Accepted::Conflict => "conflict",
        Accepted::Recorded(_) => "recorded",
    };
    counter!("openclaw_messages_accepted_total", "channel" => CHANNEL, "outcome" => outcome)
        .increment(1);
}

/// A message was kept without an answer of its own, since too many of its conversation wait.
pub(crate) fn recorded() {
    counter!("openclaw_messages_accepted_total", "channel" => CHANNEL, "outcome" => "recorded")
        .increment(1);
}

/// A part waits for the pace of its chat, or of all.
pub(crate) fn paced(lane: &'static str) {
    counter!("openclaw_telegram_paced_total", "lane" => lane).increment(1);
}

/// Nobody knows whether a message went out. Replies that are sent so are counted where they are sent
/// from; this counts the drafts that come before them.
pub(crate) fn uncertain() {
    counter!("openclaw_sends_uncertain_total").increment(1);
}

/// The Bot API was called.
pub(crate) fn called(method: &'static str, outcome: &'static str) {
    counter!("openclaw_telegram_calls_total", "method" => method, "outcome" => outcome)
        .increment(1);
}
