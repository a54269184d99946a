//! Conversations that a person has instead of the model.

use async_trait::async_trait;
use conversation::ports::{Handovers, Saying, Spoken, Transcripts as _};
use conversation::{Author, ConversationId, Digest, Message, Remark, Remarked, Said, StoreError};
use deadpool_redis::redis::Cmd;

use crate::errors::unreadable;
use crate::script::Verb;
use crate::{Inner, RedisStore, millis, remarks, stored};

#[async_trait]
impl Handovers for RedisStore {
    async fn take_over(&self, conversation: &ConversationId, name: &str) -> Result<(), StoreError> {
        let (inner, verb) = (&self.inner, &self.inner.scripts.take_over);
        let mut call = inner.call_for_readers(verb, conversation);
        call.arg(name);
        let said = Said::TakenOver { name: name.to_owned() };
        inner.add_entry_args(&mut call, conversation.digest(), &said)?;
        if inner.link.call(verb, &call).await? {
            inner.tell_of_entry(conversation.digest());
        }
        // Whoever opens the conversation from now on finds nothing to answer, and whoever has
        // opened it before is told.
        self.interrupt(conversation).await.map(|_was_at_work| ())
    }

    async fn resume(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        let (inner, verb) = (&self.inner, &self.inner.scripts.resume);
        let mut call = inner.call_for_readers(verb, conversation);
        inner.add_entry_args(&mut call, conversation.digest(), &Said::Resumed)?;
        let (was_taken_over, is_read_along): (bool, bool) = inner.link.call(verb, &call).await?;
        if is_read_along {
            inner.tell_of_entry(conversation.digest());
        }
        Ok(was_taken_over)
    }

    async fn taken_over_by(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<String>, StoreError> {
        let mut get = Cmd::new();
        get.arg("HGET").arg(self.inner.keys.conversation(conversation.digest())).arg("p");
        self.inner.link.run_settled(&get).await
    }

    async fn say(
        &self,
        conversation: &ConversationId,
        saying: Saying,
    ) -> Result<Spoken, StoreError> {
        let (inner, verb) = (&self.inner, &self.inner.scripts.say);
        let digest = conversation.digest();
        let key = saying.digest();
        let Saying { name, text, at, .. } = saying;
        let said = Said::Person { name: name.clone(), text: text.clone() };
        let author = Author { display_name: Some(name), ..Author::default() };
        let what = Remarked::Colleague(Message { author, ..Message::text(text, at) });
        let mut call = inner.call_for_readers(verb, conversation);
        call.arg(inner.keys.records(digest))
            .arg(inner.keys.remarks(digest))
            .arg(inner.keys.history(digest))
            .arg(stored::key_digest(key))
            .arg(stored::record_head(rand::random()))
            .arg(remarks::write(&Remark { about: None, what, at })?)
            .arg(millis(inner.options.dedupe))
            .arg(millis(inner.options.idle));
        inner.add_entry_args(&mut call, digest, &said)?;
        let answer: String = inner.link.call(verb, &call).await?;
        match answer.as_str() {
            "new" => {
                inner.tell_of_entry(digest);
                Ok(Spoken::New)
            }
            "duplicate" => Ok(Spoken::Duplicate),
            "unread" => Ok(Spoken::NobodyReads),
            other => Err(unreadable("the answer to say", other)),
        }
    }
}

impl Inner {
    /// Begins a call that adds to a transcript outside of a turn.
    fn call_for_readers(&self, verb: &Verb, conversation: &ConversationId) -> Cmd {
        let digest = conversation.digest();
        let mut call = verb.call();
        call.arg(self.keys.conversation(digest))
            .arg(self.keys.transcript(digest))
            .arg(self.keys.watchers(digest));
        call
    }

    /// Adds to such a call the entry, and who is to be told of it.
    pub(crate) fn add_entry_args(
        &self,
        call: &mut Cmd,
        conversation: Digest,
        said: &Said,
    ) -> Result<(), StoreError> {
        call.arg(stored::to_json("an entry", said)?)
            .arg(millis(self.options.transcript))
            .arg(&self.options.replica)
            .arg(self.keys.events())
            .arg(conversation.to_string());
        Ok(())
    }
}
