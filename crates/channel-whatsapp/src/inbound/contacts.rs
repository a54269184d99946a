//! The list of contacts that comes with messages and statuses: who the ids belong to.

use std::collections::HashMap;

use serde_json::Value;

use super::wire::{line, object, text};

/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// A person as the list describes one.
#[derive(Clone, Default)]
pub(super) struct Contact {
    pub(super) phone: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) name: Option<String>,
}

/// The contacts of one change.
pub(super) struct Contacts {
    all: Vec<Contact>,
    by_id: HashMap<String, usize>,
    /// The only contact, if everything listed beside it is of one person.
    only: Option<usize>,
}

impl Contacts {
    /// Reads the list that stands beside these elements.
    pub(super) fn new(list: &[Value], beside: &[Value]) -> Self {
        let all: Vec<Contact> = list.iter().map(Contact::read).collect();
        let mut by_id = HashMap::with_capacity(all.len() * 2);
        for (index, contact) in all.iter().enumerate() {
            for id in [&contact.phone, &contact.user_id].into_iter().flatten() {
                by_id.insert(id.clone(), index);
            }
        }
        let mut senders = beside.iter().map(|element| element.get("from"));
        let first = senders.next().flatten();
        let is_one_person = all.len() == 1 && senders.all(|sender| sender == first);
        Self { all, by_id, only: is_one_person.then_some(0) }
    }

    /// The contact that one of these ids names. A person's WhatsApp id isn't always the phone
    /// number, so the only contact beside elements of one person is that person, whatever its
    /// number, unless the user ids contradict each other.
    pub(super) fn find(&self, phone: Option<&str>, user_id: Option<&str>) -> Option<&Contact> {
        let named = [phone, user_id].into_iter().flatten().find_map(|id| self.by_id.get(id));
        if let Some(contact) = named.and_then(|index| self.all.get(*index)) {
            return Some(contact);
        }
        let only = self.only.and_then(|index| self.all.get(index))?;
        let contradicts = user_id.is_some() && only.user_id.is_some();
        (!contradicts).then_some(only)
    }
}

impl Contact {
    fn read(contact: &Value) -> Self {
        let profile = object(contact, "profile");
        let name =
            profile.and_then(|profile| text(profile, "name").or_else(|| text(profile, "username")));
        Self {
            phone: text(contact, "wa_id"),
            user_id: text(contact, "user_id"),
            name: name.map(|name| line(&name, LONGEST_NAME)).filter(|name| !name.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name_of(contacts: &Contacts, phone: Option<&str>, user_id: Option<&str>) -> Option<String> {
        contacts.find(phone, user_id).and_then(|contact| contact.name.clone())
    }

    #[test]
    fn a_sender_is_found_by_number_or_by_id() {
        let list = [
            json!({"wa_id": "1", "user_id": "US.1", "profile": {"name": "One"}}),
            json!({"wa_id": "2", "profile": {"username": "two"}}),
            json!({"user_id": "US.3", "profile": {"name": "Three"}}),
            json!("nonsense"),
        ];
        let contacts = Contacts::new(&list, &[]);
        assert_eq!(name_of(&contacts, Some("1"), None).as_deref(), Some("One"));
        assert_eq!(name_of(&contacts, Some("2"), None).as_deref(), Some("two"));
        assert_eq!(name_of(&contacts, None, Some("US.3")).as_deref(), Some("Three"));
        assert_eq!(name_of(&contacts, Some("4"), None), None);
        assert_eq!(name_of(&contacts, None, None), None);
    }

    #[test]
    fn the_only_contact_is_the_only_sender_even_under_another_number() {
        let only = [json!({"wa_id": "1", "user_id": "US.1", "profile": {"name": "One"}})];
        let contacts = Contacts::new(&only, &[json!({"from": "52"}), json!({"from": "52"})]);
        assert_eq!(name_of(&contacts, Some("52"), None).as_deref(), Some("One"));
        assert_eq!(name_of(&contacts, None, None).as_deref(), Some("One"));
        assert_eq!(name_of(&contacts, Some("52"), Some("US.2")), None);
    }

    #[test]
    fn the_only_contact_is_none_of_several_senders() {
        let only = [json!({"wa_id": "1", "user_id": "US.1", "profile": {"name": "One"}})];
        let contacts = Contacts::new(&only, &[json!({"from": "1"}), json!({"from": "2"})]);
        assert_eq!(name_of(&contacts, Some("1"), None).as_deref(), Some("One"));
        assert_eq!(name_of(&contacts, Some("2"), None), None);
    }
}
