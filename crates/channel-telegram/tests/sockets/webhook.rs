//! Updates that Telegram posts.

use std::sync::Arc;

use channel_telegram::{Reception, UPDATE_BYTES, Webhook, WebhookRegistration};
use conversation::StoreError;
use serde_json::json;
use support::http::{self, Answer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::world::{Shelf, World, secret};

pub(crate) const SECRET: (&str, &str) = ("x-telegram-bot-api-secret-token", "Hook_secret-1");
const PATH: &str = "/webhooks/telegram";

/// A served webhook.
pub(crate) struct Served {
    pub(crate) world: World,
    pub(crate) shelf: Arc<Shelf>,
    reception: Arc<Reception>,
    port: u16,
    serving: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn start() -> Self {
        let world = World::new();
        let shelf = Shelf::new(&world);
        let reception = world.reception(&shelf);
        let webhook = Webhook { reception: reception.clone(), secret: secret() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async move {
            axum::serve(listener, webhook.router()).await.unwrap();
        });
        Self { world, shelf, reception, port, serving }
    }

    /// Has Telegram post to it.
    pub(crate) async fn register(&self) {
        let url = format!("http://127.0.0.1:{}{PATH}", self.port);
        let secret = secret();
        let webhook = WebhookRegistration { url: &url, secret: &secret, max_connections: 40 };
        self.world.api.set_webhook(&webhook).await.unwrap();
    }

    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        http::send(self.port, "POST", PATH, headers, body).await.unwrap()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.shelf.texts().into_iter().map(|(_, text)| text).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub(crate) fn away() -> StoreError {
    StoreError::Unavailable("away".to_owned())
}

fn message(update: i64, text: &str) -> String {
    json!({"update_id": update, "message": {
        "message_id": update, "from": {"id": 7}, "chat": {"id": 7, "type": "private"}, "text": text,
    }})
    .to_string()
}

#[tokio::test]
async fn a_missing_or_wrong_secret_is_refused_without_a_look_at_the_store() {
    let served = Served::start().await;
    let body = message(1, "hi");
    let wrong = (SECRET.0, "Hook_secret-2");
    for headers in [&[][..], &[wrong], &[(SECRET.0, "")], &[SECRET, wrong], &[SECRET, SECRET]] {
        let answer = served.post(headers, &body).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(!answer.body.contains("Hook_secret"));
    }
    assert_eq!(served.post(&[wrong], "garbage").await.status, 403);
    assert_eq!(served.shelf.calls(), 0);
    assert_eq!(served.post(&[SECRET], &body).await.status, 200);
    assert_eq!(served.shelf.calls(), 1);
}

#[tokio::test]
async fn what_is_not_json_or_too_large_is_refused() {
    let served = Served::start().await;
    for garbage in ["", "{", "update", "{\"update_id\":1,}", "\u{feff}{}"] {
        assert_eq!(served.post(&[SECRET], garbage).await.status, 400, "{garbage}");
    }
    let fits = message(1, &"x".repeat(UPDATE_BYTES - 200));
    assert!(fits.len() <= UPDATE_BYTES);
    assert_eq!(served.post(&[SECRET], &fits).await.status, 200);
    let large = message(2, &"x".repeat(UPDATE_BYTES));
    assert_eq!(served.post(&[SECRET], &large).await.status, 413);
    assert_eq!(served.shelf.calls(), 1);
}

#[tokio::test]
async fn a_body_that_hides_its_length_is_refused_all_the_same() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let served = Served::start().await;
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: h\r\n{}: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        SECRET.0, SECRET.1
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    let mut answer = Vec::new();
    for _ in 0..=UPDATE_BYTES / 0x10000 {
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut piece = [0; 64];
    while answer.len() < 12 {
        let read = stream.read(&mut piece).await.unwrap();
        assert!(read > 0, "no answer");
        answer.extend_from_slice(&piece[..read]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(served.shelf.calls(), 0);
}

#[tokio::test]
async fn only_what_is_stored_is_acknowledged() {
    let served = Served::start().await;
    let gate = Arc::new(Semaphore::new(0));
    served.shelf.wait_for(&gate);
    let port = served.port;
    let posting = tokio::spawn(async move {
        http::send(port, "POST", PATH, &[SECRET], &message(1, "hi")).await.unwrap()
    });
    while served.shelf.calls() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!posting.is_finished());
    assert!(served.texts().is_empty());
    gate.add_permits(1);
    assert_eq!(posting.await.unwrap().status, 200);
    assert_eq!(served.texts(), ["hi"]);
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_acknowledged_and_may_come_again() {
    let served = Served::start().await;
    let faults = [(away(), 503, "2"), (StoreError::Full, 503, "30")];
    for (fault, status, again) in faults {
        served.shelf.fail(&[fault]);
        let answer = served.post(&[SECRET], &message(1, "hi")).await;
        assert_eq!((answer.status, answer.header("retry-after")), (status, Some(again)));
    }
    assert_eq!(served.post(&[SECRET], &message(1, "hi")).await.status, 200);
    assert_eq!(served.post(&[SECRET], &message(1, "hi")).await.status, 200);
    assert_eq!(served.texts(), ["hi"]);
}

#[tokio::test]
async fn what_is_too_much_for_one_conversation_is_kept_and_lets_no_other_wait() {
    let served = Served::start().await;
    served.shelf.fail(&[StoreError::TooManyWaiting { limit: 3 }]);
    let fake = &served.world.fake;
    let first = fake.says(7, "and another thing");
    let second = fake.says(8, "hello");
    served.register().await;
    fake.wait_until_taken().await;
    let posted: Vec<_> = fake.posted().iter().map(|it| (it.update, it.status)).collect();
    assert_eq!(posted, [(first, Some(200)), (second, Some(200))]);
    assert_eq!(served.shelf.notes(), ["- unanswered: and another thing"]);
    assert_eq!(served.texts(), ["hello"]);
    let full = StoreError::TooManyWaiting { limit: 3 };
    served.shelf.fail(&[full.clone(), full]);
    let refused = served.post(&[SECRET], &message(1, "more")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("30")));
    served.shelf.fail(&[StoreError::TooManyWaiting { limit: 3 }, away()]);
    assert_eq!(served.post(&[SECRET], &message(1, "more")).await.status, 503, "it isn't kept");
}

#[tokio::test]
async fn what_cannot_be_understood_is_acknowledged() {
    let served = Served::start().await;
    for body in [
        "[]",
        "null",
        "7",
        "{}",
        r#"{"update_id":"x"}"#,
        r#"{"update_id":1,"new_kind":{}}"#,
        r#"{"update_id":1,"message":null}"#,
        r#"{"update_id":1,"message":{"chat":{"id":7}}}"#,
        r#"{"update_id":1,"callback_query":{}}"#,
        r#"{"update_id":1,"message":[[[[1]]]]}"#,
    ] {
        assert_eq!(served.post(&[SECRET], body).await.status, 200, "{body}");
    }
    assert_eq!(served.shelf.calls(), 0);
}

#[tokio::test]
async fn what_readers_of_json_refuse_is_heard_all_the_same() {
    let served = Served::start().await;
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    for (update, text, more) in
        [(1, r"half \ud83d of it", "0"), (2, "endless", "-1e999"), (3, "deep", &deep)]
    {
        let body = format!(
            r#"{{"update_id":{update},"message":{{"message_id":5,"from":{{"id":7}},
                "chat":{{"id":7,"type":"private"}},"text":"{text}","more":{more}}}}}"#
        );
        assert!(serde_json::from_str::<serde_json::Value>(&body).is_err(), "{text}");
        assert_eq!(served.post(&[SECRET], &body).await.status, 200, "{text}");
    }
    assert_eq!(served.texts(), ["half \u{FFFD} of it", "endless", "deep"]);
    for garbage in [r#"{"update_id":4,"x":"\ud83d"#, r#"{"update_id":4,"x":1e999]"#, "[[[["] {
        assert_eq!(served.post(&[SECRET], garbage).await.status, 400, "{garbage}");
    }
}

#[tokio::test]
async fn the_id_of_a_request_is_kept_with_its_message_if_it_is_fit_for_a_log() {
    let served = Served::start().await;
    let long = "x".repeat(129);
    for (update, id) in [(1, "4f1d-9a0c"), (2, "a b"), (3, ""), (4, &long)] {
        let headers = [SECRET, ("x-request-id", id)];
        assert_eq!(served.post(&headers, &message(update, "hi")).await.status, 200);
    }
    assert_eq!(served.shelf.requests(), [Some("4f1d-9a0c".to_owned()), None, None, None]);
}

#[tokio::test]
async fn a_refusal_says_what_is_wrong_in_the_shape_of_all_errors() {
    let served = Served::start().await;
    let headers = [("x-request-id", "4f1d-9a0c")];
    let answer = served.post(&headers, "{}").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["error"]["code"], "telegram_secret");
    assert_eq!(body["error"]["request_id"], "4f1d-9a0c");
    assert!(body["error"]["message"].as_str().unwrap().contains("X-Telegram-Bot-Api-Secret-Token"));
}

#[tokio::test]
async fn what_may_be_meant_for_the_bot_waits_until_it_knows_its_name() {
    let served = Served::start().await;
    let me = channel_telegram::Me { id: 424_242, username: None };
    served.reception.listen(channel_telegram::Listener::new(me, &served.world.options));
    let said = json!({"update_id": 1, "message": {"message_id": 1, "from": {"id": 7},
        "chat": {"id": -100, "type": "supergroup"}, "text": "@the_bot hi"}})
    .to_string();
    let refused = served.post(&[SECRET], &said).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")));
    assert_eq!(served.shelf.calls(), 0);
    served.reception.listen(served.world.listener());
    assert_eq!(served.post(&[SECRET], &said).await.status, 200);
    assert_eq!(served.texts(), ["@the_bot hi"]);
}

#[tokio::test]
async fn only_posts_are_taken() {
    let served = Served::start().await;
    let answer = http::send(served.port, "GET", PATH, &[SECRET], "").await.unwrap();
    assert_eq!(answer.status, 405);
}
