//! What is counted. Labels are kinds, of which there are few; never anything that someone said.

use metrics::counter;

/// An update was taken.
pub(crate) fn took(kind: &'static str) {
    counter!("openclaw_telegram_updates_total", "kind" => kind).increment(1);
}

/// A request to the webhook was refused.
pub(crate) fn refused(reason: &'static str) {
    counter!("openclaw_telegram_webhook_refusals_total", "reason" => reason).increment(1);
}

/// A part waits for the pace of its chat, or of all.
pub(crate) fn paced(lane: &'static str) {
    counter!("openclaw_telegram_paced_total", "lane" => lane).increment(1);
}

/// The Bot API was called.
pub(crate) fn called(method: &'static str, outcome: &'static str) {
    counter!("openclaw_telegram_calls_total", "method" => method, "outcome" => outcome)
        .increment(1);
}
