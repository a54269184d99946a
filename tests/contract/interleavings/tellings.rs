//! What happens besides messages and turns: a customer takes a message back, a provider tells what
//! became of a part.

use conversation::ports::{Noticed, Passage, Received};
use conversation::{PartState, Remarked};

use super::model::{Fate, Place};
use super::play::Play;
use crate::notes::note;
use crate::receipts::receipt;

impl Play<'_> {
    /// A customer takes back one of the messages that wait.
    pub(super) async fn take_back(&mut self, who: usize, which: usize) {
        let talk = &self.model.talks[who];
        let Some(place) = which.checked_rem(talk.waiting.len()) else { return };
        let number = talk.waiting[place];
        self.told += 1;
        let key = format!("note {}", self.told);
        let note = note(&talk.id, &key, &number.to_string(), Remarked::TakenBack);
        let teller = std::sync::Arc::clone(&self.teller);
        let (noticed, now) = self.timed(teller.note(vec![note])).await;
        if matches!(self.model.talks[who].place, Place::Held { .. }) {
            assert_eq!(noticed, Ok(vec![Noticed::Kept]));
            self.touch(who, now, 0).await;
        } else {
            assert_eq!(noticed, Ok(vec![Noticed::Amended]));
            self.model.talks[who].waiting.remove(place);
            self.model.said[number].fate = Fate::TakenBack;
        }
    }

    /// The provider says that it sent the part whose turn it is.
    pub(super) async fn hear(&mut self, who: usize) {
        let talk = &mut self.model.talks[who];
        let Some(outgoing) = &mut talk.outgoing else { return };
        let Some(part) = outgoing.next() else { return };
        let said = receipt(&talk.id, &outgoing.turn, part, Passage::Sent);
        let name = said.receipt.clone();
        let heard = self.teller.receive(vec![said]).await.unwrap();
        let kept = talk.kept.iter_mut().find(|(turn, _)| *turn == outgoing.turn);
        let expected = match kept.map(|(_, parts)| parts.insert(part)) {
            None => Received::Unknown,
            Some(true) => Received::Recorded,
            Some(false) => Received::Duplicate,
        };
        assert_eq!(heard, [expected]);
        if expected != Received::Recorded || !outgoing.is_open(part) {
            return;
        }
        outgoing.parts[part] = PartState::Delivered(Some(name));
        if outgoing.next().is_none() {
            talk.outgoing = None;
            talk.attempts = 0;
        }
        // It was put off to wait for this.
        if matches!(talk.place, Place::Delayed { .. }) {
            talk.place = Place::Ready;
        }
    }
}
