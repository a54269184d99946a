//! Says in the log that a message of ours will not arrive, since only a webhook tells of it.

use tracing::{debug, error, warn};

use crate::figures;
use crate::graph::Complaint;
use crate::inbound::{Status, StatusState};

/// Tells of a status what an operator should know.
pub(super) fn tell(status: &Status) {
    let StatusState::Failed(fault) = &status.state else {
        debug!(state = ?status.state, "a status of a message");
        return;
    };
    let complaint = Complaint::of_code(fault.code);
    figures::complaint("status", complaint);
    let part = status.reference.as_ref().map(|reference| reference.part.as_str());
    let (code, conversation) = (fault.code, &status.conversation);
    match complaint {
        Complaint::OutsideWindow | Complaint::Account | Complaint::SpamLimit => error!(
            code,
            ?conversation,
            ?part,
            "a reply was not delivered: {}",
            complaint.explanation()
        ),
        Complaint::PairLimit
        | Complaint::Throughput
        | Complaint::AppLimit
        | Complaint::Unauthorised
        | Complaint::Undeliverable
        | Complaint::Invalid
        | Complaint::Transient
        | Complaint::Unknown => warn!(
            code,
            ?conversation,
            ?part,
            "a reply was not delivered: {}",
            complaint.explanation()
        ),
    }
}
