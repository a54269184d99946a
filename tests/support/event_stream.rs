//! An event stream of Web Chat as it arrives, read from a plain connection.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What kind it is.
    pub name: String,
    /// Its id, if it is an entry.
    pub id: Option<String>,
    /// What it says.
    pub data: Value,
}

/// The stream.
pub struct Tape {
    stream: TcpStream,
    raw: Vec<u8>,
    text: String,
    /// The last chunk has come.
    over: bool,
    /// How many heartbeats came.
    pub pings: usize,
}

impl Tape {
    /// Opens it on the loopback address.
    ///
    /// # Errors
    /// The head and what has come of the body of an answer that is no stream.
    ///
    /// # Panics
    /// If the connection ends before.
    pub async fn open(port: u16, token: &str, after: Option<&str>) -> Result<Self, String> {
        let after = after.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
        Self::open_with(port, token, &after).await
    }

    /// As [`Self::open`], with these further lines in the request's head.
    ///
    /// # Errors
    /// As [`Self::open`].
    ///
    /// # Panics
    /// As [`Self::open`].
    pub async fn open_with(port: u16, token: &str, further: &str) -> Result<Self, String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let request = format!(
            "GET /webchat/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             {further}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut tape = Self { stream, raw: Vec::new(), text: String::new(), over: false, pings: 0 };
        let end = loop {
            if let Some(at) = tape.raw.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(tape.read().await, "the connection ended within the head");
        };
        let head = String::from_utf8(tape.raw.drain(..end).collect()).unwrap();
        if !head.starts_with("HTTP/1.1 200") {
            let body = String::from_utf8_lossy(&tape.raw).into_owned();
            return Err(head + &body);
        }
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        assert!(head.contains("x-accel-buffering: no"), "{head}");
        Ok(tape)
    }

    async fn read(&mut self) -> bool {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.raw)).await;
        read.expect("something comes in time").is_ok_and(|count| count > 0)
    }

    /// Takes whole chunks out of what has come.
    fn unchunk(&mut self) {
        while let Some(line) = self.raw.windows(2).position(|window| window == b"\r\n") {
            let size = std::str::from_utf8(&self.raw[..line]).unwrap();
            let size = usize::from_str_radix(size, 16).expect("a chunk begins with its size");
            let end = line + 2 + size + 2;
            if self.raw.len() < end {
                return;
            }
            self.over |= size == 0;
            self.text.push_str(std::str::from_utf8(&self.raw[line + 2..end - 2]).unwrap());
            self.raw.drain(..end);
        }
    }

    /// The next event, or none if the stream has ended.
    ///
    /// # Panics
    /// If nothing comes for too long, or what comes is no event.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            self.unchunk();
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                if block.starts_with(':') {
                    self.pings += 1;
                } else {
                    return Some(told(&block));
                }
            }
            if self.over || !self.read().await {
                return None;
            }
        }
    }

    /// The next event, which has this name.
    ///
    /// # Panics
    /// If it has another, or the stream has ended.
    pub async fn expect(&mut self, name: &str) -> Told {
        let told = self.next().await.expect("the stream goes on");
        assert_eq!(told.name, name, "{told:?}");
        told
    }

    /// The data of the next event, which is an entry.
    ///
    /// # Panics
    /// As [`Self::expect`].
    pub async fn entry(&mut self) -> Value {
        let told = self.expect("entry").await;
        assert_eq!(told.id.as_deref(), told.data["id"].as_str());
        told.data
    }

    /// Waits for a heartbeat.
    ///
    /// # Panics
    /// If anything else comes before it.
    pub async fn heartbeat(&mut self) {
        let before = self.pings;
        while self.pings == before {
            self.unchunk();
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                assert!(block.starts_with(':'), "{block}");
                self.pings += 1;
            }
            assert!(self.pings > before || self.read().await, "the stream ended");
        }
    }
}

fn told(block: &str) -> Told {
    let of =
        |field: &str| block.lines().find_map(|line| line.strip_prefix(field)).map(str::to_owned);
    Told {
        name: of("event: ").expect("an event has a name"),
        id: of("id: "),
        data: serde_json::from_str(&of("data: ").expect("an event has data")).unwrap(),
    }
}
