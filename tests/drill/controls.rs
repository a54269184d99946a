//! The negative controls: small scenes, each with a protection and without it. Without it the oracle
//! has to see that a promise was broken; if it doesn't, its green means nothing.

use std::time::Duration;

use futures::{StreamExt, stream};

use crate::mishaps::Temper;
use crate::models::Pace;
use crate::replica::Build;
use crate::scenes::play;
use crate::verdict::Verdict;
use crate::world::{Channels, DURABLE, FORGETFUL, Plan};

/// How many worlds there are at a time.
const AT_ONCE: usize = 2;
/// A protection, and the scene that needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    Dedupe,
    /// The same where providers bring the messages.
    Webhooks,
    Persist,
    Fence,
    AppendOnlyFile,
    Receipts,
}

/// What the oracle has to find where a protection is missing. Anything else that isn't green, such as a
/// message that was never acknowledged, says nothing of the protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// Messages are answered twice.
    Duplicated,
    /// Acknowledged messages are gone without a trace.
    Vanished,
    /// Acknowledged messages are lost, answered twice, or answered in another order.
    AnyBreach,
}

impl Symptom {
    /// How the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duplicated => "duplicated",
            Self::Vanished => "lost without a trace",
            Self::AnyBreach => "lost, duplicated or out of order",
        }
    }

    /// Whether the oracle found it.
    pub fn is_in(self, verdict: &Verdict) -> bool {
        match self {
            Self::Duplicated => !verdict.duplicated.is_empty(),
            Self::Vanished => verdict.vanished > 0,
            Self::AnyBreach => {
                !(verdict.lost.is_empty()
                    && verdict.duplicated.is_empty()
                    && verdict.out_of_order.is_empty())
            }
        }
    }
}

/// What came of one.
pub struct ControlOutcome {
    pub name: &'static str,
    /// By what it has to be red.
    pub symptom: Symptom,
    /// How the scene went with the protection.
    pub with: Verdict,
    /// How it went without.
    pub without: Verdict,
}

impl ControlOutcome {
    /// Whether the protection made the difference, by the sign that it has to make it by.
    pub fn is_conclusive(&self) -> bool {
        self.with.is_green() && self.symptom.is_in(&self.without)
    }
}

/// Plays all scenes.
pub async fn controls(seed: u64) -> Vec<ControlOutcome> {
    let all = [
        Control::Dedupe,
        Control::Webhooks,
        Control::Persist,
        Control::Fence,
        Control::AppendOnlyFile,
        Control::Receipts,
    ];
    let scenes = all.map(|control| async move {
        let (with, without) = (control.whole_plan(seed), control.plan(seed));
        let (with, without) = tokio::join!(play(control, seed, with), play(control, seed, without));
        ControlOutcome { name: control.name(), symptom: control.symptom(), with, without }
    });
    stream::iter(scenes).buffered(AT_ONCE).collect().await
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Self::Dedupe => "deduplication off, messages repeated",
            Self::Webhooks => "deduplication off, webhooks repeated",
            Self::Persist => "200 before the message is stored, gateways killed",
            Self::Fence => "fence off, owners frozen before their commit",
            Self::AppendOnlyFile => "append-only file off, Redis killed",
            Self::Receipts => "receipts not heeded, connections cut after sends",
        }
    }

    fn symptom(self) -> Symptom {
        match self {
            Self::Dedupe | Self::Webhooks | Self::Receipts => Symptom::Duplicated,
            Self::Persist | Self::AppendOnlyFile => Symptom::Vanished,
            Self::Fence => Symptom::AnyBreach,
        }
    }

    /// The world with all protections.
    fn whole_plan(self, seed: u64) -> Plan {
        let pace = Pace(Duration::from_millis(300), Duration::from_millis(600));
        let channels = match self {
            Self::Dedupe | Self::Persist | Self::Fence | Self::AppendOnlyFile => Channels::Api,
            Self::Webhooks => Channels::Senders { seed, temper: Temper::Calm },
            Self::Receipts => Channels::Senders { seed, temper: Temper::Cutting },
        };
        Plan { build: Build::Faulty, redis: DURABLE, pace, channels, ..Plan::default() }
    }

    /// The world without this protection.
    fn plan(self, seed: u64) -> Plan {
        let whole = self.whole_plan(seed);
        let without = |what: &str| vec![("OPENCLAW_WITHOUT".to_owned(), what.to_owned())];
        match self {
            Self::Dedupe | Self::Webhooks => Plan { environment: without("dedupe"), ..whole },
            Self::Persist => Plan { environment: without("persist"), ..whole },
            Self::Fence => Plan { environment: without("fence"), ..whole },
            Self::AppendOnlyFile => Plan { redis: FORGETFUL, ..whole },
            Self::Receipts => Plan { environment: without("receipts"), ..whole },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Mark;

    #[test]
    fn a_control_that_is_red_for_another_reason_says_nothing() {
        let green = Verdict { attempted: 8, acknowledged: 8, answered: 8, ..Verdict::default() };
        let slow = Verdict { acknowledged: 7, ..green.clone() };
        let lost = Verdict { lost: vec![Mark { customer: 0, number: 0 }], ..green.clone() };
        let vanished = Verdict { vanished: 1, ..lost.clone() };
        let twice = Verdict { duplicated: lost.lost.clone(), ..green.clone() };
        let is_conclusive = |symptom, with: &Verdict, without: &Verdict| {
            let (with, without) = (with.clone(), without.clone());
            ControlOutcome { name: "made up", symptom, with, without }.is_conclusive()
        };
        for symptom in [Symptom::Duplicated, Symptom::Vanished, Symptom::AnyBreach] {
            assert!(!slow.is_green() && !is_conclusive(symptom, &green, &slow), "{symptom:?}");
            assert!(!is_conclusive(symptom, &green, &green), "{symptom:?}");
        }
        assert!(is_conclusive(Symptom::Duplicated, &green, &twice));
        assert!(!is_conclusive(Symptom::Duplicated, &green, &vanished));
        assert!(is_conclusive(Symptom::Vanished, &green, &vanished));
        assert!(!is_conclusive(Symptom::Vanished, &green, &lost));
        assert!(is_conclusive(Symptom::AnyBreach, &green, &lost));
        assert!(!is_conclusive(Symptom::AnyBreach, &slow, &lost), "the scene failed anyway");
    }
}
