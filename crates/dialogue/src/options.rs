//! What a pool is made of, and the bounds within which it works.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use conversation::Clock;
use conversation::ports::{Channel, Events, Knowledge, LanguageModel, Turns};

use crate::{Sayings, Schedule};

/// The ports through which a pool works.
#[derive(Clone)]
pub struct Parts {
    /// Where conversations are claimed and answers committed.
    pub store: Arc<dyn Turns>,
    /// Where those who wait for an answer hear of it in the making.
    pub events: Arc<dyn Events>,
    /// What answers.
    pub model: Arc<dyn LanguageModel>,
    /// The company's skills.
    pub knowledge: Arc<dyn Knowledge>,
    /// The channels that send. A conversation of any other channel has its answers recorded.
    pub channels: Vec<Arc<dyn Channel>>,
    /// The time that replies are stamped with.
    pub clock: Arc<dyn Clock>,
}

/// What to do with a part of a reply of which nobody knows whether it went out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UncertainPolicy {
    /// Send it again: the customer may get it twice.
    #[default]
    Resend,
    /// Make it a dead letter: the customer may not get it, and an operator decides.
    Park,
}

/// The bounds of a pool.
#[derive(Clone, Debug)]
pub struct Options {
    /// The company's own instructions to the model.
    pub system_prompt: String,
    /// What the gateway says by itself.
    pub sayings: Sayings,
    /// How many turns run at a time.
    pub max_concurrent: NonZeroUsize,
    /// How many waiting messages one turn answers together at most.
    pub collect: NonZeroUsize,
    /// How long the models may take for one answer altogether.
    pub turn_timeout: Duration,
    /// How many bytes of skills go into a prompt.
    pub skills_budget: usize,
    /// How many bytes of earlier turns go into a prompt.
    pub history_budget: usize,
    /// How many bytes of the messages that are to be answered go into a prompt.
    pub question_budget: usize,
    /// How long a failed turn or an unsent part waits for its next try.
    pub retry: Schedule,
    /// How often a turn or a part is tried before it becomes a dead letter.
    pub max_attempts: u32,
    /// How often a conversation is handed out in a row before it becomes a dead letter. One that is
    /// handed out again and again may have had an owner die over it each time; but so it is when
    /// its owners are well and a store that comes and goes takes their leases from them. So this
    /// has to be a number that no outage reaches: 30 leases of 3 seconds, each with a claim that
    /// went well and a turn that did not, are more than flapping brings and little enough for a
    /// conversation that kills whoever takes it.
    pub max_deliveries: u64,
    /// What to do with a part of which nobody knows whether it went out.
    pub uncertain: UncertainPolicy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            system_prompt: String::new(),
            sayings: Sayings::default(),
            max_concurrent: NonZeroUsize::MIN.saturating_add(255),
            collect: NonZeroUsize::MIN.saturating_add(19),
            turn_timeout: Duration::from_secs(90),
            skills_budget: 48 * 1024,
            history_budget: 24 * 1024,
            question_budget: 16 * 1024,
            retry: Schedule::new(Duration::from_secs(1), Duration::from_secs(60)),
            max_attempts: 8,
            max_deliveries: 30,
            uncertain: UncertainPolicy::default(),
        }
    }
}
