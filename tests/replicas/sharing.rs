//! Replicas share every conversation.

use std::collections::{BTreeMap, BTreeSet};

use support::fake_model::FakeModel;
use support::http::{post_message, send};
use support::redis_server::RedisServer;
use tokio::task::JoinSet;

use crate::world::gateway;

#[tokio::test(flavor = "multi_thread")]
async fn the_second_answer_by_another_replica_knows_the_first() {
    let (redis, model) = (RedisServer::start(), FakeModel::echoing());
    let (one, other) = (gateway(&model, &redis), gateway(&model, &redis));
    let first = post_message(one.port(), "ann", "My parcel is TRK-12345.", None).await.unwrap();
    assert!(first.reply().contains("TRK-12345"));
    let second = post_message(other.port(), "ann", "Where is it?", None).await.unwrap();
    let reply = second.reply();
    assert!(reply.contains("TRK-12345") && reply.contains("Where is it?"), "{reply}");
    assert_eq!(model.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_at_another_replica_brings_the_same_answer() {
    let (redis, model) = (RedisServer::start(), FakeModel::echoing());
    let (one, other) = (gateway(&model, &redis), gateway(&model, &redis));
    let first = post_message(one.port(), "ann", "hello", Some("key-1")).await.unwrap();
    let again = post_message(other.port(), "ann", "hello", Some("key-1")).await.unwrap();
    assert_eq!(first.json(), again.json());
    let changed = post_message(other.port(), "ann", "something else", Some("key-1")).await.unwrap();
    assert_eq!(changed.status, 409);
    let someone_else = post_message(other.port(), "bob", "hello", Some("key-1")).await.unwrap();
    assert_ne!(someone_else.json()["id"], first.json()["id"]);
    assert_eq!(model.request_count(), 2, "the repetition was not answered anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_messages_of_one_customer_at_once_are_all_answered_once_and_in_order() {
    let (redis, model) =
        (RedisServer::start(), FakeModel::answering(|asked| asked.question().into()));
    let gateways = [gateway(&model, &redis), gateway(&model, &redis)];
    let mut asking = JoinSet::new();
    for number in 0..50 {
        let port = gateways[number % 2].port();
        asking.spawn(async move {
            let message = format!("message-{number:02}");
            let answer = post_message(port, "ann", &message, None).await.unwrap();
            (message, answer.reply())
        });
    }
    while let Some(done) = asking.join_next().await {
        let (message, reply) = done.unwrap();
        assert!(reply.contains(&message), "{message} got {reply}");
    }
    // Every message was put to the model once, and in the order in which it was accepted: that
    // is the order of the history.
    let asked: Vec<String> = model
        .requests()
        .iter()
        .flat_map(|asked| {
            asked.question().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|word| word.starts_with("message-"))
        .collect();
    let distinct: BTreeSet<&String> = asked.iter().collect();
    assert_eq!((asked.len(), distinct.len()), (50, 50), "{asked:?}");
    let history = send(gateways[0].port(), "GET", "/api/v1/conversations/test/ann", &[], "").await;
    let history = history.unwrap().body;
    let positions: Vec<usize> =
        asked.iter().map(|message| history.find(message.as_str()).unwrap_or(usize::MAX)).collect();
    let kept: Vec<usize> = positions.iter().copied().filter(|p| *p != usize::MAX).collect();
    assert!(kept.len() >= 40 && kept.is_sorted(), "{positions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_customers_at_once_each_get_their_own_answer_once() {
    let (redis, model) =
        (RedisServer::start(), FakeModel::answering(|asked| asked.question().into()));
    let gateways = [gateway(&model, &redis), gateway(&model, &redis)];
    let mut asking = JoinSet::new();
    for number in 0..500 {
        let port = gateways[number % 2].port();
        asking.spawn(async move {
            let (user, message) = (format!("user-{number}"), format!("parcel of user {number}."));
            (message.clone(), post_message(port, &user, &message, None).await.unwrap().reply())
        });
    }
    while let Some(done) = asking.join_next().await {
        let (message, reply) = done.unwrap();
        assert_eq!(reply, message);
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for asked in model.requests() {
        *times.entry(asked.question().to_owned()).or_default() += 1;
    }
    assert_eq!((times.len(), times.values().max()), (500, Some(&1)));
}
