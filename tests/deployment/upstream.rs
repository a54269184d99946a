//! An upstream that does what a test tells it, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use support::http::Answer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What an upstream does with a request that it has read.
#[derive(Clone)]
pub enum Does {
    /// Sends these bytes.
    Sends(String),
    /// Sends the first of these to a POST, and the second to all else.
    SendsByMethod(String, String),
    /// Closes the connection without a word, as a process does that dies.
    Dies,
}

impl Does {
    /// An answer with this status and body.
    pub fn answers(status: &str, body: &str) -> Self {
        Self::answers_with(status, "", body)
    }

    /// A refusal of every POST, and 200 for all else.
    pub fn refuses_posts(status: &str, headers: &str, body: &str) -> Self {
        Self::SendsByMethod(answer(status, headers, body), answer("200 OK", "", "{}"))
    }

    /// An answer with further header lines, each ending with `\r\n`.
    pub fn answers_with(status: &str, headers: &str, body: &str) -> Self {
        Self::Sends(answer(status, headers, body))
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    method: String,
    /// The headers, read like those of an answer.
    headers: Answer,
}

impl Seen {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.header(name)
    }

    /// The body.
    pub fn body(&self) -> &str {
        &self.headers.body
    }
}

/// The upstream.
pub struct Upstream {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<Mutex<u32>>,
    serving: JoinHandle<()>,
}

impl Upstream {
    /// One that does the same with every request.
    pub async fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let connections: Arc<Mutex<u32>> = Arc::default();
        let (all, count) = (Arc::clone(&seen), Arc::clone(&connections));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                tokio::spawn(converse(stream, does.clone(), Arc::clone(&all)));
            }
        });
        Self { port, seen, connections, serving }
    }

    /// The port on the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> u32 {
        *self.connections.lock().unwrap()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn converse(mut stream: TcpStream, does: Does, seen: Arc<Mutex<Vec<Seen>>>) {
    while let Some(request) = read_request(&mut stream).await {
        let posted = request.method == "POST";
        seen.lock().unwrap().push(request);
        let bytes = match &does {
            Does::Sends(bytes) => bytes,
            Does::SendsByMethod(bytes, _) if posted => bytes,
            Does::SendsByMethod(_, bytes) => bytes,
            Does::Dies => return,
        };
        if stream.write_all(bytes.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// One request with its body, or nothing if the connection has ended.
pub async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let (line, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
            let method = line.split(' ').next().unwrap_or_default().to_owned();
            let headers: Vec<(String, String)> = rest
                .lines()
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let headers = Answer { status: 0, headers, body: String::new() };
            let length = headers.header("content-length").map_or(0, |text| text.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
                return Some(Seen { method, headers: Answer { body, ..headers } });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
