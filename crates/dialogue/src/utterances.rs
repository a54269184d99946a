//! The words of a conversation as the model reads them: earlier turns within a budget, and the
//! messages that are to be answered.

use std::borrow::Cow;
use std::fmt::Write as _;

use conversation::{Exchange, Message, Role, Timestamp, Utterance, words_with_asides};

use crate::amendments::{Amendments, Standing};
use crate::bounds::cut;
use crate::sayings::GATEWAY;
use crate::speakers::Speakers;

/// The longest name or kind of an attachment, in bytes.
const LABEL_BYTES: usize = 120;

/// One earlier turn.
pub(crate) struct Recalled {
    /// When the newest of its messages was written.
    pub(crate) asked_at: Timestamp,
    /// Until when models knew what happened besides, by the store's clock.
    pub(crate) known_until: Timestamp,
    /// What the customer said and what was answered.
    pub(crate) utterances: [Utterance; 2],
}

/// Earlier turns, oldest first, as many of the newest as fit the budget. A turn is there wholly
/// or not at all, but neither of its sides may take more than half of the budget.
pub(crate) fn recall<'a>(
    history: &'a [Exchange],
    amendments: &Amendments<'a>,
    speakers: Speakers,
    budget: usize,
) -> Vec<Recalled> {
    let mut room = budget;
    let mut newest_first = Vec::with_capacity(history.len().min(16));
    for exchange in history.iter().rev() {
        let messages = exchange.asked.iter().filter_map(|message| amendments.stand(message));
        let asked = question(messages, speakers, budget / 2);
        let reply = cut(&exchange.reply.text, budget / 2);
        let Some(left) = room.checked_sub(asked.len() + reply.len()) else { break };
        room = left;
        let asked_at = exchange.asked.iter().map(|message| message.at).max();
        let asked_at = asked_at.unwrap_or(exchange.reply.at);
        newest_first.push(Recalled {
            asked_at,
            known_until: known_until(exchange, asked_at),
            utterances: [
                Utterance::text(Role::Customer, asked),
                Utterance::text(Role::Assistant, reply),
            ],
        });
    }
    newest_first.reverse();
    newest_first
}

/// Until when the answer of a turn knew what happened. The gateway's own words know nothing, and a turn
/// of old does not tell: then it was what happened until its messages came.
fn known_until(exchange: &Exchange, asked_at: Timestamp) -> Timestamp {
    match exchange.known_until {
        Some(known) => known,
        None if exchange.reply.model == GATEWAY => Timestamp::default(),
        None => asked_at,
    }
}

/// Several messages as one utterance of at most about `budget` bytes, separated by blank lines.
pub(crate) fn question<'a>(
    messages: impl IntoIterator<Item = Standing<'a>>,
    speakers: Speakers,
    budget: usize,
) -> String {
    let pieces = pieces(messages, speakers, budget).into_iter().map(|(_, text)| text);
    pieces.collect::<Vec<_>>().join(SEPARATOR)
}

/// The words of messages, each with its time, together of at most about `budget` bytes. If they are
/// too long together, each is cut to its share.
pub(crate) fn pieces<'a>(
    messages: impl IntoIterator<Item = Standing<'a>>,
    speakers: Speakers,
    budget: usize,
) -> Vec<(Timestamp, Cow<'a, str>)> {
    let words = |Standing { written, now }: Standing<'a>| {
        (written.at, speakers.name(&written.author, spoken(now)))
    };
    let said = messages.into_iter().map(words).filter(|(_, text)| !text.is_empty());
    let mut said: Vec<(Timestamp, Cow<'a, str>)> = said.collect();
    let whole = said.iter().map(|(_, text)| text.len() + SEPARATOR.len()).sum::<usize>();
    if whole > budget + SEPARATOR.len() {
        let share = (budget / said.len().max(1)).saturating_sub(SEPARATOR.len());
        for (_, text) in &mut said {
            if text.len() > share {
                *text = Cow::Owned(cut(text, share).into_owned());
            }
        }
    }
    said
}

const SEPARATOR: &str = "\n\n";

/// The words of a message, and what came with them.
pub(crate) fn spoken(message: &Message) -> Cow<'_, str> {
    let words = words_with_asides(message.text.trim());
    if message.attachments.is_empty() {
        return words;
    }
    let mut text = words.into_owned();
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
    use conversation::{Attachment, Remark, Remarked, Reply};

    use super::*;
    use crate::weaving::weave;

    fn message(text: &str) -> Message {
        Message::text(text, Timestamp(0))
    }

    fn exchange(asked: &[&str], reply: &str) -> Exchange {
        Exchange {
            asked: asked.iter().map(|text| message(text)).collect(),
            reply: Reply { text: reply.into(), model: "a/b".into(), at: Timestamp(0) },
            known_until: None,
        }
    }

    fn question(messages: &[Message], budget: usize) -> String {
        let standing = messages.iter().map(|it| Standing { written: it, now: it });
        super::question(standing, Speakers::One, budget)
    }

    fn recall<'a>(
        history: &'a [Exchange],
        amendments: &Amendments<'a>,
        budget: usize,
    ) -> Vec<Recalled> {
        super::recall(history, amendments, Speakers::One, budget)
    }

    fn said(history: &[Exchange], budget: usize) -> Vec<Utterance> {
        weave(recall(history, &Amendments::default(), budget), Vec::new(), Vec::new())
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
        assert_eq!(texts(&said(&history, 23)), ["2222", "bbbb", "3333", "cccc"]);
        assert_eq!(texts(&said(&history, 24)).len(), 6);
        assert!(said(&history, 0).is_empty());
    }

    #[test]
    fn one_long_reply_does_not_push_its_own_turn_out() {
        let history = [exchange(&["old"], "old"), exchange(&["why?"], &"x".repeat(5000))];
        let recalled = said(&history, 1000);
        assert_eq!(recalled[recalled.len() - 2].text, "why?");
        assert!(recalled[recalled.len() - 1].text.len() <= 500);
        assert!(recalled[recalled.len() - 1].text.ends_with("[…]"));
    }

    #[test]
    fn roles_alternate_and_the_customer_begins() {
        let history = [exchange(&[], "Good day"), exchange(&["a", "b"], "c"), exchange(&[], "d")];
        let recalled = alternate(said(&history, 1000));
        assert_eq!(texts(&recalled), ["a\n\nb", "c\n\nd"]);
        assert_eq!(recalled[0].role, Role::Customer);
        assert_eq!(recalled[1].role, Role::Assistant);
    }

    #[test]
    fn changed_messages_are_recalled_as_they_stand_and_those_taken_back_are_not() {
        let reference = |it: &str| Some(it.to_owned());
        let mut exchange = exchange(&["as it was", "stays", "secret"], "reply");
        exchange.asked[0].reference = reference("a");
        exchange.asked[2].reference = reference("c");
        let remark = |about: &str, what| Remark { about: reference(about), what, at: Timestamp(9) };
        let remarks =
            [remark("a", Remarked::Edited(message("as it is"))), remark("c", Remarked::TakenBack)];
        let recalled = recall(&[exchange], &Amendments::of(&remarks), 1000);
        assert_eq!(texts(&weave(recalled, Vec::new(), Vec::new())), ["as it is\n\nstays", "reply"]);
    }
}
