//! As much of HTTP/1.1 as a fake server needs, by hand: only so can a test say which bytes
//! travel together, and where a response breaks off.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest request that is taken.
const LONGEST: usize = 8 << 20;

/// A request's method, path and headers; the names of headers in small letters.
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// One client.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split("\r\n");
        let mut request = lines.next()?.split(' ');
        let (method, path) = (request.next()?.to_owned(), request.next()?.to_owned());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { method, path, headers })
    }
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Pieces travel when they are sent, not when the kernel finds it worth while.
        let _ = stream.set_nodelay(true);
        Self { stream, buffer: Vec::with_capacity(16 << 10) }
    }

    /// The next request with its body, or none if the client has gone.
    pub(crate) async fn request(&mut self) -> io::Result<Option<(Head, Vec<u8>)>> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            if self.read().await? == 0 {
                return Ok(None);
            }
        };
        let text = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let head = Head::parse(&text).ok_or(io::ErrorKind::InvalidData)?;
        let length = head.header("content-length").and_then(|length| length.parse().ok());
        let total = end + 4 + length.unwrap_or(0);
        while self.buffer.len() < total {
            if self.read().await? == 0 {
                return Ok(None);
            }
        }
        let body = self.buffer[end + 4..total].to_vec();
        self.buffer.drain(..total);
        Ok(Some((head, body)))
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Sends one piece of a body as a chunk of its own.
    pub(crate) async fn send_chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        // An empty chunk would end the body.
        if bytes.is_empty() {
            return Ok(());
        }
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.send(&chunk).await
    }

    /// Waits until the client goes away.
    pub(crate) async fn closed(&mut self) {
        while let Ok(1..) = self.read().await {}
    }

    async fn read(&mut self) -> io::Result<usize> {
        if self.buffer.len() > LONGEST {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.stream.read_buf(&mut self.buffer).await
    }
}

/// The head of a response.
pub(crate) fn response_head(
    status: u16,
    headers: &[(String, String)],
    content_type: &str,
    length: Option<usize>,
) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Fake\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        head += &format!("content-type: {content_type}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    match length {
        Some(length) => head += &format!("content-length: {length}\r\n\r\n"),
        None => head += "transfer-encoding: chunked\r\n\r\n",
    }
    head.into_bytes()
}
