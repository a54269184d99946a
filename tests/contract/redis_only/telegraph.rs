//! Events between replicas, when a replica or its connection is not what it seems.

use std::time::Duration;

use conversation::ports::Event;
use store_redis::{Options, RedisStore};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{PAST_LEASE, accept_new, claim_one, hear, hear_committed, open};
use crate::words::{customer, recorded, reply, turn};
use conversation::StoreError;
use conversation::ports::{Events as _, Overview as _};

/// Forwards connections to Redis until it is told to be silent: then those that are open stay so,
/// and bring nothing any more. Later ones are forwarded again.
struct Cable {
    port: u16,
    silent: watch::Sender<()>,
}

impl Cable {
    async fn to(redis: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (silent, heard) = watch::channel(());
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut silenced = heard.clone();
                silenced.mark_unchanged();
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(("127.0.0.1", redis)).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = silenced.changed() => std::future::pending().await,
                    }
                });
            }
        });
        Self { port, silent }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_dies_without_a_word_is_noticed() {
    let harness = RedisHarness::start().await;
    let redis = harness.server().port();
    let cable = Cable::to(redis).await;
    let options = Options {
        url: format!("redis://127.0.0.1:{}", cable.port),
        replica: "cabled".to_owned(),
        partitions: 1,
        listening: Duration::from_secs(24),
        verb_timeout: Duration::from_secs(1),
        ..Options::default()
    };
    let cabled = RedisStore::connect(options).await.unwrap();
    let other = harness.store("other").await;
    let anna = customer("anna");
    let mut watch = cabled.watch(&anna).await.unwrap();
    cable.silent.send(()).unwrap();
    assert_eq!(hear(&mut watch).await, Event::Missed);

    let id = accept_new(&*other, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&*other).await;
    other.commit(&claim, turn("t", 1)).await.unwrap();
    let committed = Event::Committed { messages: vec![id], reply: reply("t") };
    assert_eq!(hear_committed(&mut watch).await, committed);
    // Its commands find a way too.
    while cabled.ping().await.is_err() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_owner_is_no_longer_heard() {
    let harness = RedisHarness::start().await;
    let (stale, other) = (harness.store("stale").await, harness.store("other").await);
    let anna = customer("anna");
    let listening = harness.store("listening").await;
    let mut watch = listening.watch(&anna).await.unwrap();
    accept_new(&*other, recorded(&anna, "k", "hello")).await;
    let lost = claim_one(&*stale).await;
    open(&*stale, &lost).await;
    stale.announce(&anna, Event::Delta { at: 0, text: "in time".to_owned() });
    assert_eq!(hear(&mut watch).await, Event::Delta { at: 0, text: "in time".to_owned() });
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*other).await;
    assert_eq!(stale.commit(&lost, turn("late", 1)).await, Err(StoreError::Stale));
    stale.announce(&anna, Event::Delta { at: 0, text: "late".to_owned() });
    // Redis has heard from it once more before the turn ends.
    for _ in 0..4 {
        stale.ping().await.unwrap();
    }
    other.commit(&held, turn("t", 1)).await.unwrap();
    assert!(matches!(hear(&mut watch).await, Event::Committed { .. }));
}
