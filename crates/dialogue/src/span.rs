//! The span of a turn: what every log line that is written during it carries.

use std::fmt::{self, Display};

use conversation::ConversationId;
use conversation::ports::{Claim, Waiting};
use tracing::field::{Empty, display};
use tracing::{Span, error_span, info};

/// How many requests are named; a turn may answer hundreds at once.
const NAMED: usize = 3;

/// The most bytes of a request's id that are told.
const ID_BYTES: usize = 128;

/// The span of a turn of this name. A span is left out together with the lines of its level, and
/// even an error must say which turn it is of.
pub(crate) fn of_turn(conversation: &ConversationId, turn: &str) -> Span {
    error_span!("turn", ?conversation, turn, request_ids = Empty)
}

/// Tells the span in which this is called, which is the turn's, what requests the turn answers.
pub(crate) fn name_requests(messages: &[Waiting]) {
    if messages.iter().any(|waiting| waiting.request.is_some()) {
        Span::current().record("request_ids", display(Requests(messages)));
    }
}

/// Logs, once the requests are named, that another replica began to answer them.
pub(crate) fn tell_of_taking_over(claim: &Claim) {
    let deliveries = claim.fence.deliveries;
    if deliveries > 1 {
        info!(deliveries, "taken over from a replica that no longer holds its claim");
    }
}

/// The ids of the requests that brought these messages, the first few of them.
struct Requests<'a>(&'a [Waiting]);

impl Display for Requests<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ids = self.0.iter().filter_map(|waiting| waiting.request.as_deref());
        for (index, id) in ids.by_ref().take(NAMED).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}", id.get(..ID_BYTES).unwrap_or(id))?;
        }
        match ids.count() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::{Digest, KeyDigest, Message, MessageId, Timestamp};

    use super::*;

    fn brought_by(request: Option<&str>) -> Waiting {
        let id =
            MessageId { conversation: Digest([0; 16]), key: KeyDigest([0; 12]), token: [0; 8] };
        let message = Message::text("hello", Timestamp(0));
        Waiting { id, key: "k".into(), message, request: request.map(str::to_owned) }
    }

    fn told(requests: &[Option<&str>]) -> String {
        let messages: Vec<Waiting> = requests.iter().map(|request| brought_by(*request)).collect();
        Requests(&messages).to_string()
    }

    #[test]
    fn the_first_few_requests_are_named_and_the_rest_is_counted() {
        assert_eq!(told(&[None]), "");
        assert_eq!(told(&[Some("a")]), "a");
        assert_eq!(told(&[Some("a"), None, Some("b"), Some("c")]), "a,b,c");
        assert_eq!(told(&[Some("a"); 50]), "a,a,a and 47 more");
    }

    #[test]
    fn of_a_request_with_a_long_id_only_its_beginning_is_told() {
        assert_eq!(told(&[Some(&"x".repeat(1000))]).len(), ID_BYTES);
    }
}
