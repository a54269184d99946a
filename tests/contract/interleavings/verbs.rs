//! The fenced verbs: each does what the model does if the claim is held, and otherwise is
//! refused.

use std::collections::HashSet;
use std::time::Duration;

use conversation::ports::{Opened, Pause, TurnResult};
use conversation::{PartState, StoreError};

use super::model::{Letter, Moment, Outgoing, Over, Place, REASON};
use super::play::{Made, Play};
use crate::harness::{HISTORY_LIMIT, IDLE};
use crate::words::{count, turn_in_parts};

/// How many replies a store keeps for what the provider says of them.
const KEPT: usize = 50;
/// Longer than any course of events takes.
const FOR_EVER: Duration = Duration::from_secs(20 * 365 * 24 * 60 * 60);

const STALE: Result<(), StoreError> = Err(StoreError::Stale);

impl Play<'_> {
    fn is_held(&self, made: &Made) -> bool {
        self.model.is_held(made.who, made.number)
    }

    pub(super) async fn open(&mut self, made: &Made, limit: usize) {
        let (opened, now) = self.timed(made.store.open(&made.claim, count(limit))).await;
        if !self.is_held(made) {
            assert_eq!(opened, Err(StoreError::Stale), "{:?}", made.claim);
            return;
        }
        let opened = opened.unwrap();
        self.assert_opened(made.who, limit, &opened, now);
        if let Place::Held { opened: seen, .. } = &mut self.model.talks[made.who].place {
            *seen = Some(opened.messages.len());
        }
    }

    fn assert_opened(&mut self, who: usize, limit: usize, opened: &Opened, now: Moment) {
        let (talk, said) = (&self.model.talks[who], &self.model.said);
        let waiting: Vec<_> = opened.messages.iter().map(|m| (m.id, &m.message.text)).collect();
        let expected: Vec<_> =
            talk.waiting.iter().take(limit).map(|&n| (said[n].id, &said[n].text)).collect();
        assert_eq!(waiting, expected, "what waits");
        let outgoing = opened.outbox.as_ref().map(|outbox| Outgoing {
            turn: outbox.turn.clone(),
            parts: outbox.parts.iter().map(|part| part.state.clone()).collect(),
            may_be_out: talk.outgoing.as_ref().map_or_else(Vec::new, |it| it.may_be_out.clone()),
        });
        assert_eq!(outgoing, talk.outgoing, "what goes out");
        assert_eq!(opened.attempts, talk.attempts, "attempts");

        let history: Vec<_> = opened
            .history
            .iter()
            .map(|turn| {
                let asked: Vec<&str> = turn.asked.iter().map(|m| m.text.as_str()).collect();
                (asked, turn.reply.text.clone())
            })
            .collect();
        let kept = || {
            let turns = talk.history.iter().map(|(asked, turn)| {
                let asked: Vec<&str> = asked.iter().map(|&n| said[n].text.as_str()).collect();
                (asked, crate::words::reply(turn).text)
            });
            turns.collect::<Vec<_>>()
        };
        match now.is_past(talk.touched, IDLE) {
            Over::No => assert_eq!(history, kept(), "the history"),
            Over::Yes => assert!(history.is_empty(), "an idle conversation has a history"),
            Over::Maybe => assert!(history.is_empty() || history == kept(), "the history"),
        }
    }

    pub(super) async fn commit(&mut self, made: &Made, answered: usize, parts: usize) {
        self.turns += 1;
        let name = format!("turn {}", self.turns);
        let talk = &self.model.talks[made.who];
        let answered = match talk.place {
            Place::Held { claim, opened, .. } if claim == made.number => match opened {
                Some(seen @ 1..) => answered.min(seen),
                // An owner that has not opened the conversation has nothing to commit.
                Some(0) | None => return,
            },
            Place::Held { .. } | Place::Idle | Place::Ready | Place::Delayed { .. } => answered,
        };
        let result =
            TurnResult { kept_for: Some(FOR_EVER), ..turn_in_parts(&name, answered, parts) };
        let is_allowed = self.is_held(made) && talk.outgoing.is_none();
        let (outcome, now) = self.timed(made.store.commit(&made.claim, result.clone())).await;
        if is_allowed {
            assert_eq!(outcome, Ok(()), "{:?}", made.claim);
            self.committed(made.who, &result, now).await;
        } else {
            assert_eq!(outcome, STALE, "{:?}", made.claim);
        }
    }

    async fn committed(&mut self, who: usize, result: &TurnResult, now: Moment) {
        self.touch(who, now, 1).await;
        let talk = &mut self.model.talks[who];
        let answered: Vec<usize> = talk.waiting.drain(..result.answered.get()).collect();
        talk.history.push((answered.clone(), result.turn.clone()));
        let surplus = talk.history.len().saturating_sub(HISTORY_LIMIT);
        talk.history.drain(..surplus);
        talk.attempts = 0;
        if result.parts.is_empty() {
            talk.finish();
        } else {
            let parts = vec![PartState::Pending; result.parts.len()];
            talk.outgoing =
                Some(Outgoing { turn: result.turn.clone(), parts, may_be_out: Vec::new() });
            talk.kept.push_back((result.turn.clone(), HashSet::new()));
            if talk.kept.len() > KEPT {
                talk.kept.pop_front();
            }
            if let Place::Held { opened, .. } = &mut talk.place {
                *opened = None;
            }
        }
        self.model.answer(&answered, &result.turn);
    }

    /// The part whose turn it is, or `None` if a holder has nothing to send.
    fn next_part(&self, made: &Made) -> Option<usize> {
        if !self.is_held(made) {
            return Some(0);
        }
        self.model.talks[made.who].outgoing.as_ref().and_then(Outgoing::next)
    }

    pub(super) async fn sending(&mut self, made: &Made) {
        let Some(part) = self.next_part(made) else { return };
        let outcome = made.store.sending(&made.claim, part).await;
        if !self.is_held(made) {
            assert_eq!(outcome, STALE, "{:?}", made.claim);
            return;
        }
        assert_eq!(outcome, Ok(()));
        if let Some(outgoing) = &mut self.model.talks[made.who].outgoing {
            outgoing.parts[part] = PartState::Sending;
        }
    }

    pub(super) async fn delivered(&mut self, made: &Made) {
        let Some(part) = self.next_part(made) else { return };
        let receipt = Some(format!("receipt {part}"));
        let outcome = made.store.delivered(&made.claim, part, receipt.clone()).await;
        if !self.is_held(made) {
            assert_eq!(outcome, STALE, "{:?}", made.claim);
            return;
        }
        assert_eq!(outcome, Ok(()));
        let talk = &mut self.model.talks[made.who];
        if let Some(outgoing) = &mut talk.outgoing {
            outgoing.parts[part] = PartState::Delivered(receipt);
            if outgoing.next().is_none() {
                talk.outgoing = None;
                talk.attempts = 0;
            }
        }
    }

    pub(super) async fn release(&mut self, made: &Made) {
        let outcome = made.store.release(&made.claim).await;
        if !self.is_held(made) {
            assert_eq!(outcome, STALE, "{:?}", made.claim);
            return;
        }
        assert_eq!(outcome, Ok(()));
        self.model.talks[made.who].finish();
    }

    pub(super) async fn retry_at(&mut self, made: &Made, delay: Duration, pause: Pause) {
        let (outcome, since) = self.timed(made.store.retry_at(&made.claim, delay, pause)).await;
        if !self.is_held(made) {
            assert_eq!(outcome, STALE, "{:?}", made.claim);
            return;
        }
        assert_eq!(outcome, Ok(()));
        let talk = &mut self.model.talks[made.who];
        if !talk.has_work() {
            return talk.finish();
        }
        talk.place = Place::Delayed { since, delay };
        let is_failure = pause == Pause::Failure;
        talk.attempts += u32::from(is_failure);
        match (&mut talk.outgoing, pause) {
            (Some(outgoing), Pause::Failure) => outgoing.doubt(),
            (Some(outgoing), Pause::Pace) => outgoing.send_again(),
            (Some(_), Pause::Receipt) | (None, _) => {}
        }
    }

    pub(super) async fn park(&mut self, made: &Made, messages: usize) {
        let outcome = made.store.park(&made.claim, count(messages), REASON).await;
        if !self.is_held(made) {
            assert_eq!(outcome, STALE, "{:?}", made.claim);
            return;
        }
        assert_eq!(outcome, Ok(()));
        let talk = &mut self.model.talks[made.who];
        talk.attempts = 0;
        let outgoing = talk.outgoing.take();
        let taken = if outgoing.is_some() { 0 } else { messages.min(talk.waiting.len()) };
        let messages: Vec<usize> = talk.waiting.drain(..taken).collect();
        talk.finish();
        if outgoing.is_some() || !messages.is_empty() {
            let id = String::new();
            self.parked(Letter { id, who: made.who, messages, outgoing }).await;
        }
    }
}
