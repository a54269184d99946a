//! The words of one answer as they come in: bounded, without leading blanks, and without a
//! leading block of the model's thoughts.

use conversation::ports::ModelError;

use super::{Progress, thought::Thought};

/// The longest answer that is taken, in bytes. Every channel's limit is far below it.
pub(crate) const LONGEST_ANSWER: usize = 256 << 10;

/// An answer in the making.
#[derive(Default)]
pub(crate) struct Answer {
    fresh: String,
    length: usize,
    thought: Thought,
}

impl Answer {
    /// The answer goes on with `words`.
    pub(crate) fn say(&mut self, words: &str) -> Result<(), ModelError> {
        if words.is_empty() {
            return Ok(());
        }
        let spoken = self.thought.without(words);
        self.length += spoken.len();
        if self.length > LONGEST_ANSWER {
            return Err(ModelError::Unintelligible(format!(
                "an answer of more than {LONGEST_ANSWER} bytes"
            )));
        }
        self.fresh.push_str(&spoken);
        Ok(())
    }

    /// The answer is complete. One without words is none: another model may do better.
    pub(crate) fn complete(&mut self) -> Result<Progress, ModelError> {
        let held = self.thought.finish();
        self.length += held.len();
        self.fresh.push_str(&held);
        if self.length == 0 {
            return Err(ModelError::Unintelligible("an empty answer".to_owned()));
        }
        Ok(Progress::Done)
    }

    /// The words that have come since they were last taken.
    pub(super) fn take(&mut self) -> Option<String> {
        (!self.fresh.is_empty()).then(|| std::mem::take(&mut self.fresh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_blanks_is_empty() {
        let mut answer = Answer::default();
        answer.say(" \n").unwrap();
        assert_eq!(answer.take(), None);
        assert!(matches!(answer.complete(), Err(ModelError::Unintelligible(_))));
    }

    #[test]
    fn an_answer_that_never_stops_is_refused() {
        let mut answer = Answer::default();
        let piece = "x".repeat(LONGEST_ANSWER);
        answer.say(&piece).unwrap();
        answer.take();
        assert!(matches!(answer.say("x"), Err(ModelError::Unintelligible(_))));
    }

    #[test]
    fn what_looked_like_a_thought_is_said_at_the_end() {
        let mut answer = Answer::default();
        answer.say("<thi").unwrap();
        assert_eq!(answer.take(), None);
        assert_eq!(answer.complete(), Ok(Progress::Done));
        assert_eq!(answer.take().as_deref(), Some("<thi"));
    }
}
