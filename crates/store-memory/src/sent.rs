//! Replies that went out, kept so that the provider's later word on them finds them.

use conversation::ports::{MessageState, Passage, Receipt, Received};
use conversation::{AnswerBy, MessageId, Outbox, PartState, Reply, Timestamp};

use crate::conversation_state::Conversation;
use crate::dead::Dead;
use crate::pile::Pile;
use crate::weight::Weigh;

/// How many replies of a conversation are kept: the newest.
const REPLIES: usize = 50;

/// The replies that are kept, and until when. A later one keeps the earlier ones longer.
#[derive(Default)]
pub(crate) struct SentReplies {
    replies: Pile<SentReply>,
    until: Timestamp,
}

/// A reply with what the provider said of its parts.
pub(crate) struct SentReply {
    /// As it was before any of it was sent.
    outbox: Outbox,
    answered: Vec<MessageId>,
    /// How far each part has come.
    reached: Vec<Stage>,
    is_undelivered: bool,
}

/// How far the provider says that a part has come. What comes later counts only if it is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Unheard,
    Sent,
    Failed,
    Delivered,
    Read,
}

/// What a receipt means for the conversation.
pub(crate) enum Meaning {
    /// Nothing more than what is to be answered.
    Nothing(Received),
    /// The provider took the part.
    Taken,
    /// The reply will not arrive, and is to become this dead letter.
    Undelivered(Dead),
}

impl SentReplies {
    /// Keeps a reply that is about to go out.
    pub(crate) fn keep(&mut self, outbox: Outbox, answered: Vec<MessageId>, until: Timestamp) {
        let reached = vec![Stage::Unheard; outbox.parts.len()];
        self.replies.push_back(SentReply { outbox, answered, reached, is_undelivered: false });
        if self.replies.len() > REPLIES {
            self.replies.pop_front();
        }
        self.until = until;
    }

    /// Forgets the replies if their time is over. Says when that is, if there are any.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.until <= now {
            self.replies.clear();
        }
        (!self.replies.is_empty()).then_some(self.until)
    }

    /// Writes down that a reply will not arrive, so that nothing more comes of its failures.
    pub(crate) fn give_up(&mut self, turn: &str) {
        self.replies.change(|sent| sent.outbox.turn == turn, |sent| sent.is_undelivered = true);
    }

    /// Forgets what was said of a reply that goes out once more.
    fn begin_anew(&mut self, turn: &str) {
        self.replies.change(
            |sent| sent.outbox.turn == turn,
            |sent| {
                sent.reached.fill(Stage::Unheard);
                sent.is_undelivered = false;
            },
        );
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }
}

impl SentReply {
    /// Writes a provider's word down.
    fn hear(&mut self, receipt: &Receipt, now: Timestamp) -> Meaning {
        let Some(reached) = self.reached.get_mut(receipt.part) else {
            return Meaning::Nothing(Received::Unknown);
        };
        let stage = Stage::of(&receipt.passage);
        // What failed does not arrive, whatever is said of it later.
        if stage <= *reached || *reached == Stage::Failed {
            return Meaning::Nothing(Received::Duplicate);
        }
        *reached = stage;
        match &receipt.passage {
            Passage::Sent | Passage::Delivered | Passage::Read => Meaning::Taken,
            Passage::Failed { .. } if self.is_undelivered => Meaning::Nothing(Received::Recorded),
            Passage::Failed { why } => {
                self.is_undelivered = true;
                Meaning::Undelivered(Dead {
                    reason: format!("undelivered: {why}"),
                    at: now,
                    messages: Vec::new(),
                    outbox: Some(self.outbox.clone()),
                    answered: self.answered.clone(),
                })
            }
        }
    }
}

impl Stage {
    fn of(passage: &Passage) -> Self {
        match passage {
            Passage::Sent => Self::Sent,
            Passage::Failed { .. } => Self::Failed,
            Passage::Delivered => Self::Delivered,
            Passage::Read => Self::Read,
        }
    }
}

impl Conversation {
    /// Writes down what the provider says of a part.
    pub(crate) fn hear(&mut self, receipt: &Receipt, now: Timestamp) -> Meaning {
        self.sent.expire(now);
        let mut meaning = Meaning::Nothing(Received::Unknown);
        self.sent.replies.change(
            |sent| sent.outbox.turn == receipt.turn,
            |sent| meaning = sent.hear(receipt, now),
        );
        if let (Meaning::Undelivered(dead), Passage::Failed { why }) = (&meaning, &receipt.passage)
        {
            for id in &dead.answered {
                self.keys.set(id, |_| MessageState::Undelivered { reason: why.clone() });
            }
        }
        meaning
    }

    /// Records that the provider took a part, if it stands as being sent, or as pending again although it
    /// may have gone out. Says whether it did.
    pub(crate) fn taken(&mut self, receipt: &Receipt) -> bool {
        let outbox = self.outbox.as_ref().filter(|outbox| outbox.turn == receipt.turn);
        let part = outbox.and_then(|outbox| outbox.parts.get(receipt.part));
        let is_new = part.is_some_and(|part| match part.state {
            PartState::Pending => self.may_be_out.contains(&receipt.part),
            PartState::Sending => true,
            PartState::Delivered(_) => false,
        });
        is_new && self.delivered(receipt.part, Some(receipt.receipt.clone()))
    }

    /// Stops the rest of a reply from going out. Says whether there was any.
    pub(crate) fn stop_sending(&mut self, turn: &str) -> bool {
        let is_out = self.outbox.as_ref().is_some_and(|outbox| outbox.turn == turn);
        if is_out {
            self.outbox = None;
            self.attempts = 0;
        }
        is_out
    }

    /// Takes an undelivered reply for one that goes out again: its messages are answered.
    pub(crate) fn answer_again(&mut self, answered: &[MessageId], outbox: &Outbox) {
        self.sent.begin_anew(&outbox.turn);
        for id in answered {
            self.keys.set(id, |answer_by| state_of_answered(answer_by, &outbox.reply));
        }
    }
}

/// How far an answered message has come.
pub(crate) fn state_of_answered(answer_by: AnswerBy, reply: &Reply) -> MessageState {
    match answer_by {
        AnswerBy::Record(_) => MessageState::Answered(Some(reply.clone())),
        AnswerBy::Channel | AnswerBy::Transcript(_) => MessageState::Answered(None),
    }
}

impl Weigh for SentReply {
    fn weight(&self) -> usize {
        size_of_val(self)
            + self.outbox.weight()
            + size_of_val(self.answered.as_slice())
            + size_of_val(self.reached.as_slice())
    }
}

impl Weigh for SentReplies {
    fn weight(&self) -> usize {
        self.replies.weight()
    }
}
