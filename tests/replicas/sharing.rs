//! Replicas share every conversation.

use support::fake_model::FakeModel;
use support::http::post_message;
use support::redis_server::RedisServer;

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
