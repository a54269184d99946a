//! Who may be heard.

use std::str::FromStr;

/// One entry of an allow-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Everyone.
    Anyone,
    /// A person by the id, which is positive, or a group by the id, which is negative.
    Id(i64),
    /// A person by the username, without the `@` and in small letters.
    Username(String),
}

/// Why a text is no entry of an allow-list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an entry is a numeric id such as 123456789 (or -1001234567890 for a group), a username such as @ann, or \"*\""
)]
pub struct InvalidEntry;

impl FromStr for Entry {
    type Err = InvalidEntry;

    /// A leading `telegram:` or `tg:` is left out, since lists that name several channels have it.
    fn from_str(text: &str) -> Result<Self, InvalidEntry> {
        let text = text.trim();
        let text = ["telegram:", "tg:"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(text);
        if text == "*" {
            return Ok(Self::Anyone);
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        let name = text.strip_prefix('@').unwrap_or(text);
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let starts_with_letter = name.starts_with(|first: char| first.is_ascii_alphabetic());
        if (1..=32).contains(&name.len()) && name.bytes().all(fits) && starts_with_letter {
            return Ok(Self::Username(name.to_ascii_lowercase()));
        }
        Err(InvalidEntry)
    }
}

/// Who may be heard: whoever one of the entries fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(pub Vec<Entry>);

impl AllowList {
    /// Whether nobody is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a person is named.
    #[must_use]
    pub fn has_person(&self, id: Option<i64>, username: Option<&str>) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::Anyone => true,
            Entry::Id(known) => id == Some(*known),
            Entry::Username(known) => {
                username.is_some_and(|username| username.eq_ignore_ascii_case(known))
            }
        })
    }

    /// Whether a group is named.
    #[must_use]
    pub fn has_group(&self, id: i64) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::Anyone => true,
            Entry::Id(known) => id == *known,
            Entry::Username(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_people_write_them() {
        for (text, entry) in [
            ("*", Entry::Anyone),
            ("6962620676", Entry::Id(6_962_620_676)),
            ("tg:-1001234567489", Entry::Id(-1_001_234_567_489)),
            ("@Ann_7", Entry::Username("ann_7".into())),
            ("telegram:ann", Entry::Username("ann".into())),
        ] {
            assert_eq!(text.parse(), Ok(entry), "{text}");
        }
        for text in ["", "@", "ann lee", "+49 170", "@7ann", "99999999999999999999", "a-b"] {
            assert_eq!(text.parse::<Entry>(), Err(InvalidEntry), "{text}");
        }
    }

    #[test]
    fn whoever_an_entry_fits_is_named() {
        let list = AllowList(vec![Entry::Id(7), Entry::Username("ann".into()), Entry::Id(-5)]);
        assert!(list.has_person(Some(7), None));
        assert!(list.has_person(Some(8), Some("Ann")));
        assert!(!list.has_person(Some(8), Some("anna")));
        assert!(!list.has_person(None, None));
        assert!(list.has_group(-5));
        assert!(!list.has_group(-6));
        assert!(AllowList(vec![Entry::Anyone]).has_group(-6));
    }
}
