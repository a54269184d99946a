//! What happens in a conversation besides its messages: one script call for each, all of a batch in
//! one round trip.

use async_trait::async_trait;
use conversation::ports::{Move, Notes, Noticed};
use conversation::{Note, Remarked, Scope, StoreError};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::errors::unreadable;
use crate::link::GROUP;
use crate::{Inner, RedisStore, millis, remarks, stored};

/// How many notes travel in one round trip, so that no batch holds up everything else.
const CHUNK: usize = 250;

#[async_trait]
impl Notes for RedisStore {
    async fn note(&self, notes: Vec<Note>) -> Result<Vec<Noticed>, StoreError> {
        let mut noticed = Vec::with_capacity(notes.len());
        let mut outcome = Ok(());
        for chunk in notes.chunks(CHUNK) {
            let taken = self.inner.note_chunk(chunk, &mut noticed).await;
            let is_away = matches!(taken, Err(StoreError::Unavailable(_) | StoreError::Refused(_)));
            outcome = outcome.and(taken);
            if is_away {
                break;
            }
        }
        outcome.map(|()| noticed)
    }

    async fn carry_over(&self, moves: Vec<Move>) -> Result<Vec<bool>, StoreError> {
        self.carry(&moves).await
    }
}

/// How a note changes the message that it is about, spelled as that is stored.
#[derive(Default)]
struct Change {
    /// The part of the stored message that names it, or nothing.
    reference: String,
    /// The new words, or nothing if the message is taken back.
    text: String,
    attachments: String,
}

impl Change {
    fn of(note: &Note) -> Result<Self, StoreError> {
        let (about, what) = (&note.remark.about, &note.remark.what);
        let message = match what {
            Remarked::Edited(message) => Some(message),
            Remarked::TakenBack => None,
            Remarked::Reacted(_)
            | Remarked::Unanswered(_)
            | Remarked::Colleague(_)
            | Remarked::Happened(_) => return Ok(Self::default()),
        };
        let Some(about) = about else { return Ok(Self::default()) };
        let reference = reference(Some(about))?;
        let Some(message) = message else { return Ok(Self { reference, ..Self::default() }) };
        Ok(Self {
            reference,
            text: stored::to_json("a message", &message.text)?,
            attachments: stored::to_json("a message", &message.attachments)?,
        })
    }
}

/// The part of a stored message that names it. No message is stored that is named by nothing.
fn reference(about: Option<&str>) -> Result<String, StoreError> {
    Ok(format!("\"reference\":{}", stored::to_json("a reference", &about)?))
}

fn read_answer(answer: &str) -> Result<Noticed, StoreError> {
    let limit = answer.strip_prefix("many ").and_then(|limit| limit.parse().ok());
    match (answer, limit) {
        ("amended", _) => Ok(Noticed::Amended),
        ("kept", _) => Ok(Noticed::Kept),
        ("duplicate", _) => Ok(Noticed::Duplicate),
        ("ignored", _) => Ok(Noticed::Ignored),
        ("full", _) => Err(StoreError::Full),
        (_, Some(limit)) => Err(StoreError::TooManyWaiting { limit }),
        (_, None) => Err(unreadable("the answer to note", answer)),
    }
}

impl Inner {
    async fn note_chunk(
        &self,
        chunk: &[Note],
        noticed: &mut Vec<Noticed>,
    ) -> Result<(), StoreError> {
        let mut calls = Pipeline::with_capacity(chunk.len());
        for note in chunk {
            calls.add_command(self.note_call(note)?);
        }
        // By itself each would be synced to the disk before the next one is read.
        if chunk.len() > 1 && self.link.topology().spans_partitions() {
            calls.atomic();
        }
        let answers: Vec<String> = self.link.call_all(&self.scripts.note, &calls).await?;
        let mut outcome = Ok(());
        for answer in answers {
            match read_answer(&answer) {
                Ok(answer) => noticed.push(answer),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    fn note_call(&self, note: &Note) -> Result<Cmd, StoreError> {
        let (keys, digest) = (&self.keys, note.conversation.digest());
        let change = Change::of(note)?;
        let ready = keys.ready(keys.partition(digest));
        let mut call = self.scripts.note.call();
        call.arg(ready)
            .arg(keys.conversation(digest))
            .arg(keys.inbox(digest))
            .arg(keys.history(digest))
            .arg(keys.records(digest))
            .arg(keys.remarks(digest))
            .arg(keys.revived(digest))
            .arg(keys.letters(digest))
            .arg(GROUP)
            .arg(stored::key_digest(note.key.digest()))
            .arg(stored::fresh_record())
            .arg(millis(self.options.dedupe))
            .arg(millis(self.options.idle))
            .arg(remarks::write(&note.remark)?)
            .arg(change.reference)
            .arg(change.text)
            .arg(change.attachments)
            .arg(u8::from(self.link.topology().is_crowded(ready)))
            .arg(match note.scope {
                Scope::Always => String::new(),
                Scope::OfKnownMessages => reference(note.remark.about.as_deref())?,
            });
        Ok(call)
    }
}
