//! Says in the log and in the figures that a message of ours will not arrive, since only a webhook
//! tells of it.

use conversation::ports::Received;
use tracing::{debug, error, info, warn};

use crate::figures;
use crate::graph::Complaint;
use crate::inbound::{Fault, Status, StatusState};

/// Why a message will not arrive, without what WhatsApp says itself, which may name the customer.
pub(super) fn reason(fault: &Fault) -> String {
    format!("{} (error {})", Complaint::of_code(fault.code).explanation(), fault.code)
}

/// Tells of a status what an operator should know, once however often it comes. Of messages that
/// other apps sent `received` is nothing.
pub(super) fn tell(status: &Status, received: Option<Received>) {
    let StatusState::Failed(fault) = &status.state else {
        debug!(state = ?status.state, ?received, "a status of a message");
        return;
    };
    if received == Some(Received::Duplicate) {
        debug!(code = fault.code, "a failure that was told before");
        return;
    }
    let complaint = Complaint::of_code(fault.code);
    figures::complaint("status", complaint);
    if received.is_some() {
        figures::undelivered(complaint);
    }
    let code = fault.code;
    let reference = status.reference.as_ref();
    let part = reference.map(|reference| reference.part.as_str());
    let conversation = reference.map(|reference| reference.conversation.to_string());
    let why = complaint.explanation();
    match complaint {
        Complaint::OutsideWindow | Complaint::Account | Complaint::SpamLimit => {
            error!(code, conversation, part, "a reply was not delivered: {why}");
        }
        Complaint::Undeliverable => {
            info!(code, conversation, part, "a reply was not delivered: {why}");
        }
        Complaint::PairLimit
        | Complaint::Throughput
        | Complaint::AppLimit
        | Complaint::Unauthorised
        | Complaint::Invalid
        | Complaint::Transient
        | Complaint::Unknown => {
            warn!(code, conversation, part, "a reply was not delivered: {why}");
        }
    }
}
