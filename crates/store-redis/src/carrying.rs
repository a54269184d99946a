//! What is remembered of conversations becomes the beginning of others.
//!
//! The two may lie in different slots of a Cluster, so this takes two scripts: one puts it there,
//! once for each key, and one takes it away here. Whoever repeats it after a crash between them
//! takes away what was put there then, and nothing that came since. Most customers who move bring
//! nothing, so that is asked first, of many at once.

use std::collections::HashSet;

use conversation::ports::{Move, Transcripts as _};
use conversation::{Digest, Said, StoreError};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::{Inner, RedisStore, millis, stored};

/// How many who move travel in one round trip, so that no batch holds up everything else.
const CHUNK: usize = 250;

/// How many of those who bring something do: their histories may be long.
const LADEN: usize = 16;

/// A move, with the names under which the keys know the two conversations.
#[derive(Clone, Copy)]
struct Step<'a> {
    number: usize,
    told: &'a Move,
    from: Digest,
    to: Digest,
}

/// What is remembered of a conversation, as it is stored.
#[derive(Default)]
struct Baggage {
    turns: Vec<String>,
    remarks: Vec<String>,
    /// What the person is called who has it.
    person: Option<String>,
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
        self.finish(&light, &brought, made).await?;
        for laden in of(true).chunks(LADEN) {
            let baggage = inner.pack(laden).await?;
            let brought = inner.carry_in(laden, &baggage).await?;
            self.finish(laden, &brought, made).await?;
        }
        Ok(())
    }

    /// Takes away what was brought, and tells those whom it concerns.
    async fn finish(
        &self,
        steps: &[Step<'_>],
        brought: &[Brought],
        made: &mut [bool],
    ) -> Result<(), StoreError> {
        for (step, (_, is_now, person)) in steps.iter().zip(brought) {
            if let Some(made) = made.get_mut(step.number) {
                *made = *is_now == 1;
            }
            if *person == 2 {
                self.inner.tell_of_entry(step.to);
            }
            if *person > 0 {
                self.interrupt(&step.told.to).await?;
            }
        }
        if brought.iter().any(|(brought, ..)| brought == "full") {
            return Err(StoreError::Full);
        }
        self.inner.carry_out(steps, brought).await
    }
}

/// The moves in rounds, of which none touches a conversation twice: who moves on may have moved in
/// just before. Who stays has nothing to do in any.
fn rounds(moves: &[Move]) -> Vec<Vec<Step<'_>>> {
    let mut rounds: Vec<Vec<Step<'_>>> = Vec::new();
    let mut touched = HashSet::new();
    for (number, told) in moves.iter().enumerate() {
        let (from, to) = (told.from.digest(), told.to.digest());
        if from == to {
            continue;
        }
        if touched.contains(&from) || touched.contains(&to) || rounds.is_empty() {
            touched.clear();
            rounds.push(Vec::new());
        }
        touched.extend([from, to]);
        if let Some(round) = rounds.last_mut() {
            round.push(Step { number, told, from, to });
        }
    }
    rounds
}

impl Inner {
    /// Which of these have anything to bring.
    async fn are_laden(&self, steps: &[Step<'_>]) -> Result<Vec<bool>, StoreError> {
        let mut asking = Pipeline::with_capacity(steps.len());
        for Step { from, .. } in steps {
            let keys = &self.keys;
            let of_it = [keys.history(*from), keys.remarks(*from), keys.conversation(*from)];
            asking.exists(&of_it);
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
        let pack = |person| Baggage { turns: next(), remarks: next(), person };
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
            .arg(keys.remarks(to));
        let name = baggage.person.clone().unwrap_or_default();
        call.arg(&name);
        self.add_entry_args(&mut call, to, &Said::TakenOver { name })?;
        call.arg(stored::key_digest(step.told.key.digest()))
            .arg(stored::fresh_record())
            .arg(millis(self.options.dedupe))
            .arg(millis(self.options.idle))
            .arg(self.options.history_limit.max(1))
            .arg(u8::from(is_crowded))
            .arg(baggage.turns.len())
            .arg(&baggage.turns)
            .arg(&baggage.remarks);
        Ok(call)
    }

    async fn carry_out(&self, steps: &[Step<'_>], brought: &[Brought]) -> Result<(), StoreError> {
        let mut calls = Pipeline::new();
        let mut left = Vec::new();
        for (step, (brought, ..)) in steps.iter().zip(brought) {
            let parts = brought.split(' ').collect::<Vec<_>>();
            let (turns, remarks, person) = match *parts {
                ["0", _, "0", _] => continue,
                [turns, digest, remarks, other] => ((turns, digest), (remarks, other), ""),
                [turns, digest, remarks, other, person] => {
                    ((turns, digest), (remarks, other), person)
                }
                // Whatever else may stand under this key is not something that was brought.
                _ => continue,
            };
            let mut call = self.scripts.carry_out.call();
            call.arg(self.keys.conversation(step.from))
                .arg(self.keys.transcript(step.from))
                .arg(self.keys.watchers(step.from))
                .arg(self.keys.history(step.from))
                .arg(self.keys.remarks(step.from))
                .arg(person);
            self.add_entry_args(&mut call, step.from, &Said::Resumed)?;
            call.arg(turns.0).arg(turns.1).arg(remarks.0).arg(remarks.1);
            calls.add_command(call);
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
}
