//! Webhooks that are refused before anything is stored.

use support::fake_whatsapp::{sign, text_webhook};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stage::Stage;

const ANN: &str = "4915112345678";

fn body(stage: &Stage) -> String {
    text_webhook(stage.fake.account(), ANN, "wamid.1", "Hi").to_string()
}

#[tokio::test]
async fn without_the_right_signature_nothing_is_stored() {
    let stage = Stage::set().await;
    let body = body(&stage);
    let right = sign(body.as_bytes(), &stage.fake.account().app_secret);
    for (signature, status) in [
        (None, 401),
        (Some(""), 401),
        (Some("sha1=8b0c"), 401),
        (Some(&right[7..]), 401),
        (Some(sign(body.as_bytes(), "another secret").as_str()), 403),
        (Some(sign(b"another body", &stage.fake.account().app_secret).as_str()), 403),
    ] {
        let answer = stage.post(&body, signature).await;
        assert_eq!(answer.status, status, "{signature:?}: {}", answer.body);
    }
    assert_eq!(stage.store.asked(), 0);
    assert_eq!(stage.post(&body, Some(&right)).await.status, 200);
}

#[tokio::test]
async fn a_flood_of_wrong_signatures_costs_no_call_of_the_store() {
    let stage = Stage::set().await;
    let (body, wrong) = (body(&stage), sign(b"x", "y"));
    let posts = (0..300).map(|_| stage.post(&body, Some(&wrong)));
    let answers = futures::future::join_all(posts).await;
    assert!(answers.iter().all(|answer| answer.status == 403));
    assert_eq!(stage.store.asked(), 0);
}

#[tokio::test]
async fn a_signed_body_that_is_no_json_is_refused() {
    let stage = Stage::set().await;
    for body in ["", "nonsense", "{\"entry\": [", "\u{fffd}"] {
        assert_eq!(stage.post_signed(body).await.status, 400, "{body}");
    }
    assert_eq!(stage.store.asked(), 0);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_however_it_comes() {
    let stage = Stage::with(|options| options.body_bytes = 1000).await;
    let fitting = format!("{{}}{}", " ".repeat(998));
    assert_eq!(stage.post_signed(&fitting).await.status, 200);
    for length in [1001, 100_000, 3_000_000] {
        let answer = stage.post_signed(&format!("{{}}{}", " ".repeat(length - 2))).await;
        assert_eq!(answer.status, 413, "{length}");
    }
    assert_eq!(chunked(&stage, 5_000).await, "HTTP/1.1 413");
    assert_eq!(chunked(&stage, 500).await, "HTTP/1.1 200");
    assert_eq!(stage.store.asked(), 0);
}

/// The status line of the answer to a body without an announced length.
async fn chunked(stage: &Stage, length: usize) -> String {
    let body = format!("{{}}{}", " ".repeat(length - 2));
    let signature = sign(body.as_bytes(), &stage.fake.account().app_secret);
    let request = format!(
        "POST /webhooks/whatsapp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         x-hub-signature-256: {signature}\r\ntransfer-encoding: chunked\r\n\r\n\
         {length:x}\r\n{body}\r\n0\r\n\r\n"
    );
    let mut stream = TcpStream::connect(("127.0.0.1", stage.port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.chars().take(12).collect()
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_stored() {
    let stage = Stage::set().await;
    let body = body(&stage);
    let signature = sign(body.as_bytes(), &stage.fake.account().app_secret);
    let head = format!(
        "POST /webhooks/whatsapp HTTP/1.1\r\nhost: localhost\r\n\
         x-hub-signature-256: {signature}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", stage.port)).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body.as_bytes()[..body.len() - 1]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // Whether an answer is still written is the server's to decide.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 200"));
    assert_eq!(stage.store.asked(), 0);
}
