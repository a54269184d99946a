//! Streams of events, whose answers leave hyper.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse as _;
use axum::routing::get;
use http_api::{Closed, ServeOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::support::{Gateway, Setup, within};

/// A gateway with one stream, which says what the test sends. Its body is gone when the sender is
/// closed.
async fn streaming(options: ServeOptions) -> (Gateway, Sender<Bytes>) {
    let (sender, receiver) = channel(1);
    let only = Arc::new(Mutex::new(Some(receiver)));
    let route = get(async move || {
        let receiver: Receiver<Bytes> = only.lock().unwrap().take().unwrap();
        let pieces =
            futures::stream::unfold(receiver, |mut receiver: Receiver<Bytes>| async move {
                let piece = receiver.recv().await?;
                Some((Ok::<_, Infallible>(piece), receiver))
            });
        ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
    });
    let extra = Router::new().route("/stream", route);
    (Setup { options, extra, ..Setup::default() }.serve().await, sender)
}

const STREAM: &str = "GET /stream HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LIVEZ: &str = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn ask(gateway: &Gateway, text: &str) -> TcpStream {
    let mut wire = TcpStream::connect(gateway.address).await.unwrap();
    wire.write_all(text.as_bytes()).await.unwrap();
    wire
}

/// What comes until it ends so.
async fn heard(wire: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let count = within(wire.read_buf(&mut bytes)).await.unwrap();
        assert!(count > 0, "the connection ended: {}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_stream_goes_out_as_it_comes_and_its_connection_ends_with_it() {
    let (gateway, sender) = streaming(ServeOptions::default()).await;
    let mut wire = ask(&gateway, STREAM).await;
    let head = heard(&mut wire, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    for part in [
        "content-type: text/event-stream\r\n",
        "transfer-encoding: chunked\r\n",
        "connection: close\r\n",
        "x-content-type-options: nosniff\r\n",
        "x-request-id: ",
        "date: ",
    ] {
        assert_eq!(head.matches(part).count(), 1, "{part} in {head}");
    }
    sender.send(Bytes::from_static(b": one\n\n")).await.unwrap();
    assert_eq!(heard(&mut wire, "\n\n\r\n").await, "7\r\n: one\n\n\r\n");
    // An empty chunk would be the end.
    sender.send(Bytes::new()).await.unwrap();
    let long = "x".repeat(100_000);
    sender.send(Bytes::from(long.clone())).await.unwrap();
    assert_eq!(heard(&mut wire, "x\r\n").await, format!("186a0\r\n{long}\r\n"));
    drop(sender);
    assert_eq!(heard(&mut wire, "0\r\n\r\n").await, "0\r\n\r\n");
    assert_eq!(within(wire.read(&mut [0; 1])).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_asked_before_a_stream_on_the_same_connection_is_answered_first() {
    for apart in [true, false] {
        let (gateway, sender) = streaming(ServeOptions::default()).await;
        let mut wire = ask(&gateway, LIVEZ).await;
        if apart {
            heard(&mut wire, "ok").await;
        }
        wire.write_all(format!("{LIVEZ}{STREAM}").as_bytes()).await.unwrap();
        sender.send(Bytes::from_static(b": one\n\n")).await.unwrap();
        drop(sender);
        let all = heard(&mut wire, "\n\n\r\n0\r\n\r\n").await;
        assert_eq!(all.matches("\r\n\r\nok").count(), if apart { 1 } else { 2 }, "{all}");
        assert!(all.find(": one") > all.rfind("\r\n\r\nok"), "{all}");
    }
}

#[tokio::test]
async fn a_caller_of_an_older_protocol_gets_no_chunks() {
    let (gateway, sender) = streaming(ServeOptions::default()).await;
    let mut wire = ask(&gateway, "GET /stream HTTP/1.0\r\n\r\n").await;
    sender.send(Bytes::from_static(b": one\n\n")).await.unwrap();
    drop(sender);
    let mut all = String::new();
    within(wire.read_to_string(&mut all)).await.unwrap();
    assert!(all.ends_with("\r\n\r\n: one\n\n") && !all.contains("chunked"), "{all}");
}

#[tokio::test]
async fn a_stream_ends_when_its_caller_hangs_up_whatever_was_sent_before() {
    let (gateway, sender) = streaming(ServeOptions::default()).await;
    let mut wire = ask(&gateway, STREAM).await;
    heard(&mut wire, "\r\n\r\n").await;
    wire.write_all(LIVEZ.as_bytes()).await.unwrap();
    sender.send(Bytes::from_static(b": one\n\n")).await.unwrap();
    assert_eq!(heard(&mut wire, "\n\n\r\n").await, "7\r\n: one\n\n\r\n");
    drop(wire);
    within(sender.closed()).await;
}

#[tokio::test]
async fn a_caller_who_goes_on_sending_is_cut() {
    let (gateway, sender) = streaming(ServeOptions::default()).await;
    let mut wire = ask(&gateway, STREAM).await;
    heard(&mut wire, "\r\n\r\n").await;
    let flood = async { while wire.write_all(&[b'x'; 4096]).await.is_ok() {} };
    within(flood).await;
    within(sender.closed()).await;
}

#[tokio::test]
async fn who_takes_nothing_of_a_stream_for_too_long_is_cut() {
    let idle_timeout = Duration::from_millis(200);
    let (gateway, sender) = streaming(ServeOptions { idle_timeout, ..Default::default() }).await;
    let _wire = ask(&gateway, STREAM).await;
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let pour = async { while sender.send(piece.clone()).await.is_ok() {} };
    within(pour).await;
}

#[tokio::test]
async fn a_stream_that_does_not_end_within_the_grace_is_cut() {
    let options = ServeOptions { grace: Duration::from_millis(30), ..Default::default() };
    let (mut gateway, sender) = streaming(options).await;
    let mut wire = ask(&gateway, STREAM).await;
    heard(&mut wire, "\r\n\r\n").await;
    gateway.shutdown.cancel();
    assert_eq!(within(wire.read(&mut [0; 1])).await.unwrap(), 0);
    within(sender.closed()).await;
    assert_eq!(within(&mut gateway.served).await.unwrap(), Closed { cut: 1 });
}
