//! Conversations as their readers follow them: a stream of entries for each, and what interrupts an
//! answer in the making.

use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Accepted, Event, Transcripts};
use conversation::{
    AnswerBy, ConversationId, Digest, Entry, Inbound, MessageId, Said, StoreError, Timestamp,
};
use deadpool_redis::redis::Cmd;

use crate::errors::unreadable;
use crate::link::GROUP;
use crate::{Inner, RedisStore, millis, stored};

/// What Redis tells of an entry: its id, its fields and their values.
type Row = (String, Vec<String>);

#[async_trait]
impl Transcripts for RedisStore {
    async fn transcript(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut range = Cmd::new();
        range.arg("XREVRANGE").arg(self.inner.keys.transcript(conversation.digest()));
        range.arg("+").arg(behind(after)).arg("COUNT").arg(limit);
        let rows: Vec<Row> = self.inner.link.run_settled(&range).await?;
        Ok(rows.into_iter().rev().filter_map(read_or_leave_out).collect())
    }

    async fn page(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let key = self.inner.keys.transcript(conversation.digest());
        let (mut entries, mut from) = (Vec::new(), behind(after));
        // What is left out is made up for: a short page says that there is no more.
        loop {
            let wanted = limit - entries.len();
            let mut range = Cmd::new();
            range.arg("XRANGE").arg(&key).arg(&from).arg("+").arg("COUNT").arg(wanted);
            let rows: Vec<Row> = self.inner.link.run_settled(&range).await?;
            let last = rows.last().filter(|_| rows.len() == wanted).map(|(id, _)| behind(Some(id)));
            entries.extend(rows.into_iter().filter_map(read_or_leave_out));
            match last {
                Some(last) if entries.len() < limit => from = last,
                Some(_) | None => return Ok(entries),
            }
        }
    }

    async fn interrupt(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        let (inner, digest) = (&self.inner, conversation.digest());
        let (keys, verb) = (&inner.keys, &inner.scripts.interrupt);
        let partition = keys.partition(digest);
        let mut call = verb.call();
        call.arg(keys.ready(partition))
            .arg(keys.conversation(digest))
            .arg(keys.interrupted(partition))
            .arg(GROUP)
            .arg(millis(inner.mark()));
        inner.link.call(verb, &call).await
    }
}

impl Inner {
    /// How long the mark of an interrupted claim outlives the claim's last heartbeat: longer than the
    /// claim itself does.
    pub(crate) fn mark(&self) -> Duration {
        (2 * self.options.lease).max(Duration::from_secs(1))
    }

    /// Adds to the call that accepts a message what it needs to tell the conversation's readers.
    pub(crate) fn for_readers(
        &self,
        call: &mut Cmd,
        inbound: &Inbound,
        id: MessageId,
    ) -> Result<(), StoreError> {
        match inbound.answer_by {
            AnswerBy::Record(_) | AnswerBy::Channel => return Ok(()),
            AnswerBy::Transcript(_) => {}
        }
        let key = inbound.key.as_str().to_owned();
        let said = Said::Customer { key, message: id, text: inbound.message.text.clone() };
        call.arg(stored::to_json("an entry", &said)?)
            .arg(millis(self.options.transcript))
            .arg(&self.options.replica)
            .arg(self.keys.events())
            .arg(id.conversation.to_string());
        Ok(())
    }

    /// Announces to the watchers in this process that a message became an entry, if it did.
    pub(crate) fn tell_of_message(&self, answer_by: AnswerBy, accepted: &Accepted) {
        match (answer_by, accepted) {
            (AnswerBy::Transcript(_), Accepted::New(id) | Accepted::Recorded(id)) => {
                self.tell_of_entry(id.conversation);
            }
            (AnswerBy::Transcript(_), Accepted::Duplicate(..) | Accepted::Conflict)
            | (AnswerBy::Record(_) | AnswerBy::Channel, _) => {}
        }
    }

    /// Announces to the watchers in this process that there is a new entry.
    pub(crate) fn tell_of_entry(&self, conversation: Digest) {
        if self.hub.is_watched(conversation) {
            self.hub.announce(conversation, &std::sync::Arc::new(Event::Added));
        }
    }
}

/// Where the entries after this one begin, or all if it is none.
fn behind(after: Option<&str>) -> String {
    let known = after.filter(|id| entry_time(id).is_some());
    known.map_or_else(|| "-".to_owned(), |id| format!("({id}"))
}

/// When the entry of this id was added, if it is the id of an entry at all.
fn entry_time(id: &str) -> Option<Timestamp> {
    let number = |text: &str| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|_| is_plain)
    };
    let (time, rest) = id.split_once('-')?;
    number(rest)?;
    number(time).map(Timestamp)
}

/// Reads an entry. One that can't be read here, since a later version wrote it, is left out.
fn read_or_leave_out((id, fields): Row) -> Option<Entry> {
    let warn = |error: &StoreError| tracing::warn!(%error, "an entry is left out");
    read(id, &fields).inspect_err(warn).ok()
}

fn read(id: String, fields: &[String]) -> Result<Entry, StoreError> {
    const WHAT: &str = "an entry of a transcript";
    let at = entry_time(&id).ok_or_else(|| unreadable(WHAT, "its id is none"))?;
    let [_, said] = fields else { return Err(unreadable(WHAT, "it has other fields")) };
    Ok(Entry { id, at, said: stored::from_json(WHAT, said)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_id_of_an_entry_is_not_taken_for_one() {
        assert_eq!(entry_time("1795369398000-12"), Some(Timestamp(1_795_369_398_000)));
        for id in ["", "-", "+", "1", "1-", "-1", "1-2-3", "(1-2", "1-+2", "99999999999999999999-0"]
        {
            assert_eq!(entry_time(id), None, "{id}");
        }
    }

    #[test]
    fn an_entry_that_a_later_version_wrote_is_left_out() {
        let row = |said: &str| ("5-0".to_owned(), vec!["e".to_owned(), said.to_owned()]);
        let resumed = Entry { id: "5-0".into(), at: Timestamp(5), said: Said::Resumed };
        assert_eq!(read_or_leave_out(row(r#"{"from":"resumed"}"#)), Some(resumed));
        assert_eq!(read_or_leave_out(row(r#"{"from":"a robot dog"}"#)), None);
        assert_eq!(read_or_leave_out(("5-0".to_owned(), Vec::new())), None);
    }
}
