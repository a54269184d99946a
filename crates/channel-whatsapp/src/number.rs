//! The phone number of a person whose conversation is named by an id.
//!
//! Meta asks for replies to the number where it is known, since only who is written to by number
//! goes on being told with it. The number is kept beside the id that it was told with: who changes
//! the number gets another id, and the number from before may be somebody else's by then.

use conversation::Reach;

use crate::address::{Address, is_international};

/// The way to a person by the number that was told beside the id, if it can be one.
pub(crate) fn reach(id: &str, number: &str) -> Option<Reach> {
    is_international(number).then(|| Reach(format!("{id} {number}")))
}

/// The number of the person at `address`, if it was told beside this very id.
pub(crate) fn number<'a>(address: &Address, reach: Option<&'a Reach>) -> Option<&'a str> {
    let Address::User(id) = address else { return None };
    let number = reach?.0.strip_prefix(id.as_str())?.strip_prefix(' ')?;
    is_international(number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "4915112345678";

    fn user(id: &str) -> Address {
        Address::User(id.to_owned())
    }

    #[test]
    fn a_number_is_known_of_whom_it_was_told_and_of_nobody_else() {
        let reach = reach("DE.7", NUMBER);
        assert_eq!(number(&user("DE.7"), reach.as_ref()), Some(NUMBER));
        for other in [user("DE.78"), user("DE."), user("US.7"), Address::Phone(NUMBER.to_owned())] {
            assert_eq!(number(&other, reach.as_ref()), None);
        }
        assert_eq!(number(&user("DE.7"), None), None);
    }

    #[test]
    fn only_what_can_be_a_number_is_one() {
        for wrong in ["", "<NUMBER>", "12345", "0151123456789", "+4915112345678", "49 1511234567"] {
            assert_eq!(reach("DE.7", wrong), None, "{wrong}");
            let stored = Reach(format!("DE.7 {wrong}"));
            assert_eq!(number(&user("DE.7"), Some(&stored)), None, "{wrong}");
        }
    }
}
