//! What a pool counts. The handles are made once, so that counting costs an addition, and a
//! figure of zero is there to be seen from the start.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use crate::end::End;
use crate::sayings::Saying;

/// What became of one try to send a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendOutcome {
    Delivered,
    NotSent,
    Paced,
    Refused,
    Unreachable,
    Uncertain,
}

impl SendOutcome {
    const ALL: [Self; 6] = [
        Self::Delivered,
        Self::NotSent,
        Self::Paced,
        Self::Refused,
        Self::Unreachable,
        Self::Uncertain,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::NotSent => "not_sent",
            Self::Paced => "paced",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
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
    sends: Vec<(String, [Counter; SendOutcome::ALL.len()])>,
    uncertain: Counter,
    receipts_awaited: Counter,
    sayings: [Counter; Saying::ALL.len()],
    pictures: [Counter; 2],
    stopped: Counter,
    read: Counter,
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
            receipts_awaited: counter!("openclaw_receipts_awaited_total"),
            sayings: Saying::ALL
                .map(|it| counter!("openclaw_sayings_total", "saying" => it.label())),
            pictures: ["shown", "left_out"]
                .map(|outcome| counter!("openclaw_pictures_total", "outcome" => outcome)),
            stopped: counter!("openclaw_answers_stopped_total"),
            read: counter!("openclaw_recorded_messages_read_total"),
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
            | End::MovedOn
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

    /// The gateway said something by itself.
    pub(crate) fn said(&self, saying: Saying) {
        self.sayings[saying as usize].increment(1);
    }

    /// A reader stopped an answer.
    pub(crate) fn stopped(&self) {
        self.stopped.increment(1);
    }

    /// Messages without an answer of their own became known to a model.
    pub(crate) fn read(&self, messages: usize) {
        self.read.increment(messages as u64);
    }

    /// Pictures were shown to a model, and others could have been but could not be fetched.
    pub(crate) fn looked_at(&self, shown: usize, left_out: usize) {
        let [shown_total, left_out_total] = &self.pictures;
        shown_total.increment(shown as u64);
        left_out_total.increment(left_out as u64);
    }

    /// The provider's word on a part is waited for.
    pub(crate) fn awaited_receipt(&self) {
        self.receipts_awaited.increment(1);
    }
}

fn sends(channel: &str) -> [Counter; SendOutcome::ALL.len()] {
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
    describe_counter!(
        "openclaw_receipts_awaited_total",
        "Times that a reply waited for the provider to say whether a part had gone out."
    );
    describe_counter!("openclaw_sayings_total", "What the gateway said without asking a model.");
    describe_counter!("openclaw_answers_stopped_total", "Answers that a reader stopped.");
    describe_counter!(
        "openclaw_recorded_messages_read_total",
        "Messages that got no answer of their own, when an answer first knew of them."
    );
    describe_counter!(
        "openclaw_pictures_total",
        "Customers' pictures that a model which sees was shown, and those that it was only told of."
    );
    describe_counter!("openclaw_claims_lost_total", "Claims lost in the middle of a turn.");
}
