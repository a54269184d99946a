//! What the channel counts. Labels are few, whatever customers or WhatsApp send.

use crate::graph::Complaint;

const COMPLAINTS: &str = "openclaw_whatsapp_complaints_total";
const UPDATES: &str = "openclaw_webhook_updates_total";
const REFUSED: &str = "openclaw_webhook_refused_total";
const UNDELIVERED: &str = "openclaw_undelivered_replies_total";
const ACCEPTED: &str = "openclaw_messages_accepted_total";

/// Says what the figures mean, to whatever recorder is installed.
pub(crate) fn describe() {
    metrics::describe_counter!(
        COMPLAINTS,
        "Errors of WhatsApp's, by where they came and by kind; those of status_of_others are of \
         messages that this gateway didn't send"
    );
    metrics::describe_counter!(UPDATES, "Updates that webhooks brought, by channel and kind");
    metrics::describe_counter!(
        UNDELIVERED,
        "Replies that their customers will not get since the provider refuses or fails to deliver \
         them, by channel and reason"
    );
    metrics::describe_counter!(REFUSED, "Webhooks that were refused, by channel and reason");
    // An alert looks for an increase, which a figure that begins at one doesn't have.
    for complaint in Complaint::ALL {
        undelivered_by(complaint, 0);
    }
}

/// WhatsApp complained, in answer to a `call` or in a webhook.
pub(crate) fn complaint(call: &'static str, complaint: Complaint) {
    metrics::counter!(COMPLAINTS, "call" => call, "kind" => complaint.label()).increment(1);
}

/// A reply will not arrive.
pub(crate) fn undelivered(complaint: Complaint) {
    undelivered_by(complaint, 1);
}

fn undelivered_by(complaint: Complaint, count: u64) {
    let (channel, reason) = (crate::CHANNEL, complaint.label());
    metrics::counter!(UNDELIVERED, "channel" => channel, "reason" => reason).increment(count);
}

/// A webhook brought `count` updates of a kind.
pub(crate) fn updates(kind: &'static str, count: u64) {
    if count > 0 {
        metrics::counter!(UPDATES, "channel" => crate::CHANNEL, "kind" => kind).increment(count);
    }
}

/// A webhook was refused.
pub(crate) fn refused(reason: &'static str) {
    metrics::counter!(REFUSED, "channel" => crate::CHANNEL, "reason" => reason).increment(1);
}

/// Messages were handed to the store.
pub(crate) fn accepted(outcome: &'static str, count: u64) {
    if count > 0 {
        let channel = crate::CHANNEL;
        metrics::counter!(ACCEPTED, "channel" => channel, "outcome" => outcome).increment(count);
    }
}
