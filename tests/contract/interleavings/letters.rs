//! Dead letters, and forgetting.

use super::model::{Fate, Letter, Place};
use super::play::Play;

/// More dead letters than any course of events makes.
const ALL: usize = 10_000;

impl Play<'_> {
    /// Learns the name of the dead letter that has just been made, and compares what it holds.
    pub(super) async fn parked(&mut self, letter: Letter) {
        let known = |id: &str| self.model.letters.iter().any(|letter| letter.id == id);
        let letters = self.any_store().dead_letters(ALL).await.unwrap();
        let mut fresh = letters.into_iter().filter(|found| !known(&found.id));
        let found = fresh.next().expect("a dead letter");
        assert_eq!(fresh.next(), None, "one dead letter was made");
        assert_eq!(found.conversation, self.model.talks[letter.who].id);
        let words: Vec<String> = found.messages.into_iter().map(|message| message.text).collect();
        let said = &mut self.model.said;
        let expected: Vec<String> = letter.messages.iter().map(|&n| said[n].text.clone()).collect();
        assert_eq!(words, expected);
        let turn = found.outbox.map(|outbox| outbox.turn);
        assert_eq!(turn.as_ref(), letter.outgoing.as_ref().map(|outgoing| &outgoing.turn));
        for &number in &letter.messages {
            assert_eq!(said[number].fate, Fate::Waits, "{} is parked", said[number].text);
            said[number].fate = Fate::Parked;
        }
        if let Some(turn) = turn {
            let (answered, gone) = (Fate::Answered(turn.clone()), Fate::Undelivered(turn.clone()));
            self.model.settle(&turn, &answered, &gone);
        }
        self.model.letters.push(Letter { id: found.id, ..letter });
    }

    pub(super) async fn revive(&mut self, letter: usize) {
        let Some(letter) = letter.checked_rem(self.model.letters.len()) else { return };
        let who = self.model.letters[letter].who;
        let is_held = matches!(self.model.talks[who].place, Place::Held { .. });
        // Where a revived message goes while a turn runs is left to the store.
        if is_held && self.model.letters[letter].outgoing.is_none() {
            return;
        }
        let is_back = self.any_store().revive(&self.model.letters[letter].id).await.unwrap();
        let talk = &mut self.model.talks[who];
        let is_reply = self.model.letters[letter].outgoing.is_some();
        assert_eq!(is_back, !(is_reply && (is_held || talk.outgoing.is_some())));
        if !is_back {
            return;
        }
        let Letter { messages, outgoing, .. } = self.model.letters.remove(letter);
        for &number in messages.iter().rev() {
            self.model.said[number].fate = Fate::Waits;
            talk.waiting.push_front(number);
        }
        if let Some(mut outgoing) = outgoing {
            outgoing.send_again();
            outgoing.may_be_out.clear();
            let turn = outgoing.turn.clone();
            talk.kept.iter_mut().filter(|kept| kept.0 == turn).for_each(|kept| kept.1.clear());
            talk.outgoing = Some(outgoing);
            let (answered, gone) = (Fate::Answered(turn.clone()), Fate::Undelivered(turn.clone()));
            self.model.settle(&turn, &gone, &answered);
        }
        let talk = &mut self.model.talks[who];
        if matches!(talk.place, Place::Idle) {
            talk.place = Place::Ready;
        }
    }

    pub(super) async fn forget(&mut self, who: usize) {
        let store = self.any_store();
        let id = self.model.talks[who].id.clone();
        let (erased, now) = self.timed(store.forget(&id)).await;
        erased.unwrap();
        self.model.forget(who, now);
    }
}
