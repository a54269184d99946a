//! What a message of ours carries so that its status webhooks lead back to the reply, whatever
//! became of the answer to the request that sent it.

use std::fmt;

use conversation::{ConversationId, Digest};

/// What the data of this gateway begin with; other apps of the same account have their own.
const OURS: &str = "oc1";

/// Names one part of one reply in one conversation.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    /// The conversation's digest, which a store finds it by.
    pub conversation: Digest,
    /// The reply and its part, as they were handed to the channel.
    pub part: String,
}

impl Reference {
    /// The longest that the Graph API takes, in characters.
    pub const LONGEST: usize = 512;

    /// Names `part` of a reply in `conversation`.
    #[must_use]
    pub fn new(conversation: &ConversationId, part: &str) -> Self {
        Self { conversation: conversation.digest(), part: part.to_owned() }
    }

    /// The reply, and which part of it, as [`Receipts`](conversation::ports::Receipts) knows them.
    #[must_use]
    pub fn turn_and_part(&self) -> Option<(&str, usize)> {
        let (turn, part) = self.part.rsplit_once(':')?;
        Some((turn, part.parse().ok()?))
    }

    /// Reads what [`Display`](fmt::Display) wrote; anything else is not ours.
    #[must_use]
    pub fn parse(data: &str) -> Option<Self> {
        let rest = data.strip_prefix(OURS)?.strip_prefix('.')?;
        let (digest, part) = rest.split_once('.')?;
        if data.len() > Self::LONGEST
            || digest.len() != 32
            || part.is_empty()
            || !digest.bytes().all(|b| b.is_ascii_hexdigit())
        {
            return None;
        }
        let mut bytes = [0; 16];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digest.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        Some(Self { conversation: Digest(bytes), part: part.to_owned() })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OURS}.{}.{}", self.conversation, self.part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_what_it_prints_and_knows_what_is_not_its_own() {
        let conversation = ConversationId::new("whatsapp", "4915112345678").unwrap();
        let reference = Reference::new(&conversation, "turn-7:0");
        let data = reference.to_string();
        assert!(!data.contains("4915") && data.len() < Reference::LONGEST);
        assert_eq!(Reference::parse(&data), Some(reference));
        for other in ["", "oc1", "oc1.", "oc1.00.x", "random_string", &data[..36], &data[1..]] {
            assert_eq!(Reference::parse(other), None, "{other}");
        }
        assert_eq!(
            Reference::new(&conversation, "turn:7:12").turn_and_part(),
            Some(("turn:7", 12))
        );
        for other in ["turn", "turn:", "turn:x", "turn:-1"] {
            assert_eq!(Reference::new(&conversation, other).turn_and_part(), None, "{other}");
        }
        let not_ascii = format!("oc1.{}.x", "é".repeat(16));
        assert_eq!(Reference::parse(&not_ascii), None);
    }
}
