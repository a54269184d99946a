//! What must be true of the store after what has happened so far.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use conversation::ports::MessageState;
use conversation::{ConversationId, MessageId, PartState};

use super::acts::CUSTOMERS;
use crate::words::{customer, reply};

/// Why everything is parked that is parked here.
pub(super) const REASON: &str = "given up";

/// A moment as it can be known from outside: the verb took effect somewhere between.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment {
    pub(super) earliest: Duration,
    pub(super) latest: Duration,
}

/// Whether a time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    No,
    Maybe,
    Yes,
}

impl Moment {
    /// Whether at this moment a `time` that began at `start` is over.
    pub(super) fn is_past(self, start: Self, time: Duration) -> Over {
        // A store counts in whole milliseconds, and by another clock than the test.
        let slack = Duration::from_millis(100);
        if self.latest + slack < start.earliest + time {
            Over::No
        } else if self.earliest >= start.latest + time + slack {
            Over::Yes
        } else {
            Over::Maybe
        }
    }
}

/// What has become of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Waits,
    Answered(String),
    /// Answered in this turn, and the reply was given up.
    Undelivered(String),
    Parked,
    TakenBack,
    Forgotten,
}

/// A message that was accepted.
pub(super) struct Said {
    pub(super) id: MessageId,
    pub(super) text: String,
    pub(super) is_recorded: bool,
    pub(super) fate: Fate,
    /// The turns that have answered it; there may never be two.
    pub(super) turns: Vec<String>,
}

impl Said {
    /// What the store has to say of it.
    pub(super) fn state(&self) -> Option<MessageState> {
        match &self.fate {
            Fate::Waits => Some(MessageState::Waiting),
            Fate::Answered(turn) => {
                Some(MessageState::Answered(self.is_recorded.then(|| reply(turn))))
            }
            Fate::Undelivered(_) => Some(MessageState::Undelivered { reason: REASON.to_owned() }),
            Fate::Parked => Some(MessageState::Parked { reason: REASON.to_owned() }),
            Fate::TakenBack => Some(MessageState::TakenBack),
            Fate::Forgotten => None,
        }
    }
}

/// Where a conversation stands.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Idle,
    Ready,
    Held { claim: usize, since: Moment, deliveries: u64, opened: Option<usize> },
    Delayed { since: Moment, delay: Duration },
}

/// A reply on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) turn: String,
    pub(super) parts: Vec<PartState>,
    /// Which parts are pending again, but may have gone out.
    pub(super) may_be_out: Vec<usize>,
}

impl Outgoing {
    pub(super) fn next(&self) -> Option<usize> {
        self.parts.iter().position(|part| !matches!(part, PartState::Delivered(_)))
    }

    pub(super) fn send_again(&mut self) {
        for part in &mut self.parts {
            if *part == PartState::Sending {
                *part = PartState::Pending;
            }
        }
    }

    /// Makes pending again what nobody knows the outcome of.
    pub(super) fn doubt(&mut self) {
        let parts = self.parts.iter().enumerate();
        let sending = parts.filter(|(_, part)| **part == PartState::Sending);
        self.may_be_out.extend(sending.map(|(index, _)| index));
        self.send_again();
    }

    /// Whether the provider's word on a part settles what became of it.
    pub(super) fn is_open(&self, part: usize) -> bool {
        match self.parts[part] {
            PartState::Sending => true,
            PartState::Pending => self.may_be_out.contains(&part),
            PartState::Delivered(_) => false,
        }
    }
}

/// One conversation. Messages are named by their number in [`Model::said`].
pub(super) struct Talk {
    pub(super) id: ConversationId,
    pub(super) waiting: VecDeque<usize>,
    pub(super) history: Vec<(Vec<usize>, String)>,
    pub(super) touched: Moment,
    pub(super) outgoing: Option<Outgoing>,
    /// The replies that are kept, each with the parts that the provider spoke of.
    pub(super) kept: VecDeque<(String, HashSet<usize>)>,
    pub(super) place: Place,
    pub(super) attempts: u32,
    pub(super) keys: HashMap<usize, (usize, Moment)>,
    /// How many traces of a forgotten conversation the queue may still hold. Whoever claims one
    /// finds that the claim is stale.
    pub(super) traces: usize,
}

impl Talk {
    fn new(who: usize) -> Self {
        Self {
            id: customer(&who.to_string()),
            waiting: VecDeque::new(),
            history: Vec::new(),
            touched: Moment::default(),
            outgoing: None,
            kept: VecDeque::new(),
            place: Place::Idle,
            attempts: 0,
            keys: HashMap::new(),
            traces: 0,
        }
    }

    pub(super) fn has_work(&self) -> bool {
        !self.waiting.is_empty() || self.outgoing.is_some()
    }

    /// Ends the claim.
    pub(super) fn finish(&mut self) {
        if self.has_work() {
            self.place = Place::Ready;
        } else {
            self.place = Place::Idle;
            self.attempts = 0;
        }
    }
}

/// Something given up.
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) who: usize,
    pub(super) messages: Vec<usize>,
    pub(super) outgoing: Option<Outgoing>,
}

/// All conversations, messages and dead letters.
pub(super) struct Model {
    pub(super) talks: Vec<Talk>,
    pub(super) said: Vec<Said>,
    pub(super) letters: Vec<Letter>,
}

impl Model {
    pub(super) fn new() -> Self {
        let talks = (0..CUSTOMERS).map(Talk::new).collect();
        Self { talks, said: Vec::new(), letters: Vec::new() }
    }

    /// Whether the claim of this number holds the conversation.
    pub(super) fn is_held(&self, who: usize, number: usize) -> bool {
        matches!(self.talks[who].place, Place::Held { claim, .. } if claim == number)
    }

    /// Whether there is nothing left to do.
    pub(super) fn is_at_rest(&self) -> bool {
        self.talks.iter().all(|talk| matches!(talk.place, Place::Idle) && !talk.has_work())
    }

    /// The messages of a turn are answered, for the first time each.
    pub(super) fn answer(&mut self, messages: &[usize], turn: &str) {
        for &number in messages {
            let said = &mut self.said[number];
            assert_eq!(said.fate, Fate::Waits, "{} is answered again by {turn}", said.text);
            said.fate = Fate::Answered(turn.to_owned());
            said.turns.push(turn.to_owned());
        }
    }

    /// Says of those who were answered by a reply what became of it.
    pub(super) fn settle(&mut self, turn: &str, from: &Fate, to: &Fate) {
        for said in &mut self.said {
            if said.fate == *from && said.turns.last().is_some_and(|last| last == turn) {
                said.fate = to.clone();
            }
        }
    }

    /// A person is forgotten.
    pub(super) fn forget(&mut self, who: usize, now: Moment) {
        let talk = &mut self.talks[who];
        let mut traces = talk.traces;
        match talk.place {
            Place::Ready => traces += 1,
            Place::Delayed { since, delay } if now.is_past(since, delay) != Over::No => traces += 1,
            Place::Delayed { .. } | Place::Held { .. } | Place::Idle => {}
        }
        let id = talk.id.digest();
        *talk = Talk { traces, ..Talk::new(who) };
        self.letters.retain(|letter| letter.who != who);
        for said in self.said.iter_mut().filter(|said| said.id.conversation == id) {
            said.fate = Fate::Forgotten;
        }
    }
}
