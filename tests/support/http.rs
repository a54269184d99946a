//! A plain HTTP/1.1 client for tests: one request on one connection, so that nothing is pooled,
//! retried or hidden.

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.body))
    }

    /// The reply of an answered message.
    ///
    /// # Panics
    /// If the answer isn't 200 with a reply.
    #[must_use]
    pub fn reply(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()["reply"].as_str().expect("a reply").to_owned()
    }
}

/// Sends a request to the loopback address and reads the answer to its end.
///
/// # Errors
/// What the connection says.
pub async fn send(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Answer> {
    send_from(Ipv4Addr::LOCALHOST, port, method, path, headers, body).await
}

/// The same from another of this machine's loopback addresses, as from another client.
///
/// # Errors
/// What the connection says.
pub async fn send_from(
    source: Ipv4Addr,
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Answer> {
    let mut stream = connect_from(source, port).await?;
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parse(&answer).ok_or_else(|| Error::new(ErrorKind::UnexpectedEof, "no whole answer came"))
}

/// A connection from one of this machine's loopback addresses.
///
/// # Errors
/// What the connection says.
pub async fn connect_from(source: Ipv4Addr, port: u16) -> std::io::Result<TcpStream> {
    if source == Ipv4Addr::LOCALHOST {
        return TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
    }
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((source, 0)))?;
    socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Posts a message to the API.
///
/// # Errors
/// What the connection says.
pub async fn post_message(
    port: u16,
    user: &str,
    message: &str,
    key: Option<&str>,
) -> std::io::Result<Answer> {
    let body = serde_json::json!({ "channel": "test", "user_id": user, "message": message });
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    send(port, "POST", "/api/v1/message", &headers, &body.to_string()).await
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.get(9..12)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = answer.get(end + 4..)?;
    let length = headers.iter().find(|(name, _)| name == "content-length");
    if let Some((_, length)) = length
        && body.len() < length.parse().ok()?
    {
        return None;
    }
    let body = String::from_utf8_lossy(body).into_owned();
    Some(Answer { status, headers, body })
}
