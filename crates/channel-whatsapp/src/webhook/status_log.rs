//! Says in the log and in the figures that a message of ours will not arrive, since only a webhook
//! tells of it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use conversation::Digest;
use conversation::ports::Received;
use tracing::{debug, error, info, warn};

use crate::figures;
use crate::graph::Complaint;
use crate::inbound::{Fault, Status, StatusState};

/// How many replies are remembered that the store doesn't know.
const MOST: usize = 10_000;

/// Replies of ours that the store keeps no more, and whose failure was told, so that this process
/// tells it once for all parts and however often it comes.
#[derive(Default)]
pub(super) struct Forgotten(Mutex<HashSet<(Digest, String)>>);

impl Forgotten {
    /// Whether nothing was told of this status's reply, and notes that it is now.
    fn is_new(&self, status: &Status) -> bool {
        let Some(reference) = &status.reference else { return false };
        let Some((turn, _)) = reference.turn_and_part() else { return false };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST {
            told.clear();
        }
        told.insert((reference.conversation, turn.to_owned()))
    }
}

/// Why a message will not arrive, without what WhatsApp says itself, which may name the customer.
pub(super) fn reason(fault: &Fault) -> String {
    format!("{} (error {})", Complaint::of_code(fault.code).explanation(), fault.code)
}

/// Tells of a status what an operator should know, once however often it comes. `received` is
/// nothing where the status names no reply of a gateway.
pub(super) fn tell(status: &Status, received: Option<Received>, forgotten: &Forgotten) {
    let StatusState::Failed(fault) = &status.state else {
        debug!(state = ?status.state, ?received, "a status of a message");
        return;
    };
    let complaint = Complaint::of_code(fault.code);
    let code = fault.code;
    match received {
        Some(Received::Undelivered) => {
            figures::complaint("status", complaint);
            figures::undelivered(complaint);
            alert("a reply was not delivered", status, code, complaint);
        }
        // The reply was given up when another part of it failed.
        Some(Received::Recorded) => {
            figures::complaint("status", complaint);
            debug!(code, "another part of a reply was not delivered");
        }
        Some(Received::Duplicate) => debug!(code, "a failure that was told before"),
        // The status carries a reference that only a gateway writes, so a customer waits for it.
        Some(Received::Unknown) if forgotten.is_new(status) => {
            figures::complaint("status", complaint);
            figures::undelivered(complaint);
            alert("a reply that is kept no more was not delivered", status, code, complaint);
        }
        Some(Received::Unknown) => debug!(code, "a failure that was told before"),
        // Whoever else sends from this number sees to it: another app, or a person.
        None => {
            figures::complaint("status_of_others", complaint);
            debug!(code, "a message that no gateway sent was not delivered");
        }
    }
}

/// One line for a reply that its customer won't get: an error where the company is to act on it.
fn alert(what: &'static str, status: &Status, code: i64, complaint: Complaint) {
    let reference = status.reference.as_ref();
    let part = reference.and_then(|reference| reference.turn_and_part()).map(|(_, part)| part);
    let digest = reference.map(|reference| reference.conversation.to_string());
    let conversation = digest.as_deref().and_then(|digest| digest.get(..8));
    let why = complaint.explanation();
    match complaint {
        Complaint::OutsideWindow
        | Complaint::NeedsNumber
        | Complaint::Account
        | Complaint::SpamLimit => {
            error!(code, conversation, part, "{what}: {why}");
        }
        Complaint::Undeliverable => {
            info!(code, conversation, part, "{what}: {why}");
        }
        Complaint::PairLimit
        | Complaint::Throughput
        | Complaint::AppLimit
        | Complaint::Unauthorised
        | Complaint::Invalid
        | Complaint::Transient
        | Complaint::Unknown => {
            warn!(code, conversation, part, "{what}: {why}");
        }
    }
}
