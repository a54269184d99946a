//! Plays acts on the store and in the model at once.

use std::sync::Arc;

use conversation::ports::{Accepted, Claim, Lease, Store};

use super::acts::{Act, CUSTOMERS, OWNERS};
use super::model::{Fate, Model, Moment, Over, Place, Said};
use crate::harness::{AllPorts, DEDUPE, Harness, IDLE, LEASE};
use crate::steps::accept;
use crate::words::{MANY, by_channel, count, recorded};

/// A claim that was made, and the process that made it.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) number: usize,
    pub(super) owner: usize,
    pub(super) store: Arc<dyn Store>,
    pub(super) who: usize,
    pub(super) claim: Claim,
}

pub(super) struct Play<'a> {
    pub(super) harness: &'a dyn Harness,
    pub(super) model: Model,
    /// The claims of all processes that did not crash, whether lost since or not.
    pub(super) made: Vec<Made>,
    pub(super) turns: usize,
    owners: Vec<(String, Arc<dyn Store>)>,
    /// Who hands in what happens besides messages.
    pub(super) teller: Arc<dyn AllPorts>,
    pub(super) told: usize,
    claims: usize,
    crashes: usize,
}

impl<'a> Play<'a> {
    pub(super) async fn begin(harness: &'a dyn Harness) -> Self {
        let mut owners = Vec::new();
        for number in 0..OWNERS {
            let name = format!("owner {number}");
            let store = harness.store(&name).await;
            owners.push((name, store));
        }
        let (model, made) = (Model::new(), Vec::new());
        let teller = harness.all_ports("teller").await;
        Self { harness, model, made, turns: 0, owners, teller, told: 0, claims: 0, crashes: 0 }
    }

    pub(super) async fn act(&mut self, act: &Act) {
        match *act {
            Act::Accept { owner, who, key } => self.accept(owner, who, key).await,
            Act::Claim { owner, room } => drop(self.claim(owner, room).await),
            Act::Renew { owner } => self.renew(owner).await,
            Act::Crash { owner } => self.crash(owner).await,
            Act::Pass { time } => self.harness.advance(time).await,
            Act::Revive { letter } => self.revive(letter).await,
            Act::Forget { who } => self.forget(who).await,
            Act::TakeBack { who, which } => self.take_back(who, which).await,
            Act::Hear { who } => self.hear(who).await,
            Act::Open { claim, .. }
            | Act::Commit { claim, .. }
            | Act::Sending { claim }
            | Act::Delivered { claim }
            | Act::Release { claim }
            | Act::RetryAt { claim, .. }
            | Act::Park { claim, .. } => {
                let Some(made) = self.made.iter().rev().nth(claim).cloned() else { return };
                self.fenced(act, &made).await;
            }
        }
    }

    async fn fenced(&mut self, act: &Act, made: &Made) {
        match *act {
            Act::Open { limit, .. } => self.open(made, limit).await,
            Act::Commit { answered, parts, .. } => self.commit(made, answered, parts).await,
            Act::Sending { .. } => self.sending(made).await,
            Act::Delivered { .. } => self.delivered(made).await,
            Act::Release { .. } => self.release(made).await,
            Act::RetryAt { delay, pause, .. } => self.retry_at(made, delay, pause).await,
            Act::Park { messages, .. } => self.park(made, messages).await,
            Act::Accept { .. }
            | Act::Claim { .. }
            | Act::Renew { .. }
            | Act::Crash { .. }
            | Act::Pass { .. }
            | Act::Revive { .. }
            | Act::Forget { .. }
            | Act::TakeBack { .. }
            | Act::Hear { .. } => {}
        }
    }

    /// Does something, and says between which moments it was done.
    pub(super) async fn timed<T>(&self, work: impl Future<Output = T>) -> (T, Moment) {
        let earliest = self.harness.elapsed();
        let result = work.await;
        (result, Moment { earliest, latest: self.harness.elapsed() })
    }

    async fn accept(&mut self, owner: usize, who: usize, key: usize) {
        let id = self.model.talks[who].id.clone();
        let text = format!("{who} says {key}");
        let is_recorded = who != 0;
        let say = if is_recorded { recorded } else { by_channel };
        let mut message = say(&id, &key.to_string(), &text);
        let number = self.model.said.len();
        message.message.reference = Some(number.to_string());
        let store = Arc::clone(&self.owners[owner].1);
        let (answer, now) = self.timed(accept(&*store, message)).await;
        let talk = &self.model.talks[who];
        let known =
            talk.keys.get(&key).map(|&(number, since)| (number, now.is_past(since, DEDUPE)));
        match (answer, known) {
            (Accepted::Duplicate(id, state), Some((number, Over::No | Over::Maybe))) => {
                let said = &self.model.said[number];
                assert_eq!((id, Some(state)), (said.id, said.state()), "a duplicate of {text}");
            }
            (Accepted::New(id), None | Some((_, Over::Maybe | Over::Yes))) => {
                let turns = Vec::new();
                self.model.said.push(Said { id, text, is_recorded, fate: Fate::Waits, turns });
                self.touch(who, now, 0).await;
                let talk = &mut self.model.talks[who];
                talk.keys.insert(key, (number, now));
                talk.waiting.push_back(number);
                if matches!(talk.place, Place::Idle) {
                    talk.place = Place::Ready;
                }
            }
            (answer, known) => panic!("{text}: {answer:?} where it is {known:?}"),
        }
    }

    /// The idle time begins anew, after the history was cleared if it was over. Where that can't
    /// be known from outside, the store is asked; `added` turns stand there already.
    pub(super) async fn touch(&mut self, who: usize, now: Moment, added: usize) {
        let talk = &self.model.talks[who];
        let is_cleared = match now.is_past(talk.touched, IDLE) {
            Over::No => false,
            Over::Yes => true,
            Over::Maybe => {
                let history = self.owners[0].1.history(&talk.id).await.unwrap();
                history.len() == added
            }
        };
        let talk = &mut self.model.talks[who];
        if is_cleared {
            talk.history.clear();
        }
        talk.touched = now;
    }

    /// Claims, and makes sure that each claim was due. Returns those that hold.
    pub(super) async fn claim(&mut self, owner: usize, room: usize) -> Vec<Made> {
        let (name, store) = self.owners[owner].clone();
        let claiming = store.claim(count(room), self.harness.glance());
        let (claims, now) = self.timed(claiming).await;
        let claims = claims.unwrap();
        assert!(claims.len() <= room, "{claims:?} where there was room for {room}");
        let mut held = Vec::new();
        for claim in claims {
            assert_eq!(claim.fence.owner, name);
            let talk_of = |who: &usize| self.model.talks[*who].id == claim.conversation;
            let who = (0..CUSTOMERS).find(talk_of).expect("a known conversation");
            if self.is_trace(&store, who, &claim).await {
                continue;
            }
            let number = self.claims;
            self.claims += 1;
            let deliveries = self.assert_due(who, &claim, now);
            let place = Place::Held { claim: number, since: now, deliveries, opened: None };
            self.model.talks[who].place = place;
            held.push(Made { number, owner, store: Arc::clone(&store), who, claim });
        }
        self.made.extend(held.iter().cloned());
        held
    }

    async fn is_trace(&mut self, store: &Arc<dyn Store>, who: usize, claim: &Claim) -> bool {
        let talk = &mut self.model.talks[who];
        if talk.traces == 0 || store.open(claim, MANY).await.is_ok() {
            return false;
        }
        talk.traces -= 1;
        true
    }

    fn assert_due(&self, who: usize, claim: &Claim, now: Moment) -> u64 {
        let place = &self.model.talks[who].place;
        let expected = match *place {
            Place::Ready => Some(1),
            Place::Delayed { since, delay } if now.is_past(since, delay) != Over::No => Some(1),
            Place::Held { since, deliveries, .. } if now.is_past(since, LEASE) != Over::No => {
                Some(deliveries + 1)
            }
            Place::Idle | Place::Delayed { .. } | Place::Held { .. } => None,
        };
        assert_eq!(Some(claim.fence.deliveries), expected, "{claim:?} of {place:?} at {now:?}");
        claim.fence.deliveries
    }

    async fn renew(&mut self, owner: usize) {
        let of_owner: Vec<Made> =
            self.made.iter().filter(|made| made.owner == owner).cloned().collect();
        let claims: Vec<Claim> = of_owner.iter().map(|made| made.claim.clone()).collect();
        let store = Arc::clone(&self.owners[owner].1);
        let (leases, now) = self.timed(store.renew(&claims)).await;
        let leases = leases.unwrap();
        assert_eq!(leases.len(), claims.len());
        for (made, lease) in of_owner.iter().zip(leases) {
            let is_held = self.model.is_held(made.who, made.number);
            assert_eq!(lease, if is_held { Lease::Held } else { Lease::Lost }, "{:?}", made.claim);
            if let Place::Held { claim, since, .. } = &mut self.model.talks[made.who].place
                && *claim == made.number
            {
                *since = now;
            }
        }
    }

    /// The process dies with all it knew, and starts anew under another name.
    async fn crash(&mut self, owner: usize) {
        self.crashes += 1;
        self.made.retain(|made| made.owner != owner);
        let name = format!("owner {owner}, start {}", self.crashes);
        let store = self.harness.store(&name).await;
        self.owners[owner] = (name, store);
    }

    /// The store as the first owner has it, for what no owner does in particular.
    pub(super) fn any_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.owners[0].1)
    }
}
