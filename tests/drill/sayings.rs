//! What the models said: each answer has a number, names the messages that it answers, and names its
//! number again in every line, so that the oracle knows each part of it wherever it turns up.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ledger::Mark;

/// How long answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A line.
    Short,
    /// A line, and some so long that channels have to send them in parts.
    SomeLong,
}

/// One answer in so many is long, and has so many lines more: several thousand characters.
const LONG_ONES: u32 = 7;
const LINES: u32 = 220;

/// Everything that was said or begun.
pub struct Sayings {
    length: Length,
    said: Mutex<HashMap<u64, String>>,
}

impl Sayings {
    /// Nothing yet.
    pub fn new(length: Length) -> Self {
        Self { length, said: Mutex::default() }
    }

    /// The answer with this number to these messages, in two pieces.
    pub fn say(&self, serial: u64, marks: &[Mark], earlier: usize) -> (String, String) {
        let names = marks.iter().map(Mark::to_string).collect::<Vec<_>>().join(" ");
        let first = format!("Answer {serial} to ");
        let mut second = format!("{names}, after {earlier} earlier turns.");
        let is_long = marks.first().is_some_and(|it| (it.customer + it.number) % LONG_ONES == 3);
        if self.length == Length::SomeLong && is_long {
            for line in 1..=LINES {
                let _ = write!(second, "\nLine {line} of answer {serial}.");
            }
        }
        self.lock().insert(serial, format!("{first}{second}"));
        (first, second)
    }

    /// Whether this, but for its line breaks, is all of the answer with this number.
    pub fn is_whole(&self, serial: u64, text: &str) -> bool {
        let said = self.lock().get(&serial).cloned().unwrap_or_default();
        said.split_whitespace().eq(text.split_whitespace())
    }

    /// The messages that the answer answers to which this part belongs.
    pub fn names(&self, part: &str) -> Vec<Mark> {
        let said = serial(part).and_then(|serial| self.lock().get(&serial).cloned());
        Mark::all_in(&said.unwrap_or_default())
    }

    /// Whether any model said this.
    pub fn has(&self, part: &str) -> bool {
        let Some(said) = serial(part).and_then(|serial| self.lock().get(&serial).cloned()) else {
            return false;
        };
        let (said, part) = (plain(&said), plain(part));
        said.contains(&part)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, String>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of the answer that a part belongs to.
pub fn serial(part: &str) -> Option<u64> {
    let (_, rest) = part.split_once("nswer ")?;
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_known_by_any_line_and_whole_only_with_all_of_them() {
        let sayings = Sayings::new(Length::SomeLong);
        let mark = Mark { customer: 0, number: 3 };
        let (first, second) = sayings.say(17, &[mark], 4);
        let whole = format!("{first}{second}");
        assert!(whole.starts_with("Answer 17 to #c0000m003, after 4 earlier turns.\nLine 1 of"));
        let (_, rest) = whole.split_at(4100);
        assert_eq!((serial(&whole), serial(rest)), (Some(17), Some(17)));
        assert!(sayings.is_whole(17, &whole.replace('\n', "\n\n")));
        assert!(!sayings.is_whole(17, rest) && !sayings.is_whole(18, &whole));
        assert!(sayings.has(rest) && !sayings.has("Answer 17 to something else"));
        assert_eq!(sayings.names(rest), [mark]);
        assert!(Sayings::new(Length::Short).say(17, &[mark], 4).1.len() < 60);
    }
}
