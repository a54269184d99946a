//! Bringing everything to rest, and the account of what became of every message.

use conversation::ports::QueueFigures;

use super::model::{Fate, Over};
use super::play::{Made, Play};
use crate::harness::{DEDUPE, LEASE};

/// Longer than anything is held or put off.
const LONG: std::time::Duration = LEASE.saturating_mul(4);

impl Play<'_> {
    /// Answers and sends all there is, until nothing is left to do.
    pub(super) async fn come_to_rest(&mut self) {
        for _ in 0..100 {
            let held = self.claim(0, 8).await;
            for made in &held {
                self.deal_with(made).await;
            }
            if held.is_empty() {
                if self.model.is_at_rest() {
                    return;
                }
                self.harness.advance(LONG).await;
            }
        }
        panic!("there is work left that nobody can claim");
    }

    async fn deal_with(&mut self, made: &Made) {
        while self.model.talks[made.who].outgoing.is_some() {
            self.sending(made).await;
            self.delivered(made).await;
        }
        self.open(made, 3).await;
        if self.model.talks[made.who].waiting.is_empty() {
            self.release(made).await;
        } else {
            self.commit(made, 2, 0).await;
        }
    }

    /// Every message is answered once, lies among the dead letters, or was forgotten; and the
    /// store says the same.
    pub(super) async fn assert_all_is_accounted_for(&self) {
        let store = self.any_store();
        for said in &self.model.said {
            match said.fate {
                Fate::Answered(_) | Fate::Undelivered(_) => {
                    assert_eq!(said.turns.len(), 1, "{}", said.text)
                }
                Fate::Parked | Fate::TakenBack => assert!(said.turns.is_empty(), "{}", said.text),
                Fate::Forgotten => {}
                Fate::Waits => panic!("{} is not answered", said.text),
            }
        }
        for talk in &self.model.talks {
            for &(number, since) in talk.keys.values() {
                let said = &self.model.said[number];
                let (state, now) = self.timed(store.message(&said.id)).await;
                match now.is_past(since, DEDUPE) {
                    Over::No => assert_eq!(state, Ok(said.state()), "{}", said.text),
                    Over::Maybe | Over::Yes => {}
                }
            }
        }
        let letters = store.dead_letters(10_000).await.unwrap();
        let mut found: Vec<&str> = letters.iter().map(|letter| letter.id.as_str()).collect();
        let mut known: Vec<&str> =
            self.model.letters.iter().map(|letter| letter.id.as_str()).collect();
        found.sort_unstable();
        known.sort_unstable();
        assert_eq!(found, known);
        let dead = known.len() as u64;
        let figures = store.queue().await.unwrap();
        assert_eq!(figures, QueueFigures { dead, ..QueueFigures::default() });
    }
}
