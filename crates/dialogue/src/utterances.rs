//! The words of a conversation as the model reads them: earlier turns within a budget, and the
//! messages that are to be answered.

use std::borrow::Cow;
use std::fmt::Write as _;

use conversation::{Exchange, Message, Role, Utterance};

use crate::bounds::cut;

/// The longest name or kind of an attachment, in bytes.
const LABEL_BYTES: usize = 120;

/// Earlier turns, oldest first, as many of the newest as fit the budget. A turn is there wholly
/// or not at all, but neither of its sides may take more than half of the budget.
pub(crate) fn recall(history: &[Exchange], budget: usize) -> Vec<Utterance> {
    let mut room = budget;
    let mut newest_first = Vec::with_capacity(history.len().min(16) * 2 + 1);
    for exchange in history.iter().rev() {
        let asked = question(&exchange.asked, budget / 2);
        let reply = cut(&exchange.reply.text, budget / 2);
        let Some(left) = room.checked_sub(asked.len() + reply.len()) else { break };
        room = left;
        newest_first.push(Utterance::text(Role::Assistant, reply));
        newest_first.push(Utterance::text(Role::Customer, asked));
    }
    newest_first.reverse();
    newest_first
}

/// Several messages as one utterance of at most about `budget` bytes, separated by blank lines.
/// If they are too long together, each is cut to its share.
pub(crate) fn question<'a>(
    messages: impl IntoIterator<Item = &'a Message>,
    budget: usize,
) -> String {
    let spoken: Vec<Cow<'a, str>> =
        messages.into_iter().map(spoken).filter(|text| !text.is_empty()).collect();
    let whole = spoken.iter().map(|text| text.len() + SEPARATOR.len()).sum::<usize>();
    if whole <= budget + SEPARATOR.len() {
        return match <[_; 1]>::try_from(spoken) {
            Ok([only]) => only.into_owned(),
            Err(several) => several.join(SEPARATOR),
        };
    }
    let share = (budget / spoken.len().max(1)).saturating_sub(SEPARATOR.len());
    spoken.iter().map(|text| cut(text, share)).collect::<Vec<_>>().join(SEPARATOR)
}

const SEPARATOR: &str = "\n\n";

/// The words of a message, and what came with them.
fn spoken(message: &Message) -> Cow<'_, str> {
    let words = message.text.trim();
    if message.attachments.is_empty() {
        return Cow::Borrowed(words);
    }
    let mut text = words.to_owned();
    for attachment in &message.attachments {
        let gap = if text.is_empty() { "" } else { "\n" };
        let kind = cut(&attachment.media_type, LABEL_BYTES);
        let _ = write!(text, "{gap}[attachment: {kind}");
        if let Some(name) = &attachment.name {
            let _ = write!(text, ", named {:?}", cut(name, LABEL_BYTES));
        }
        text.push(']');
    }
    Cow::Owned(text)
}

/// Joins neighbours of one role, and begins with the customer: some providers take nothing else.
pub(crate) fn alternate(utterances: Vec<Utterance>) -> Vec<Utterance> {
    let mut alternating: Vec<Utterance> = Vec::with_capacity(utterances.len() + 1);
    for utterance in utterances {
        match alternating.last_mut() {
            _ if utterance.text.is_empty() => {}
            Some(last) if last.role == utterance.role => {
                last.text.push_str(SEPARATOR);
                last.text.push_str(&utterance.text);
                last.images.extend(utterance.images);
            }
            None if utterance.role == Role::Assistant => {}
            Some(_) | None => alternating.push(utterance),
        }
    }
    alternating
}

#[cfg(test)]
mod tests {
    use conversation::{Attachment, Reply, Timestamp};

    use super::*;

    fn message(text: &str) -> Message {
        Message::text(text, Timestamp(0))
    }

    fn exchange(asked: &[&str], reply: &str) -> Exchange {
        Exchange {
            asked: asked.iter().map(|text| message(text)).collect(),
            reply: Reply { text: reply.into(), model: "a/b".into(), at: Timestamp(0) },
        }
    }

    fn texts(utterances: &[Utterance]) -> Vec<&str> {
        utterances.iter().map(|utterance| utterance.text.as_str()).collect()
    }

    #[test]
    fn collected_messages_are_one_utterance() {
        let several = [message("Hello"), message(" "), message("Where is it?")];
        assert_eq!(question(&several, 100), "Hello\n\nWhere is it?");
        assert_eq!(question(&several[..1], 5), "Hello");
    }

    #[test]
    fn messages_that_are_too_long_are_cut_to_their_share() {
        let several = [message(&"a".repeat(100)), message("short"), message(&"b".repeat(100))];
        let asked = question(&several, 60);
        assert!(asked.len() <= 60, "{asked}");
        assert!(asked.contains("\n\nshort\n\n"), "{asked}");
        assert!(asked.contains("aaa") && asked.contains("bbb"));
        assert_eq!(asked.matches("[…]").count(), 2);
    }

    #[test]
    fn an_attachment_is_told_by_kind_and_name() {
        let mut with = message("look");
        let picture = |name: Option<&str>| Attachment {
            media_type: "image/jpeg".into(),
            name: name.map(str::to_owned),
            handle: "secret-handle".into(),
            bytes: None,
        };
        with.attachments = vec![picture(Some("a \"b\"\n.jpg")), picture(None)];
        let asked = question(&[with], 1000);
        let expected = "look\n[attachment: image/jpeg, named \"a \\\"b\\\"\\n.jpg\"]\n[attachment: image/jpeg]";
        assert_eq!(asked, expected);
    }

    #[test]
    fn the_newest_whole_turns_that_fit_are_recalled() {
        let history =
            [exchange(&["1111"], "aaaa"), exchange(&["2222"], "bbbb"), exchange(&["3333"], "cccc")];
        assert_eq!(texts(&recall(&history, 23)), ["2222", "bbbb", "3333", "cccc"]);
        assert_eq!(texts(&recall(&history, 24)).len(), 6);
        assert!(recall(&history, 0).is_empty());
    }

    #[test]
    fn one_long_reply_does_not_push_its_own_turn_out() {
        let history = [exchange(&["old"], "old"), exchange(&["why?"], &"x".repeat(5000))];
        let recalled = recall(&history, 1000);
        assert_eq!(recalled[recalled.len() - 2].text, "why?");
        assert!(recalled[recalled.len() - 1].text.len() <= 500);
        assert!(recalled[recalled.len() - 1].text.ends_with("[…]"));
    }

    #[test]
    fn roles_alternate_and_the_customer_begins() {
        let history = [exchange(&[], "Good day"), exchange(&["a", "b"], "c"), exchange(&[], "d")];
        let recalled = alternate(recall(&history, 1000));
        assert_eq!(texts(&recalled), ["a\n\nb", "c\n\nd"]);
        assert_eq!(recalled[0].role, Role::Customer);
        assert_eq!(recalled[1].role, Role::Assistant);
    }
}
