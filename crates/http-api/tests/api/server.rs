//! The server under the routes: what it takes, what it cuts, and how it ends.

use std::time::Duration;

use http_api::{Closed, Limits, Phase, ServeOptions};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Gateway, Setup, question, within};

/// A connection on which a test writes what it likes.
struct Wire(TcpStream);

impl Wire {
    async fn to(gateway: &Gateway) -> Self {
        Self(TcpStream::connect(gateway.address).await.unwrap())
    }

    async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Everything that comes until the other side ends the connection.
    async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        // A connection that is cut with unread bytes may end in a reset.
        let _ = within(self.0.read_to_end(&mut bytes)).await;
        String::from_utf8(bytes).unwrap()
    }

    /// One answer whose body has this end; the connection stays.
    async fn answer(&mut self, end: &str) -> String {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end.as_bytes()) {
            let mut piece = [0; 1024];
            let count = within(self.0.read(&mut piece)).await.unwrap();
            assert!(count > 0, "the connection ended: {}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&piece[..count]);
        }
        String::from_utf8(bytes).unwrap()
    }
}

async fn serving(options: ServeOptions) -> Gateway {
    Setup { options, ..Setup::default() }.serve().await
}

const LIVEZ: &str = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let gateway = Gateway::start().await;
    let mut wire = Wire::to(&gateway).await;
    for _ in 0..3 {
        wire.write(LIVEZ).await;
        let answer = wire.answer("\r\n\r\nok").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(!answer.to_lowercase().contains("connection: close"));
    }
    wire.write(&format!("{LIVEZ}{LIVEZ}")).await;
    let both = wire.answer("ok").await;
    let both =
        if both.matches("HTTP/1.1").count() == 2 { both } else { both + &wire.answer("ok").await };
    assert_eq!(both.matches("HTTP/1.1 200").count(), 2, "{both}");
}

/// Checks an answer that the server gave without a router: the one shape, with a name.
fn assert_shaped(answer: &str, status: &str, code: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").expect(answer);
    assert!(head.starts_with(status), "{answer}");
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).expect(answer);
    assert_eq!(header("content-type: "), "application/json");
    assert_eq!(header("connection: "), "close");
    assert_eq!(header("content-length: "), body.len().to_string());
    let error = &serde_json::from_str::<serde_json::Value>(body).expect(answer)["error"];
    assert_eq!(error["code"], code);
    assert_eq!(error["request_id"], header("x-request-id: "));
}

#[tokio::test]
async fn what_is_not_http_ends_the_connection_with_a_400_in_the_one_shape() {
    let gateway = Gateway::start().await;
    for garbage in ["\u{16}\u{3}\u{1}\u{2}garbage\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"]
    {
        let mut wire = Wire::to(&gateway).await;
        wire.write(garbage).await;
        let answer = wire.rest().await;
        assert_shaped(&answer, "HTTP/1.1 400 Bad Request", "bad_request");
    }
}

#[tokio::test]
async fn a_header_that_is_too_large_is_refused() {
    let options = ServeOptions { header_bytes: 8 * 1024, ..ServeOptions::default() };
    let gateway = serving(options).await;
    let mut wire = Wire::to(&gateway).await;
    let header = "x".repeat(9 * 1024);
    wire.write(&format!("GET /livez HTTP/1.1\r\nhost: localhost\r\nlong: {header}\r\n\r\n")).await;
    assert_shaped(&wire.rest().await, "HTTP/1.1 431", "header_too_large");
    // So is one that comes after a request that was answered.
    let mut wire = Wire::to(&gateway).await;
    wire.write(LIVEZ).await;
    wire.answer("ok").await;
    wire.write(&format!("GET /livez HTTP/1.1\r\nhost: x\r\nlong: {header}\r\n\r\n")).await;
    assert_shaped(&wire.rest().await, "HTTP/1.1 431", "header_too_large");
}

#[tokio::test]
async fn a_header_that_does_not_arrive_in_time_ends_the_connection() {
    let options =
        ServeOptions { header_timeout: Duration::from_millis(500), ..ServeOptions::default() };
    let gateway = serving(options).await;
    let mut silent = Wire::to(&gateway).await;
    assert_eq!(silent.rest().await, "");
    let mut slow = Wire::to(&gateway).await;
    slow.write("GET /livez HTTP/1.1\r\nhost:").await;
    assert_shaped(&slow.rest().await, "HTTP/1.1 408 Request Timeout", "header_too_slow");
    let mut later = Wire::to(&gateway).await;
    later.write(LIVEZ).await;
    later.answer("ok").await;
    later.write("GET /li").await;
    assert_shaped(&later.rest().await, "HTTP/1.1 408 Request Timeout", "header_too_slow");
}

#[tokio::test]
async fn a_header_that_began_with_an_earlier_request_and_stays_unfinished_is_told_so() {
    let (header_timeout, idle_timeout) = (Duration::from_millis(200), Duration::from_millis(400));
    let options = ServeOptions { header_timeout, idle_timeout, ..ServeOptions::default() };
    let gateway = serving(options).await;
    let mut wire = Wire::to(&gateway).await;
    wire.write(&format!("{LIVEZ}GET /livez HTTP/1.1\r\nho")).await;
    let all = wire.rest().await;
    let (first, second) = all.split_at(all.rfind("HTTP/1.1 ").expect("two answers"));
    assert!(first.starts_with("HTTP/1.1 200") && first.ends_with("ok"), "{all}");
    assert_shaped(second, "HTTP/1.1 408 Request Timeout", "header_too_slow");
}

#[tokio::test]
async fn nothing_is_said_into_an_answer_that_is_under_way() {
    let header_timeout = Duration::from_millis(200);
    let limits = Limits { heartbeat: Duration::from_secs(60), ..Limits::default() };
    let idle_timeout = Duration::from_millis(600);
    let options = ServeOptions { header_timeout, idle_timeout, ..ServeOptions::default() };
    let gateway = Setup { options, limits, ..Setup::default() }.serve().await;
    let mut wire = Wire::to(&gateway).await;
    let body = question().to_string();
    wire.write(&format!(
        "POST /api/v1/message HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}GET /livez HT",
        body.len()
    ))
    .await;
    let answer = wire.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("event: accepted"), "{answer}");
    assert!(!answer.contains("408"), "{answer}");
}

#[tokio::test]
async fn an_idle_connection_ends_and_a_waiting_request_does_not() {
    let (header_timeout, idle_timeout) = (Duration::from_millis(500), Duration::from_millis(600));
    let options = ServeOptions { header_timeout, idle_timeout, ..ServeOptions::default() };
    let gateway = serving(options).await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;
    let mut idle = Wire::to(&gateway).await;
    idle.write(LIVEZ).await;
    idle.answer("ok").await;
    assert_eq!(idle.rest().await, "", "by now the other request has waited for as long");
    turn.commit("Still there.").await;
    assert_eq!(asked.await.unwrap().json()["reply"], "Still there.");
}

fn unfinished(length: usize) -> String {
    format!(
        "POST /api/v1/message HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{{\"channel\":"
    )
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_refused() {
    let options =
        ServeOptions { body_timeout: Duration::from_millis(50), ..ServeOptions::default() };
    let gateway = serving(options).await;
    let mut wire = Wire::to(&gateway).await;
    wire.write(&unfinished(500)).await;
    let answer = wire.rest().await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("body_too_slow"), "{answer}");
}

#[tokio::test]
async fn a_body_that_ends_early_reaches_nothing() {
    let gateway = Gateway::start().await;
    let mut wire = Wire::to(&gateway).await;
    wire.write(&unfinished(500)).await;
    wire.0.shutdown().await.unwrap();
    let answer = wire.rest().await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(gateway.vitals.accepted_total(), 0);
}

#[tokio::test]
async fn a_chunked_body_is_taken_up_to_the_limit_and_no_further() {
    let limits = Limits { body_bytes: 1000, ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    let head = "POST /api/v1/message HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: application/json\r\nprefer: wait=0\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunked = |body: &str| {
        let pieces = body.as_bytes().chunks(40).map(|piece| {
            format!("{:x}\r\n{}\r\n", piece.len(), std::str::from_utf8(piece).unwrap())
        });
        format!("{head}{}0\r\n\r\n", pieces.collect::<String>())
    };
    let mut wire = Wire::to(&gateway).await;
    wire.write(&chunked(&question().to_string())).await;
    let answer = wire.rest().await;
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");

    let mut wire = Wire::to(&gateway).await;
    let long = json!({ "channel": "c", "user_id": "u", "message": "x".repeat(2000) });
    wire.write(&chunked(&long.to_string())).await;
    let answer = wire.rest().await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("1000 bytes"), "{answer}");

    let mut wire = Wire::to(&gateway).await;
    wire.write(&format!("{head}zz\r\nbroken\r\n")).await;
    let answer = wire.rest().await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("body_incomplete"), "{answer}");
}

#[tokio::test]
async fn a_caller_that_asks_before_sending_too_much_is_told_without_sending() {
    let gateway = Gateway::start().await;
    let mut wire = Wire::to(&gateway).await;
    wire.write(
        "POST /api/v1/message HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\ncontent-length: 300000\r\n\r\n",
    )
    .await;
    let answer = wire.rest().await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let options = ServeOptions { connections: 1, ..ServeOptions::default() };
    let gateway = serving(options).await;
    let mut first = Wire::to(&gateway).await;
    first.write(LIVEZ).await;
    first.answer("ok").await;
    let mut second = Wire::to(&gateway).await;
    second.write(LIVEZ).await;
    let mut byte = [0; 1];
    let early = tokio::time::timeout(Duration::from_millis(50), second.0.peek(&mut byte)).await;
    assert!(early.is_err(), "the second connection was served beside the first");
    drop(first);
    second.answer("ok").await;
}

#[tokio::test]
async fn while_draining_answers_end_their_connection_and_messages_are_still_taken() {
    let gateway = Gateway::start().await;
    gateway.vitals.set_phase(Phase::Draining);
    let mut wire = Wire::to(&gateway).await;
    wire.write(LIVEZ).await;
    let answer = wire.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200"));
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    let taken = gateway.message(&question()).header("prefer", "wait=0").send().await;
    assert_eq!((taken.status, taken.header("connection")), (202, "close"));
}

#[tokio::test]
async fn at_the_end_idle_connections_close_and_requests_in_flight_are_finished() {
    let mut gateway = Gateway::start().await;
    let mut idle = Wire::to(&gateway).await;
    idle.write(LIVEZ).await;
    idle.answer("ok").await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;

    gateway.shutdown.cancel();
    assert_eq!(idle.rest().await, "");
    assert_eq!(gateway.vitals.phase(), Phase::Draining);
    assert!(TcpStream::connect(gateway.address).await.is_err(), "the listener is closed");
    turn.commit("Just in time.").await;
    let answer = asked.await.unwrap();
    assert_eq!(
        (&answer.json()["reply"], answer.header("connection")),
        (&json!("Just in time."), "close")
    );
    assert_eq!(within(&mut gateway.served).await.unwrap(), Closed { cut: 0 });
}

#[tokio::test]
async fn near_the_end_of_the_grace_waiting_requests_are_told_where_to_fetch_the_answer() {
    // The last call comes two seconds before the end, and so at once.
    let options = ServeOptions { grace: Duration::from_secs(2), ..ServeOptions::default() };
    let mut gateway = serving(options).await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;
    gateway.shutdown.cancel();
    let answer = within(asked).await.unwrap();
    assert_eq!((answer.status, answer.json()["status"].as_str()), (202, Some("pending")));
    assert_eq!(within(&mut gateway.served).await.unwrap(), Closed { cut: 0 });
    drop(turn);
}

#[tokio::test]
async fn what_does_not_end_within_the_grace_is_cut() {
    let options = ServeOptions { grace: Duration::from_millis(30), ..ServeOptions::default() };
    let mut gateway = serving(options).await;
    let mut wire = Wire::to(&gateway).await;
    wire.write(&unfinished(500)).await;
    let mut other = Wire::to(&gateway).await;
    other.write(LIVEZ).await;
    other.answer("ok").await;
    gateway.shutdown.cancel();
    assert_eq!(wire.rest().await, "");
    assert_eq!(within(&mut gateway.served).await.unwrap(), Closed { cut: 1 });
}
