//! Cutting texts to a length in bytes, never inside a character.

use std::borrow::Cow;

/// Stands where a text was cut short for a prompt.
const CUT: &str = " […]";

/// The first bytes of `text` that make at most `budget`, together with a mark if any are missing.
pub(crate) fn cut(text: &str, budget: usize) -> Cow<'_, str> {
    if text.len() <= budget {
        return Cow::Borrowed(text);
    }
    let kept = text.floor_char_boundary(budget.saturating_sub(CUT.len()));
    Cow::Owned([&text[..kept], CUT].concat())
}

/// Shortens a reply to at most `limit` bytes and an ellipsis, at the end of a sentence if there
/// is one in the second half, else at a space, else anywhere.
pub(crate) fn shorten(mut reply: String, limit: usize) -> String {
    if reply.len() <= limit {
        return reply;
    }
    let most = reply.floor_char_boundary(limit);
    let head = &reply[..most];
    let sentence = head
        .match_indices(['.', '!', '?', '。', '！', '？', '\n'])
        .map(|(at, end)| at + end.len())
        .rfind(|&end| end >= most / 2);
    let end = sentence.or_else(|| head.rfind(' ')).unwrap_or(most);
    reply.truncate(end);
    reply.truncate(reply.trim_end().len());
    reply.push_str(" …");
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_its_budget_stays_as_it_is() {
        assert!(matches!(cut("short", 5), Cow::Borrowed("short")));
        assert_eq!(shorten("Short.".to_owned(), 6), "Short.");
    }

    #[test]
    fn a_cut_is_marked_and_never_splits_a_character() {
        let text = "äöü".repeat(20);
        for budget in 0..text.len() {
            let short = cut(&text, budget);
            assert!(short.ends_with(CUT));
            assert!(short.len() <= budget.max(CUT.len()), "{budget}: {short}");
        }
    }

    #[test]
    fn a_reply_is_shortened_at_the_last_sentence_that_fits() {
        let reply = "It left. It is on its way. It arrives tomorr".to_owned();
        assert_eq!(shorten(reply, 30), "It left. It is on its way. …");
        assert_eq!(shorten("one two three four".to_owned(), 9), "one two …");
        assert_eq!(shorten("ääää".to_owned(), 5), "ää …");
    }
}
