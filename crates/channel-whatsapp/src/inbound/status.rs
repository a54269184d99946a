//! One element of `statuses[]`: what became of a message of ours.

use conversation::Timestamp;
use serde_json::Value;

use super::change::Reading;
use super::contacts::Contacts;
use super::fault::Fault;
use super::sender::moment;
use super::updates::{Annotation, Malformed, Status, StatusState, Update};
use super::wire::{list, text};
use crate::address::Address;
use crate::reference::Reference;

pub(super) fn read(element: &Value, contacts: &Contacts, now: Timestamp) -> Reading {
    let malformed = |why| Malformed { element: "status", why };
    let receipt = text(element, "id").ok_or(malformed("it names no message"))?;
    let status = text(element, "status").ok_or(malformed("it names no state"))?;
    let conversation = recipient(element, contacts).and_then(|to| to.conversation().ok());
    let data = text(element, "biz_opaque_callback_data");
    let status = Status {
        receipt,
        state: state(status, element),
        reference: data.and_then(|data| Reference::parse(&data)),
        conversation,
        at: moment(element, now),
    };
    Ok(Update::Annotation(Annotation::Status(Box::new(status))))
}

fn state(status: String, element: &Value) -> StatusState {
    match status.as_str() {
        "sent" => StatusState::Sent,
        "delivered" => StatusState::Delivered,
        "read" => StatusState::Read,
        "played" => StatusState::Played,
        "failed" => {
            let error = list(element, "errors").first().unwrap_or(&Value::Null);
            StatusState::Failed(Fault::read(error))
        }
        _ => StatusState::Other(status),
    }
}

fn recipient(element: &Value, contacts: &Contacts) -> Option<Address> {
    let to = text(element, "recipient_id");
    if text(element, "recipient_type").as_deref() == Some("group") {
        return to.map(Address::Group);
    }
    let user_id = text(element, "recipient_user_id");
    let told = to.map(|to| Address::of_person(&to));
    told.or_else(|| {
        let contact = contacts.find(None, user_id.as_deref());
        let phone = contact.and_then(|contact| contact.phone.clone()).map(Address::Phone);
        phone.or(user_id.map(Address::User))
    })
}
