//! Redis over TLS, with a certificate of an authority of the test's own.

use conversation::StoreError;
use conversation::ports::Overview as _;
use store_redis::{Options, RedisStore};
use support::ports::free_port;
use support::redis_server::RedisServer;
use support::redis_tls::PrivateAuthority;

use crate::steps::{accept_new, claim_one};
use crate::words::{customer, recorded, turn};

/// A server that speaks TLS on a port of its own, and the address of that.
fn server(authority: &PrivateAuthority) -> (RedisServer, String) {
    let port = free_port();
    let mut options = authority.server_options(port);
    options.extend(["--requirepass".to_owned(), "p@ss".to_owned()]);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let server = RedisServer::start_with(&options);
    (server, format!("rediss://:p%40ss@127.0.0.1:{port}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_the_store_does_goes_over_tls() {
    let authority = PrivateAuthority::new();
    let (redis, url) = server(&authority);
    let ca = Some(authority.pem().as_bytes().to_vec());
    let store = RedisStore::connect(Options { url, ca, ..Options::default() }).await.unwrap();
    let anna = customer("anna");
    accept_new(&store, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&store).await;
    conversation::ports::Turns::commit(&store, &claim, turn("t", 1)).await.unwrap();
    store.ping().await.unwrap();
    // Nothing goes another way: every client but the one that asks is at the port for TLS.
    let clients = redis.cli(&["CLIENT", "LIST", "TYPE", "normal"]);
    let plain = format!("laddr=127.0.0.1:{}", redis.port());
    let on_plain = clients.lines().filter(|client| client.contains(&plain)).count();
    assert_eq!(on_plain, 1, "{clients}");
    assert!(clients.lines().count() > 1, "{clients}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_nobody_trusted_vouches_for_is_not_talked_to() {
    let (authority, other) = (PrivateAuthority::new(), PrivateAuthority::new());
    let (_redis, url) = server(&authority);
    for ca in [None, Some(other.pem().as_bytes().to_vec())] {
        let options = Options { url: url.clone(), ca, ..Options::default() };
        match RedisStore::connect(options).await {
            Err(StoreError::Unavailable(why)) => {
                assert!(why.to_lowercase().contains("cert"), "{why}");
            }
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it was trusted"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_without_tls_that_is_asked_for_tls_is_doubted() {
    let redis = RedisServer::start();
    let url = format!("rediss://127.0.0.1:{}", redis.port());
    match RedisStore::connect(Options { url, ..Options::default() }).await {
        Err(StoreError::Unavailable(why)) => assert!(why.contains("speaks TLS?"), "{why}"),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it speaks TLS"),
    }
}
