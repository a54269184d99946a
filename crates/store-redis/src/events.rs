//! Hearing and telling of events: here through the hub, elsewhere through the telegraph.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Event, Events};
use conversation::{ConversationId, StoreError, Watch};

use crate::link::GROUP;
use crate::{Inner, RedisStore, millis};

#[async_trait]
impl Events for RedisStore {
    async fn watch(&self, conversation: &ConversationId) -> Result<Watch, StoreError> {
        // Watching begins here before it is made known, so that nothing falls between.
        let watch = self.inner.hub.watch(conversation.digest());
        self.inner.register_interest(conversation).await?;
        self.inner.telegraph.keep_watching(conversation);
        Ok(watch)
    }

    fn watch_here(&self, conversation: &ConversationId) -> Watch {
        self.inner.hub.watch(conversation.digest())
    }

    fn announce(&self, conversation: &ConversationId, event: Event) {
        let digest = conversation.digest();
        self.inner.telegraph.send(digest, &event);
        if self.inner.hub.is_watched(digest) {
            self.inner.hub.announce(digest, &Arc::new(event));
        }
    }
}

impl Inner {
    pub(crate) async fn register_interest(
        &self,
        conversation: &ConversationId,
    ) -> Result<(), StoreError> {
        let digest = conversation.digest();
        let verb = &self.scripts.watch;
        let mut call = verb.call();
        call.arg(self.keys.ready(self.keys.partition(digest)))
            .arg(self.keys.conversation(digest))
            .arg(self.keys.watchers(digest))
            .arg(GROUP)
            .arg(&self.options.replica)
            .arg(millis(self.options.listening))
            .arg(self.keys.events())
            .arg(digest.to_string());
        self.link.call(verb, &call).await
    }
}
