//! Another way to a customer than the name of the conversation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How whoever wrote is reached, in the channel's own words, where the conversation's key doesn't
/// say all: such as by the phone number that stood beside an id. It travels from the message to the
/// parts of its answer, and only the channel reads it: no model, log or caller gets it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reach(pub String);

/// Leaves everything out, so that no number can reach a log line.
impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reach")
    }
}

#[cfg(test)]
mod tests {
    use crate::{Message, Part, Timestamp};

    use super::*;

    #[test]
    fn what_was_stored_without_a_way_stays_readable_and_nothing_is_stored_where_there_is_none() {
        let (message, part) = (r#"{"text":"hi","at":1}"#, r#"{"text":"hi"}"#);
        let read: Message = serde_json::from_str(message).unwrap();
        assert_eq!((&read.reach, serde_json::to_string(&read).unwrap().as_str()), (&None, message));
        let read: Part = serde_json::from_str(part).unwrap();
        assert_eq!((&read.reach, serde_json::to_string(&read).unwrap().as_str()), (&None, part));
    }

    #[test]
    fn a_way_is_stored_and_never_shown() {
        let reach = Some(Reach("4915112345678".to_owned()));
        let message = Message { reach: reach.clone(), ..Message::text("hi", Timestamp(1)) };
        let part = Part { text: "hi".to_owned(), reach, ..Part::default() };
        let stored = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&stored).unwrap(), message);
        let stored = serde_json::to_string(&part).unwrap();
        assert_eq!(serde_json::from_str::<Part>(&stored).unwrap(), part);
        assert!(!format!("{message:?}{part:?}").contains("4915"));
    }
}
