//! What the gateway is measured against: a bare axum handler, and a model that answers at once or
//! after a fixed time. Each runs as a process of its own, started from this same program.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::find;

/// Serves one constant answer at `/healthz`, with nothing around it.
pub async fn bare(port: u16) {
    let body =
        r#"{"status":"ok","uptime":45,"version":"0.1.0","redis":"connected","ollama":"connected"}"#;
    let json = [("content-type", "application/json")];
    let handler = axum::routing::get(move || async move { (json, body) });
    let router = axum::Router::new().route("/healthz", handler);
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    axum::serve(listener, router).await.expect("a bare server serves until it is ended");
}

/// Streams a short answer in the OpenAI form after `delay`.
pub async fn model(port: u16, delay: Duration) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let _ = answer_all(stream, delay).await;
        });
    }
}

async fn answer_all(mut stream: TcpStream, delay: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let answer = answer();
    let mut buffer = Vec::with_capacity(64 * 1024);
    loop {
        let Some(length) = request_length(&buffer) else {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
            continue;
        };
        while buffer.len() < length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        buffer.drain(..length);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        stream.write_all(&answer).await?;
    }
}

fn request_length(buffer: &[u8]) -> Option<usize> {
    let head_end = find(buffer, b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..head_end]).ok()?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    Some(head_end + length.trim().parse::<usize>().ok()?)
}

fn answer() -> Vec<u8> {
    let mut events = String::new();
    for words in ["Your parcel ", "is on its way ", "and arrives tomorrow."] {
        let chunk = serde_json::json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "bench",
            "choices": [{"index": 0, "delta": {"content": words}, "finish_reason": null}],
        });
        events.push_str(&format!("data: {chunk}\n\n"));
    }
    let last = serde_json::json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "bench",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    });
    events.push_str(&format!("data: {last}\n\ndata: [DONE]\n\n"));
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
         {:x}\r\n{events}\r\n0\r\n\r\n",
        events.len()
    )
    .into_bytes()
}
