//! What is remembered of conversations becomes the beginning of others.
//!
//! The two may lie in different slots of a Cluster, so this takes two scripts: one puts it there,
//! once for each key, and one takes it away here. Whoever repeats it after a crash between them
//! takes away what was put there then, and nothing that came since. Most customers who move bring
//! nothing, so that is asked first, of many at once. Who has something waiting is said to have gone, so
//! that whoever claims it forwards it.

use std::collections::HashSet;

use conversation::ports::{Move, Transcripts as _};
use conversation::{ConversationId, Digest, Said, StoreError};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::keys::Keys;
use crate::link::GROUP;
use crate::{Inner, RedisStore, millis, stored};

/// How many who move travel in one round trip, so that no batch holds up everything else.
const CHUNK: usize = 250;

/// How many of those who bring something do: their histories may be long.
const LADEN: usize = 16;

/// The way from one conversation to another, with the digests under which the keys know the two.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    number: usize,
    names: (&'a ConversationId, &'a ConversationId),
    from: Digest,
    to: Digest,
    why: Why<'a>,
}

/// Why something goes from one conversation to another.
#[derive(Clone, Copy)]
enum Why<'a> {
    /// The customer moves.
    Told(&'a Move),
    /// It follows a customer who has moved: under this key, after having left so many others.
    Follows { key: &'a str, left: &'a str },
}

impl<'a> Step<'a> {
    fn told(number: usize, told: &'a Move) -> Self {
        let (from, to) = (told.from.digest(), told.to.digest());
        Self { number, names: (&told.from, &told.to), from, to, why: Why::Told(told) }
    }

    /// The way of what waits after a customer who has moved.
    pub(crate) fn following(
        names: (&'a ConversationId, &'a ConversationId),
        key: &'a str,
        left: &'a str,
    ) -> Self {
        let (from, to) = (names.0.digest(), names.1.digest());
        Self { number: 0, names, from, to, why: Why::Follows { key, left } }
    }
}

/// What is remembered of a conversation, as it is stored.
#[derive(Default)]
pub(crate) struct Baggage {
    pub(crate) turns: Vec<String>,
    pub(crate) remarks: Vec<String>,
    /// What the person is called who has it.
    pub(crate) person: Option<String>,
    /// What waits there.
    pub(crate) messages: Vec<String>,
}

/// What `carry_in` answers: what was brought under this key, whether it was now, and whether with
/// it a person came (1), of whom the transcript tells (2).
type Brought = (String, u8, u8);

impl RedisStore {
    /// Says of each move whether it was made now, and not before.
    pub(crate) async fn carry(&self, moves: &[Move]) -> Result<Vec<bool>, StoreError> {
        let mut made = vec![false; moves.len()];
        for round in rounds(moves) {
            for chunk in round.chunks(CHUNK) {
                self.carry_some(chunk, &mut made).await?;
            }
        }
        Ok(made)
    }

    async fn carry_some(&self, steps: &[Step<'_>], made: &mut [bool]) -> Result<(), StoreError> {
        let inner = &self.inner;
        let are_laden = inner.are_laden(steps).await?;
        let of = |laden: bool| {
            let steps = steps.iter().zip(&are_laden).filter(move |(_, it)| **it == laden);
            steps.map(|(step, _)| *step).collect::<Vec<_>>()
        };
        let light = of(false);
        let nothing: Vec<_> = light.iter().map(|_| Baggage::default()).collect();
        let brought = inner.carry_in(&light, &nothing).await?;
        self.tell_of_persons(&light, &brought).await?;
        note_those_made(&light, &brought, made)?;
        for laden in of(true).chunks(LADEN) {
            let baggage = inner.pack(laden).await?;
            let brought = inner.carry_in(laden, &baggage).await?;
            self.tell_of_persons(laden, &brought).await?;
            note_those_made(laden, &brought, made)?;
            inner.carry_out(laden, &brought).await?;
        }
        Ok(())
    }

    /// Carries what waits, and what is remembered, after a customer who has moved.
    pub(crate) async fn carry_after(
        &self,
        step: Step<'_>,
        baggage: Baggage,
    ) -> Result<(), StoreError> {
        let (steps, baggage) = ([step], [baggage]);
        let brought = self.inner.carry_in(&steps, &baggage).await?;
        self.tell_of_persons(&steps, &brought).await?;
        self.inner.carry_out(&steps, &brought).await
    }

    /// Tells those whom it concerns that a person has come along.
    async fn tell_of_persons(
        &self,
        steps: &[Step<'_>],
        brought: &[Brought],
    ) -> Result<(), StoreError> {
        for (step, (_, _, person)) in steps.iter().zip(brought) {
            if *person == 2 {
                self.inner.tell_of_entry(step.to);
            }
            if *person > 0 {
                self.interrupt(step.names.1).await?;
            }
        }
        Ok(())
    }
}

/// Says of each move whether it was made now, unless some found no room.
fn note_those_made(
    steps: &[Step<'_>],
    brought: &[Brought],
    made: &mut [bool],
) -> Result<(), StoreError> {
    for (step, (_, is_now, _)) in steps.iter().zip(brought) {
        if let Some(made) = made.get_mut(step.number) {
            *made = *is_now == 1;
        }
    }
    let is_full = brought.iter().any(|(brought, ..)| brought == "full");
    if is_full { Err(StoreError::Full) } else { Ok(()) }
}

/// The moves in rounds, of which none touches a conversation twice: who moves on may have moved in
/// just before. Who stays has nothing to do in any.
fn rounds(moves: &[Move]) -> Vec<Vec<Step<'_>>> {
    let mut rounds: Vec<Vec<Step<'_>>> = Vec::new();
    let mut touched = HashSet::new();
    for (number, told) in moves.iter().enumerate() {
        let step = Step::told(number, told);
        let (from, to) = (step.from, step.to);
        if from == to {
            continue;
        }
        if touched.contains(&from) || touched.contains(&to) || rounds.is_empty() {
            touched.clear();
            rounds.push(Vec::new());
        }
        touched.extend([from, to]);
        if let Some(round) = rounds.last_mut() {
            round.push(step);
        }
    }
    rounds
}

impl Inner {
    /// Which of these have anything to bring.
    async fn are_laden(&self, steps: &[Step<'_>]) -> Result<Vec<bool>, StoreError> {
        let mut asking = Pipeline::with_capacity(steps.len());
        for Step { from, .. } in steps {
            // Something may follow them where they have left no more than records.
            let spell = [Keys::history, Keys::remarks, Keys::conversation, Keys::records];
            asking.exists(&spell.map(|spell| spell(&self.keys, *from)));
        }
        let counts: Vec<u64> = self.link.run_all(&asking).await?;
        Ok(counts.into_iter().map(|count| count > 0).collect())
    }

    async fn pack(&self, steps: &[Step<'_>]) -> Result<Vec<Baggage>, StoreError> {
        let (mut lists, mut persons) = (Pipeline::new(), Pipeline::new());
        for Step { from, .. } in steps {
            lists.lrange(self.keys.history(*from), 0, -1);
            lists.lrange(self.keys.remarks(*from), 0, -1);
            persons.hget(self.keys.conversation(*from), "p");
        }
        let (lists, persons) = futures::try_join!(
            self.link.run_all::<Vec<Vec<String>>>(&lists),
            self.link.run_all::<Vec<Option<String>>>(&persons),
        )?;
        let mut lists = lists.into_iter();
        let mut next = || lists.next().unwrap_or_default();
        let pack =
            |person| Baggage { turns: next(), remarks: next(), person, messages: Vec::new() };
        Ok(persons.into_iter().map(pack).collect())
    }

    async fn carry_in(
        &self,
        steps: &[Step<'_>],
        baggage: &[Baggage],
    ) -> Result<Vec<Brought>, StoreError> {
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let mut calls = Pipeline::with_capacity(steps.len());
        for (step, baggage) in steps.iter().zip(baggage) {
            calls.add_command(self.carry_in_call(step, baggage)?);
        }
        // Together they are synced to the disk once.
        if steps.len() > 1 && self.link.topology().spans_partitions() {
            calls.atomic();
        }
        self.link.call_all(&self.scripts.carry_in, &calls).await
    }

    fn carry_in_call(&self, step: &Step<'_>, baggage: &Baggage) -> Result<Cmd, StoreError> {
        let (keys, to) = (&self.keys, step.to);
        let is_crowded = self.link.topology().is_crowded(keys.ready(keys.partition(to)));
        let mut call = self.scripts.carry_in.call();
        call.arg(keys.conversation(to))
            .arg(keys.transcript(to))
            .arg(keys.watchers(to))
            .arg(keys.history(to))
            .arg(keys.records(to))
            .arg(keys.remarks(to))
            .arg(keys.ready(keys.partition(to)))
            .arg(keys.delayed_of(to))
            .arg(keys.inbox(to));
        let name = baggage.person.clone().unwrap_or_default();
        call.arg(&name);
        self.add_entry_args(&mut call, to, &Said::TakenOver { name })?;
        let (from, to) = step.names;
        let (key, is_crowded, from, left) = match step.why {
            Why::Told(told) => {
                (stored::key_digest(told.key.digest()), is_crowded, from.as_str(), "0")
            }
            Why::Follows { key, left } => (key.to_owned(), false, "", left),
        };
        call.arg(key)
            .arg(stored::fresh_record())
            .arg(millis(self.options.dedupe))
            .arg(millis(self.options.idle))
            .arg(self.options.history_limit.max(1))
            .arg(u8::from(is_crowded))
            .arg(baggage.turns.len())
            .arg(baggage.remarks.len())
            .arg(GROUP)
            .arg(to.as_str())
            .arg(from)
            .arg(left)
            .arg(&baggage.turns)
            .arg(&baggage.remarks)
            .arg(&baggage.messages);
        Ok(call)
    }

    async fn carry_out(&self, steps: &[Step<'_>], brought: &[Brought]) -> Result<(), StoreError> {
        let mut calls = Pipeline::new();
        let mut left = Vec::new();
        for (step, (brought, ..)) in steps.iter().zip(brought) {
            let parts = brought.split(' ').collect::<Vec<_>>();
            let (lists, person) = match *parts {
                [turns, digest, remarks, other] => ([turns, digest, remarks, other], ""),
                [turns, digest, remarks, other, person] => {
                    ([turns, digest, remarks, other], person)
                }
                // Whatever else may stand under this key is not something that was brought.
                _ => continue,
            };
            calls.add_command(self.carry_out_call(step, lists, person)?);
            left.push(step.from);
        }
        if left.is_empty() {
            return Ok(());
        }
        let told: Vec<bool> = self.link.call_all(&self.scripts.carry_out, &calls).await?;
        for (from, _) in left.into_iter().zip(told).filter(|(_, is_told)| *is_told) {
            self.tell_of_entry(from);
        }
        Ok(())
    }

    fn carry_out_call(
        &self,
        step: &Step<'_>,
        lists: [&str; 4],
        person: &str,
    ) -> Result<Cmd, StoreError> {
        let (keys, from) = (&self.keys, step.from);
        let mut call = self.scripts.carry_out.call();
        call.arg(keys.conversation(from))
            .arg(keys.transcript(from))
            .arg(keys.watchers(from))
            .arg(keys.history(from))
            .arg(keys.remarks(from))
            .arg(keys.ready(keys.partition(from)))
            .arg(keys.delayed_of(from))
            .arg(keys.records(from))
            .arg(person);
        self.add_entry_args(&mut call, from, &Said::Resumed)?;
        let moved = match step.why {
            Why::Told(told) => stored::move_digest(told),
            Why::Follows { .. } => String::new(),
        };
        let (from, to) = step.names;
        call.arg(&lists)
            .arg(moved)
            .arg(stored::fresh_record())
            .arg(millis(self.options.dedupe))
            .arg(GROUP)
            .arg(from.as_str())
            .arg(to.as_str());
        Ok(call)
    }
}
