//! The list of contacts that comes with messages and statuses: who the ids belong to.

use std::collections::HashMap;

use serde_json::Value;

use super::wire::{cut, object, text};

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
}

impl Contacts {
    pub(super) fn new(list: &[Value]) -> Self {
        let all: Vec<Contact> = list.iter().map(Contact::read).collect();
        let mut by_id = HashMap::with_capacity(all.len() * 2);
        for (index, contact) in all.iter().enumerate() {
            for id in [&contact.phone, &contact.user_id].into_iter().flatten() {
                by_id.insert(id.clone(), index);
            }
        }
        Self { all, by_id }
    }

    /// The contact that one of these ids names. Where only one contact is listed, it is also the
    /// one that says what an element leaves out, unless the two contradict each other.
    pub(super) fn find(&self, phone: Option<&str>, user_id: Option<&str>) -> Option<&Contact> {
        let named = [phone, user_id].into_iter().flatten().find_map(|id| self.by_id.get(id));
        if let Some(contact) = named.and_then(|index| self.all.get(*index)) {
            return Some(contact);
        }
        let [only] = self.all.as_slice() else { return None };
        let contradicts = |told: Option<&str>, listed: &Option<String>| {
            told.is_some() && listed.is_some() && told != listed.as_deref()
        };
        let contradicted = contradicts(phone, &only.phone) || contradicts(user_id, &only.user_id);
        (!contradicted).then_some(only)
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
            name: name.map(|name| cut(name, LONGEST_NAME)),
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
        let contacts = Contacts::new(&list);
        assert_eq!(name_of(&contacts, Some("1"), None).as_deref(), Some("One"));
        assert_eq!(name_of(&contacts, Some("2"), None).as_deref(), Some("two"));
        assert_eq!(name_of(&contacts, None, Some("US.3")).as_deref(), Some("Three"));
        assert_eq!(name_of(&contacts, Some("4"), None), None);
        assert_eq!(name_of(&contacts, None, None), None);
    }

    #[test]
    fn the_only_contact_completes_an_element_that_it_does_not_contradict() {
        let only = [json!({"wa_id": "1", "user_id": "US.1", "profile": {"name": "One"}})];
        let contacts = Contacts::new(&only);
        assert_eq!(name_of(&contacts, None, None).as_deref(), Some("One"));
        assert_eq!(name_of(&contacts, Some("2"), None), None);
        assert_eq!(name_of(&contacts, None, Some("US.2")), None);
    }
}
