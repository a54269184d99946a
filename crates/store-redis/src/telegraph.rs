//! Events between replicas, over Redis' publish and subscribe.
//!
//! An event goes only to the replicas that listen to its conversation, never to all: each
//! replica has one channel, and a conversation's state names who listens. Delivery is best
//! effort; after a lost connection every watcher is told that it may have missed something.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use conversation::ports::Event;
use conversation::{ConversationId, Digest, MessageId, Reply, StoreError};
use deadpool_redis::redis::aio::{PubSub, PubSubSink};
use deadpool_redis::redis::{Cmd, Msg, Pipeline, RedisError, Value};
use futures::StreamExt;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::keys::{self, Keys};
use crate::link::within;
use crate::listeners::Listeners;
use crate::node::Node;
use crate::{Inner, Options, stored};

/// How many events wait to be sent before further ones are dropped.
const BACKLOG: usize = 4096;
/// How many events travel in one round trip at most.
const BATCH: usize = 128;
/// How often the subscription is checked within the time for which a replica listens.
const CHECKS: u32 = 24;

/// What this replica tells the others, and hears from them.
pub(crate) struct Telegraph {
    replica: String,
    channels: String,
    pub(crate) listeners: Listeners,
    /// The conversations that someone here watches for longer than one answer.
    watched: Mutex<HashMap<Digest, ConversationId>>,
    outgoing: mpsc::Sender<Outgoing>,
}

/// What is about to be published.
pub(crate) struct Outgoing {
    conversation: Digest,
    channel: String,
    json: String,
}

/// A message between replicas.
#[derive(Serialize, Deserialize)]
struct Wire {
    c: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum What {
    Event { e: Event },
    Committed { committed: Vec<String>, reply: Reply },
    Parked { parked: Vec<String>, reason: String },
    Listen { listen: String },
}

impl Telegraph {
    pub(crate) fn new(options: &Options, keys: &Keys) -> (Self, mpsc::Receiver<Outgoing>) {
        let (outgoing, receiver) = mpsc::channel(BACKLOG);
        let telegraph = Self {
            replica: options.replica.clone(),
            channels: keys.events(),
            listeners: Listeners::new(&options.replica),
            watched: Mutex::default(),
            outgoing,
        };
        (telegraph, receiver)
    }

    /// Sends an event to the other replicas that listen to the conversation.
    pub(crate) fn send(&self, conversation: Digest, event: &Event) {
        let listeners = self.listeners.of(conversation);
        if listeners.is_empty() {
            return;
        }
        let wire = Wire { c: conversation.to_string(), what: What::Event { e: event.clone() } };
        let Ok(json) = serde_json::to_string(&wire) else { return };
        for listener in listeners {
            let channel = format!("{}{listener}", self.channels);
            let outgoing = Outgoing { conversation, channel, json: json.clone() };
            if self.outgoing.try_send(outgoing).is_err() {
                tracing::debug!("an event for another replica was dropped");
            }
        }
    }

    /// Keeps the interest in a conversation alive for as long as it is watched here.
    pub(crate) fn keep_watching(&self, conversation: &ConversationId) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.insert(conversation.digest(), conversation.clone());
    }
}

/// The names of the messages that a script refers to.
pub(crate) fn message_ids(conversation: Digest, refs: &str) -> Vec<MessageId> {
    let heads: Vec<&str> = serde_json::from_str(refs).unwrap_or_default();
    heads.into_iter().filter_map(|head| stored::message_id(conversation, head).ok()).collect()
}

/// Subscribes to this replica's channel, and starts the tasks that hear, tell and stay interested.
pub(crate) async fn start(
    inner: &Arc<Inner>,
    outgoing: mpsc::Receiver<Outgoing>,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let (node, subscription) = subscribe(inner).await?;
    let hearing = hear(Arc::clone(inner), node, subscription);
    tokio::spawn(stop.clone().run_until_cancelled_owned(hearing));
    let telling = tell(Arc::clone(inner), outgoing);
    tokio::spawn(stop.clone().run_until_cancelled_owned(telling));
    let staying = stay_interested(Arc::clone(inner));
    tokio::spawn(stop.clone().run_until_cancelled_owned(staying));
    Ok(())
}

/// Subscribes at any server: what is published at one of them is heard at all.
async fn subscribe(inner: &Inner) -> Result<(Arc<Node>, PubSub), StoreError> {
    within(inner.options.verb_timeout, async {
        let node = inner.link.topology().any().await?;
        let failed = |error: RedisError| inner.link.topology().failed(&node, &error);
        let mut subscription = Box::pin(node.hear()).await.map_err(failed)?;
        let channel = format!("{}{}", inner.telegraph.channels, inner.telegraph.replica);
        subscription.subscribe(channel).await.map_err(failed)?;
        Ok((node, subscription))
    })
    .await
}

async fn hear(inner: Arc<Inner>, mut node: Arc<Node>, subscription: PubSub) {
    let (mut sink, mut messages) = subscription.split();
    loop {
        let mut batches = (&mut messages).ready_chunks(BATCH);
        let hearing = async {
            while let Some(batch) = batches.next().await {
                inner.heard_all(&batch).await;
            }
        };
        tokio::select! {
            () = hearing => {}
            () = until_silent(&inner, &node, &mut sink) => {
                tracing::debug!("the subscription to events is dead");
            }
        }
        let subscription;
        (node, subscription) = resubscribe(&inner).await;
        (sink, messages) = subscription.split();
        inner.hub.announce_missed();
    }
}

/// Waits until the connection no longer answers, or its server is none of ours any more. Either
/// brings no events, which can't be told from a quiet hour.
async fn until_silent(inner: &Inner, node: &Arc<Node>, sink: &mut PubSubSink) {
    let options = &inner.options;
    loop {
        sleep(options.listening / CHECKS).await;
        let pong = timeout(options.verb_timeout, sink.ping::<Value>()).await;
        if !matches!(pong, Ok(Ok(_))) || !inner.link.topology().uses(node) {
            return;
        }
    }
}

async fn resubscribe(inner: &Inner) -> (Arc<Node>, PubSub) {
    let mut pause = Duration::from_millis(50);
    loop {
        match subscribe(inner).await {
            Ok(subscription) => return subscription,
            Err(error) => tracing::debug!(%error, "not subscribed to events yet"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

impl Inner {
    /// Passes on what was heard, if it rests on something that a failover would not take back.
    async fn heard_all(&self, batch: &[Msg]) {
        // Each event was published after what it tells of was written.
        match self.link.settled_keepers(&self.streams_of(batch)).await {
            Ok(()) => batch.iter().for_each(|message| self.heard(message.get_payload_bytes())),
            Err(error) => {
                tracing::debug!(%error, "events were not passed on");
                self.hub.announce_missed();
            }
        }
    }

    /// The streams of the partitions that these events are about.
    fn streams_of(&self, batch: &[Msg]) -> Vec<&str> {
        if !self.link.settles() {
            return Vec::new();
        }
        let digest = |message: &Msg| {
            let wire: Wire = serde_json::from_slice(message.get_payload_bytes()).ok()?;
            keys::digest(&wire.c)
        };
        let digests = batch.iter().filter_map(digest);
        digests.map(|digest| self.keys.ready(self.keys.partition(digest))).collect()
    }

    fn heard(&self, payload: &[u8]) {
        let Ok(Wire { c, what }) = serde_json::from_slice(payload) else {
            // A later version may tell of things that this one doesn't know.
            tracing::debug!("an event that is not known here");
            return;
        };
        let Some(conversation) = keys::digest(&c) else { return };
        let ids = |heads: &[String]| {
            let known = |head: &String| stored::message_id(conversation, head).ok();
            heads.iter().filter_map(known).collect()
        };
        let event = match what {
            What::Event { e } => e,
            What::Committed { committed, reply } => {
                Event::Committed { messages: ids(&committed), reply }
            }
            What::Parked { parked, reason } => Event::Parked { messages: ids(&parked), reason },
            What::Listen { listen } => {
                self.telegraph.listeners.add(conversation, &listen);
                return;
            }
        };
        self.hub.announce(conversation, &Arc::new(event));
    }
}

async fn tell(inner: Arc<Inner>, mut outgoing: mpsc::Receiver<Outgoing>) {
    let mut batch = Vec::with_capacity(BATCH);
    while outgoing.recv_many(&mut batch, BATCH).await > 0 {
        let shares = shared_out(&inner, batch.drain(..));
        let sent = shares.iter().map(|(stream, publish)| inner.link.run_at(stream, publish));
        if let Err(error) = join_all(sent).await.into_iter().collect::<Result<(), _>>() {
            tracing::debug!(%error, "events for other replicas were dropped");
        }
    }
}

/// Events are published where their conversation is kept, as the scripts do it, so that those of
/// one conversation arrive in order.
fn shared_out(inner: &Inner, batch: impl Iterator<Item = Outgoing>) -> Vec<(&str, Pipeline)> {
    let mut shares: Vec<(&str, Pipeline)> = Vec::new();
    let is_one_server = inner.link.topology().spans_partitions();
    for Outgoing { conversation, channel, json } in batch {
        let stream = inner.keys.ready(inner.keys.partition(conversation));
        let command = publish_command(&channel, &json);
        match shares.iter_mut().find(|(other, _)| is_one_server || *other == stream) {
            Some((_, share)) => {
                share.add_command(command);
            }
            None => {
                let mut share = Pipeline::new();
                share.add_command(command);
                shares.push((stream, share));
            }
        }
    }
    shares
}

fn publish_command(channel: &str, json: &str) -> Cmd {
    let mut cmd = Cmd::new();
    cmd.arg("PUBLISH").arg(channel).arg(json);
    cmd
}

async fn stay_interested(inner: Arc<Inner>) {
    loop {
        sleep(inner.options.listening / 3).await;
        let still: Vec<ConversationId> = {
            let telegraph = &inner.telegraph;
            let mut watched = telegraph.watched.lock().unwrap_or_else(PoisonError::into_inner);
            watched.retain(|digest, _| inner.hub.is_watched(*digest));
            watched.values().cloned().collect()
        };
        for conversation in still {
            if let Err(error) = inner.register_interest(&conversation).await {
                tracing::debug!(%error, "interest in a conversation could not be renewed");
            }
        }
    }
}
