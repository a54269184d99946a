//! What a pool counts. The handles are made once, so that counting costs an addition, and a
//! figure of zero is there to be seen from the start.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use crate::end::End;

/// What became of one try to send a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendOutcome {
    Delivered,
    NotSent,
    Refused,
    Uncertain,
}

impl SendOutcome {
    const ALL: [Self; 4] = [Self::Delivered, Self::NotSent, Self::Refused, Self::Uncertain];

    const fn label(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::NotSent => "not_sent",
            Self::Refused => "refused",
            Self::Uncertain => "uncertain",
        }
    }
}

/// The figures of one pool.
pub(crate) struct Figures {
    turns: [Counter; End::ALL.len()],
    durations: Histogram,
    in_flight: Gauge,
    answered: Counter,
    answered_total: AtomicU64,
    parked: Counter,
    sends: Vec<(String, [Counter; 4])>,
    uncertain: Counter,
    lost: Counter,
}

impl Figures {
    /// The figures of a pool that sends through these channels.
    pub(crate) fn new<'a>(channels: impl Iterator<Item = &'a str>) -> Self {
        describe();
        Self {
            turns: End::ALL.map(|end| counter!("openclaw_turns_total", "outcome" => end.label())),
            durations: histogram!("openclaw_turn_duration_seconds"),
            in_flight: gauge!("openclaw_turns_in_flight"),
            answered: counter!("openclaw_messages_answered_total"),
            answered_total: AtomicU64::new(0),
            parked: counter!("openclaw_dead_letters_total"),
            sends: channels.map(|channel| (channel.to_owned(), sends(channel))).collect(),
            uncertain: counter!("openclaw_sends_uncertain_total"),
            lost: counter!("openclaw_claims_lost_total"),
        }
    }

    /// A turn began.
    pub(crate) fn began(&self) {
        self.in_flight.increment(1.0);
    }

    /// A turn ended after this time.
    pub(crate) fn ended(&self, end: End, took: Duration) {
        self.in_flight.decrement(1.0);
        self.durations.record(took);
        self.turns[end as usize].increment(1);
        match end {
            End::Parked => self.parked.increment(1),
            End::Lost | End::Stale => self.lost.increment(1),
            End::Answered
            | End::Delivered
            | End::Idle
            | End::Postponed
            | End::Unavailable
            | End::Unreadable
            | End::Aborted
            | End::Panicked => {}
        }
    }

    /// Messages were answered.
    pub(crate) fn answered(&self, messages: usize) {
        let messages = messages as u64;
        self.answered.increment(messages);
        self.answered_total.fetch_add(messages, Ordering::Relaxed);
    }

    /// How many messages were answered since the start.
    pub(crate) fn answered_total(&self) -> u64 {
        self.answered_total.load(Ordering::Relaxed)
    }

    /// A part was tried to be sent.
    pub(crate) fn sent(&self, channel: &str, outcome: SendOutcome) {
        if let Some((_, counters)) = self.sends.iter().find(|(name, _)| name == channel) {
            counters[outcome as usize].increment(1);
        }
    }

    /// Nobody knows whether a part went out.
    pub(crate) fn uncertain(&self) {
        self.uncertain.increment(1);
    }
}

fn sends(channel: &str) -> [Counter; 4] {
    SendOutcome::ALL.map(|outcome| {
        counter!("openclaw_sends_total", "channel" => channel.to_owned(), "outcome" => outcome.label())
    })
}

fn describe() {
    describe_counter!("openclaw_turns_total", "Turns, by what they came to.");
    describe_histogram!("openclaw_turn_duration_seconds", "How long turns took.");
    describe_gauge!("openclaw_turns_in_flight", "Turns at work.");
    describe_counter!("openclaw_messages_answered_total", "Messages answered.");
    describe_counter!("openclaw_dead_letters_total", "Messages and replies given up.");
    describe_counter!("openclaw_sends_total", "Tries to send a part of a reply.");
    describe_counter!(
        "openclaw_sends_uncertain_total",
        "Parts of replies of which nobody knew whether they had gone out."
    );
    describe_counter!("openclaw_claims_lost_total", "Claims lost in the middle of a turn.");
}
