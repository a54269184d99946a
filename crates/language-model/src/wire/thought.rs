//! Leaves out what some open models say before they answer: a leading `<think>…</think>`
//! block, and blanks. Customers get answers, not deliberations.

use std::borrow::Cow;

const OPENING: &str = "<think>";
const CLOSING: &str = "</think>";

/// Where in the answer the model is. The strings hold what can't be told apart yet; they never
/// grow beyond a few bytes.
pub(super) enum Thought {
    /// Nothing was said yet but perhaps the beginning of an opening mark.
    Unknown(String),
    /// Inside the block; the string is perhaps the beginning of the closing mark.
    Thinking(String),
    /// The answer proper has begun.
    Speaking,
}

impl Default for Thought {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

impl Thought {
    /// What of `words` belongs to the answer.
    pub(super) fn without<'a>(&mut self, words: &'a str) -> Cow<'a, str> {
        match self {
            Self::Speaking => Cow::Borrowed(words),
            Self::Unknown(held) if held.is_empty() => {
                let words = words.trim_start();
                if words.is_empty() || words.starts_with('<') {
                    return Cow::Owned(self.begin(words));
                }
                *self = Self::Speaking;
                Cow::Borrowed(words)
            }
            Self::Unknown(held) => {
                let seen = std::mem::take(held) + words;
                Cow::Owned(self.begin(&seen))
            }
            Self::Thinking(held) => {
                let seen = std::mem::take(held) + words;
                Cow::Owned(self.think(&seen))
            }
        }
    }

    /// What was held back, now that nothing follows.
    pub(super) fn finish(&mut self) -> String {
        match std::mem::replace(self, Self::Speaking) {
            Self::Unknown(held) => held,
            Self::Thinking(_) | Self::Speaking => String::new(),
        }
    }

    fn begin(&mut self, seen: &str) -> String {
        let seen = seen.trim_start();
        if let Some(thoughts) = seen.strip_prefix(OPENING) {
            return self.think(thoughts);
        }
        if OPENING.starts_with(seen) {
            *self = Self::Unknown(seen.to_owned());
            return String::new();
        }
        *self = Self::Speaking;
        seen.to_owned()
    }

    fn think(&mut self, seen: &str) -> String {
        if let Some((_, after)) = seen.split_once(CLOSING) {
            return self.begin(after);
        }
        let held = (1..CLOSING.len())
            .rev()
            .find(|&length| seen.ends_with(&CLOSING[..length]))
            .map_or("", |length| &CLOSING[..length]);
        *self = Self::Thinking(held.to_owned());
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(pieces: &[&str]) -> String {
        let mut thought = Thought::default();
        let mut spoken = String::new();
        for piece in pieces {
            spoken += &thought.without(piece);
        }
        spoken + &thought.finish()
    }

    #[test]
    fn only_a_leading_thought_is_left_out_wherever_the_text_is_cut() {
        for (said, expected) in [
            ("Yes, it is.", "Yes, it is."),
            ("<think>Hmm, é < 3.</think>\n\nYes.", "Yes."),
            (" \n<think></think><think>b</think> Yes.", "Yes."),
            ("Use <think> tags</think>.", "Use <think> tags</think>."),
            ("<thinking> is a word.", "<thinking> is a word."),
            ("<b>Yes</b>", "<b>Yes</b>"),
            ("<think>never ends </thin", ""),
            ("<thin", "<thin"),
        ] {
            for (cut, _) in said.char_indices() {
                let (before, after) = said.split_at(cut);
                assert_eq!(spoken(&[before, after]), expected, "{said} cut at {cut}");
            }
            let characters: Vec<String> = said.chars().map(String::from).collect();
            let pieces: Vec<&str> = characters.iter().map(String::as_str).collect();
            assert_eq!(spoken(&pieces), expected, "{said} by characters");
        }
    }
}
