//! One turn: what is done with a conversation from the claim to the release.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use conversation::StoreError;
use conversation::ports::{Event, Memory, Opened, Waiting};
use tracing::{debug, warn};

use crate::answer::{Answer, Heard};
use crate::customer::newest_author;
use crate::delivery::Earlier;
use crate::draft::Draft;
use crate::end::End;
use crate::failure::Failure;
use crate::finish::{Work, ids};
use crate::holding::Holding;
use crate::insistence::insist;
use crate::moving::readdressed;
use crate::past::Past;
use crate::pictures::Fetched;
use crate::pool::Inner;
use crate::sayings::{GATEWAY, Saying};
use crate::span::{name_requests, tell_of_taking_over};
use crate::task::{By, Task};
use crate::typed::all_typed;
use crate::typing::while_typing;

/// A turn at work.
pub(crate) struct Turn<'a> {
    pub(crate) pool: &'a Inner,
    pub(crate) holding: &'a Holding,
    pub(crate) id: String,
    pub(crate) draft: Draft,
}

impl Turn<'_> {
    /// Works until the claim is given up, or left to whoever claims it next.
    pub(crate) async fn run(&self) -> End {
        let error = match self.steps().await {
            Ok(end) => return end,
            Err(error) => error,
        };
        let end = End::from(&error);
        if end == End::Unreadable {
            warn!(%error, "a turn is left to other replicas");
        } else {
            debug!(%error, "the turn ended early");
        }
        end
    }

    async fn steps(&self) -> Result<End, StoreError> {
        let (claim, options) = (&self.holding.claim, &self.pool.options);
        if claim.fence.deliveries > options.max_deliveries {
            return self.give_up(options.collect, "its owners kept failing over it").await;
        }
        let opened = insist(self.holding, || self.pool.parts.store.open(claim, options.collect));
        let opened = match opened.await {
            Err(error @ StoreError::Unreadable { .. }) => return self.leave_unread(&error).await,
            opened => opened?,
        };
        self.pool.unread.was_read(&claim.conversation);
        let Opened { messages, history, outbox, mut attempts, draft, sending_for, .. } = opened;
        let moved_to = opened.moved_to;
        let past = Past { history, remarks: opened.remarks, kept_at: opened.remarks_kept_at };
        name_requests(&messages);
        tell_of_taking_over(claim);
        let had_outbox = outbox.is_some();
        if let Some(outbox) = outbox {
            let earlier = Earlier { attempts, sending_for };
            let outbox = match &moved_to {
                Some(to) => readdressed(outbox, to),
                None => outbox,
            };
            if let ControlFlow::Break(end) = self.deliver(&outbox, earlier).await? {
                return Ok(end);
            }
            // They were the reply's attempts, and went with it, in the store as well.
            attempts = 0;
        }
        if let Some(to) = moved_to {
            return self.forward(&to, attempts).await;
        }
        let Some(task) = Task::next(&messages) else {
            self.release().await?;
            return Ok(if had_outbox { End::Delivered } else { End::Idle });
        };
        if let Some(draft) = draft {
            self.draft.is(draft);
        }
        let Task { answered: count, memory, by } = task;
        let messages = messages.get(..count.get()).unwrap_or_default();
        let (known_until, unread) = match by {
            // It knows nothing: what no model knew before it, none knows after it.
            By::Gateway(_) => (past.known_so_far(), 0),
            By::Model => (Some(past.known_now()), past.unread()),
        };
        if past.took_back(messages) {
            self.withdraw(count).await?;
            return Ok(End::Idle);
        }
        let work = Work { messages, count, attempts, memory, known_until, unread };
        let answer = match by {
            By::Gateway(saying) => Ok(Some(self.say(saying, messages))),
            By::Model => self.answer(&work, past).await,
        };
        match answer {
            Ok(Some(answer)) => self.finish(&work, answer, self.draft.id()).await,
            Ok(None) => self.stop(&work).await,
            Err(failure) => self.fail(&work, &failure).await,
        }
    }

    /// Says a sentence of our own to whoever wrote these messages.
    fn say(&self, saying: Saying, messages: &[Waiting]) -> Answer {
        let text = self.pool.options.sayings.say(saying, newest_author(messages));
        self.pool.figures.said(saying);
        Answer { text, model: GATEWAY.to_owned() }
    }

    /// Ends a turn that was stopped before anything was said. If that was for a person who has the
    /// conversation now, its messages are the person's to answer; else the reader is told.
    async fn stop(&self, work: &Work<'_>) -> Result<End, StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        let opened = insist(self.holding, || store.open(claim, work.count)).await?;
        let first = |messages: &[Waiting]| messages.first().map(|waiting| waiting.id);
        if first(&opened.messages) != first(work.messages) {
            self.release().await?;
            return Ok(End::Idle);
        }
        self.finish(work, self.say(Saying::Stopped, work.messages), self.draft.id()).await
    }

    /// Has the messages answered by the model, and shows that this is being done. There is no
    /// answer if it was stopped before its first word.
    async fn answer(&self, work: &Work<'_>, past: Past) -> Result<Option<Answer>, Failure> {
        let conversation = &self.holding.claim.conversation;
        let started = Event::Started { messages: ids(work.messages) };
        self.pool.parts.events.announce(conversation, started);
        let answering = self.ask_with_pictures(work, past);
        let heard = match (self.pool.channel(conversation), work.messages.last()) {
            (Some(channel), Some(newest)) => {
                while_typing(channel, conversation, newest, answering).await?
            }
            (Some(_) | None, _) => answering.await?,
        };
        match heard {
            Heard::Whole(answer) => Ok(Some(answer)),
            Heard::Stopped(so_far) => {
                self.pool.figures.stopped();
                Ok(so_far)
            }
        }
    }

    /// Puts the prompt together and asks the model. Its pictures are held for as long as that takes.
    async fn ask_with_pictures(&self, work: &Work<'_>, past: Past) -> Result<Heard, Failure> {
        let Inner { parts, prompter, .. } = self.pool;
        let conversation = &self.holding.claim.conversation;
        let fetched = self.pictures(work.messages).await;
        let past = match work.memory {
            Memory::Continues => past.since_new_beginning(work.messages),
            Memory::Restarts => past.of_messages(work.messages),
        };
        let (past, messages) = match self.pool.channel(conversation) {
            Some(_) => (past, Cow::Borrowed(work.messages)),
            None => (past.all_typed(), all_typed(work.messages)),
        };
        let mut prompt = prompter.prompt(&*parts.knowledge, conversation, &past, &messages);
        drop(past);
        if let Some(question) = prompt.utterances.last_mut() {
            question.images = fetched.pictures.iter().map(|held| held.image.clone()).collect();
        }
        self.ask(Arc::new(prompt), work.messages).await
    }

    /// The pictures that came with the messages, if anyone looks at them and they can be had.
    async fn pictures(&self, messages: &[Waiting]) -> Fetched {
        let Inner { parts, pictures, figures, .. } = self.pool;
        let channel = self.pool.channel(&self.holding.claim.conversation);
        let media = channel.and_then(|channel| channel.media());
        let Some(media) = media.filter(|_| parts.model.sees()) else { return Fetched::default() };
        let fetched = tokio::select! {
            biased;
            () = self.holding.interrupted() => return Fetched::default(),
            fetched = pictures.fetch(media, messages) => fetched,
        };
        figures.looked_at(fetched.pictures.len(), fetched.left_out);
        fetched
    }
}
