//! Who sent an element, by whichever ids it tells.

use conversation::{Allowance, Author, ConversationId, DedupeKey, Rate, Reach, Timestamp};
use serde_json::Value;

use super::contacts::Contacts;
use super::updates::Malformed;
use super::wire::text;
use crate::address::Address;
use crate::number;

/// The person who sent a message, by every id that is known.
#[derive(Clone, PartialEq, Eq)]
pub struct Sender {
    /// The phone number, without the plus. WhatsApp doesn't always tell it.
    pub phone: Option<String>,
    /// The id that is scoped to the business. Older webhooks don't tell it.
    pub user_id: Option<String>,
    /// The group that the message was sent to, if it was sent to one.
    pub group: Option<String>,
}

impl Sender {
    /// A person by what is known of one.
    pub(super) fn person(phone: Option<String>, user_id: Option<String>) -> Self {
        Self { phone: phone.filter(|phone| !phone.is_empty()), user_id, group: None }
    }

    /// Where an answer goes, which also names the conversation: the group, else the id, else the
    /// number. The id comes with every message, and the number only while the person shows it, so
    /// a number that appears or disappears changes nothing.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        let group = self.group.clone().map(Address::Group);
        let user = || self.user_id.clone().map(Address::User);
        let phone = || self.phone.clone().map(Address::Phone);
        group.or_else(user).or_else(phone)
    }

    /// The conversation that this person had while only the number was known, if both are now.
    #[must_use]
    pub fn formerly(&self) -> Option<ConversationId> {
        match (&self.group, &self.user_id, &self.phone) {
            (None, Some(_), Some(phone)) => Address::Phone(phone.clone()).conversation().ok(),
            _ => None,
        }
    }

    /// The way to this person by the number, where the conversation is named by the id beside it.
    #[must_use]
    pub fn reach(&self) -> Option<Reach> {
        match (&self.group, &self.user_id, &self.phone) {
            (None, Some(id), Some(phone)) => number::reach(id, phone),
            _ => None,
        }
    }

    /// Whose messages the rate counts: in a group those of each who writes there, so that nobody
    /// uses up what the others have.
    #[must_use]
    pub fn allowance(&self, rate: Rate) -> Allowance {
        let speaker = self.user_id.as_deref().or(self.phone.as_deref());
        let sender = speaker.filter(|_| self.group.is_some()).map(conversation::Sender::named);
        Allowance { rate, sender }
    }
}

/// What every element of a person has.
pub(super) struct Origin {
    pub(super) conversation: ConversationId,
    pub(super) sender: Sender,
    pub(super) author: Author,
    pub(super) key: DedupeKey,
    pub(super) at: Timestamp,
}

impl Origin {
    /// Reads who sent `message`, when, and under which id.
    pub(super) fn read(
        message: &Value,
        contacts: &Contacts,
        now: Timestamp,
    ) -> Result<Self, Malformed> {
        let malformed = |why| Malformed { element: "message", why };
        if !message.is_object() {
            return Err(malformed("it is no object"));
        }
        let key = text(message, "id").ok_or(malformed("it has no id"))?;
        let key = DedupeKey::new(key).map_err(|_| malformed("its id is too long"))?;
        let (sender, name) = of_person(message, contacts);
        let address = sender.address().ok_or(malformed("it names no sender"))?;
        let conversation =
            address.conversation().map_err(|_| malformed("its sender's id is too long"))?;
        let author = Author { display_name: name, language: None };
        Ok(Self { conversation, sender, author, key, at: moment(message, now) })
    }
}

fn of_person(message: &Value, contacts: &Contacts) -> (Sender, Option<String>) {
    let told = text(message, "from").map(|from| Address::of_person(&from));
    let (mut phone, mut user_id) = match told {
        Some(Address::Phone(phone)) if !phone.is_empty() => (Some(phone), None),
        Some(Address::User(id)) => (None, Some(id)),
        Some(Address::Phone(_) | Address::Group(_)) | None => (None, None),
    };
    user_id = text(message, "from_user_id").or(user_id);
    let contact = contacts.find(phone.as_deref(), user_id.as_deref());
    if let Some(contact) = contact {
        phone = phone.or_else(|| contact.phone.clone());
        user_id = user_id.or_else(|| contact.user_id.clone());
    }
    let name = contact.and_then(|contact| contact.name.clone());
    (Sender { group: text(message, "group_id"), ..Sender::person(phone, user_id) }, name)
}

/// When something happened, which is never later than now.
pub(super) fn moment(element: &Value, now: Timestamp) -> Timestamp {
    let seconds = text(element, "timestamp").and_then(|seconds| seconds.parse::<u64>().ok());
    match seconds {
        Some(seconds @ 1..) => Timestamp(seconds.saturating_mul(1000)).min(now),
        Some(0) | None => now,
    }
}
