//! What is held of a long transcript for one who reads it slowly.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use channel_webchat::{Condition, Limits, Options, Parts, WebChat};
use conversation::ports::Transcripts;
use conversation::{ConversationId, Entry, Rate, StoreError, SystemClock};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use store_memory::MemoryStore;
use tower::ServiceExt as _;

use crate::stage::options;

const MESSAGES: usize = 50;
const PAGE: usize = 8;

/// A store that counts the entries that are read of it.
struct Counting {
    inner: Arc<MemoryStore>,
    read: Arc<AtomicUsize>,
}

#[async_trait]
impl Transcripts for Counting {
    async fn transcript(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let entries = self.inner.transcript(conversation, after, limit).await?;
        self.read.fetch_add(entries.len(), Ordering::SeqCst);
        Ok(entries)
    }

    async fn page(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let entries = self.inner.page(conversation, after, limit).await?;
        self.read.fetch_add(entries.len(), Ordering::SeqCst);
        Ok(entries)
    }

    async fn interrupt(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        self.inner.interrupt(conversation).await
    }
}

/// A chat's routes, and how many entries were read for its streams.
fn chat() -> (Router, Arc<AtomicUsize>) {
    let usual = store_memory::Options::default();
    let inner = Arc::new(MemoryStore::new(usual, Arc::new(SystemClock)));
    let read = Arc::new(AtomicUsize::new(0));
    let parts = Parts {
        inbox: inner.clone(),
        events: inner.clone(),
        transcripts: Arc::new(Counting { inner: inner.clone(), read: Arc::clone(&read) }),
        handovers: inner.clone(),
        accord: inner,
        clock: Arc::new(SystemClock),
        condition: Arc::new(|| Condition::Ok),
    };
    let messages_of_session = Rate { burst: 1_000, period: Duration::from_secs(1) };
    let limits = Limits { page: PAGE, messages_of_session, ..Limits::default() };
    (WebChat::new(Options { limits, ..options() }, parts).unwrap().router(), read)
}

async fn post(routes: &Router, path: &str, token: &str, body: &Value) -> Value {
    let request = Request::post(path)
        .header(CONTENT_TYPE, "application/json")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(body.to_string()));
    let answer = routes.clone().oneshot(request.unwrap()).await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

async fn listen(routes: &Router, token: &str, query: &str) -> Body {
    let request = Request::get(format!("/webchat/events{query}"))
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty());
    let answer = routes.clone().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.into_body()
}

async fn piece(stream: &mut Body) -> Bytes {
    let frame = tokio::time::timeout(Duration::from_secs(20), stream.frame()).await;
    frame.expect("something comes in time").unwrap().unwrap().into_data().unwrap()
}

/// The ids of the messages in a piece.
fn keys(piece: &[u8]) -> Vec<usize> {
    let text = std::str::from_utf8(piece).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: {\"id\":"));
    lines.map(|line| line.split("\"key\":\"").nth(1).unwrap()).map(number).collect()
}

fn number(text: &str) -> usize {
    text.split('"').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_long_transcript_is_read_page_after_page_as_it_is_taken() {
    let (routes, read) = chat();
    let session = post(&routes, "/webchat/session", "", &json!({})).await;
    let token = session["token"].as_str().unwrap();
    for number in 0..MESSAGES {
        let said = json!({ "id": number.to_string(), "text": "x".repeat(4_000) });
        post(&routes, "/webchat/messages", token, &said).await;
    }
    let mut stream = listen(&routes, token, "").await;
    let (mut told, mut last) = (Vec::new(), String::new());
    while told.len() < MESSAGES {
        let piece = piece(&mut stream).await;
        told.extend(keys(&piece));
        let held = read.load(Ordering::SeqCst) - told.len();
        assert!(held <= PAGE, "{held} entries are held");
        let text = std::str::from_utf8(&piece).unwrap();
        if let Some(id) = text.lines().filter_map(|line| line.strip_prefix("id: ")).next_back() {
            id.clone_into(&mut last);
        }
    }
    assert_eq!(told, (0..MESSAGES).collect::<Vec<_>>());
    // Who has all of them is told none of them again.
    let mut stream = listen(&routes, token, &format!("?after={last}")).await;
    assert!(piece(&mut stream).await.starts_with(b"event: hello"));
    let said = json!({ "id": "99", "text": "more" });
    post(&routes, "/webchat/messages", token, &said).await;
    assert_eq!(keys(&piece(&mut stream).await), [99]);
}
