//! A Redis that answers and refuses: told apart from one that is away, since no waiting mends it.

use conversation::StoreError;
use store_redis::{Options, RedisStore};
use support::redis_server::RedisServer;

async fn connect(url: String) -> Result<(), StoreError> {
    RedisStore::connect(Options { url, ..Options::default() }).await.map(|_store| ())
}

async fn assert_refused(url: String, expected: &str) {
    match connect(url).await {
        Err(StoreError::Refused(why)) => assert!(why.contains(expected), "{why}"),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_are_a_refusal_and_right_ones_are_let_in() {
    let redis = RedisServer::start();
    assert_eq!(redis.cli(&["CONFIG", "SET", "requirepass", "right"]), "OK");
    let at = |credentials: &str| format!("redis://{credentials}127.0.0.1:{}", redis.port());
    assert_refused(at(""), "asks for a password").await;
    assert_refused(at(":wrong@"), "user name or the password").await;
    assert_refused(at("nobody:right@"), "user name or the password").await;
    connect(at(":right@")).await.unwrap();
    connect(at("default:right@")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_without_permissions_and_a_database_that_is_not_there_are_refusals() {
    let redis = RedisServer::start();
    let reader =
        ["ACL", "SETUSER", "reader", "on", ">secret", "~*", "&*", "+@read", "+@connection"];
    assert_eq!(redis.cli(&reader), "OK");
    assert_refused(format!("redis://reader:secret@127.0.0.1:{}", redis.port()), "permission").await;
    assert_refused(format!("{}/99", redis.url()), "no database of the number").await;
    connect(format!("{}/15", redis.url())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_takes_no_writes_is_away_and_not_a_refusal() {
    let first = RedisServer::start();
    let follower = RedisServer::start();
    assert_eq!(follower.cli(&["REPLICAOF", "127.0.0.1", &first.port().to_string()]), "OK");
    let answer = connect(follower.url()).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_is_a_refusal() {
    assert_refused("nonsense".to_owned(), "can't be used").await;
    assert_refused("redis-sentinel://127.0.0.1:1".to_owned(), "name of the master").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_no_cluster_is_a_refusal_of_its_url() {
    let redis = RedisServer::start();
    let url = format!("redis-cluster://127.0.0.1:{}", redis.port());
    assert_refused(url, "not part of a Cluster").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_would_delete_messages_is_no_store() {
    let redis = RedisServer::start();
    for policy in ["allkeys-lru", "volatile-ttl"] {
        assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory-policy", policy]), "OK");
        assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "100mb"]), "OK");
        assert_refused(redis.url(), "maxmemory-policy to noeviction").await;
        // Without a limit it never has to delete anything.
        assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "0"]), "OK");
        connect(redis.url()).await.unwrap();
    }
}
