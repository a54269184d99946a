//! A load generator: keep-alive connections that post and read as cheaply as they can, so that
//! on a shared machine the time goes to what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What one run found.
pub struct Run {
    /// Requests answered with 200, or acknowledged with 202.
    pub answered: u64,
    /// Requests answered otherwise, or not at all.
    pub failed: u64,
    /// How long the run took.
    pub elapsed: Duration,
    /// How long each answered request took, sorted.
    latencies: Vec<Duration>,
}

impl Run {
    /// Answers per second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that this share (0 to 1) of the requests stayed below.
    pub fn quantile(&self, share: f64) -> Duration {
        let index = (self.latencies.len() as f64 * share) as usize;
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(index.min(last)).copied().unwrap_or_default()
    }
}

/// Makes the bytes of a connection's next request. Requests of one connection follow each other,
/// so what must not overlap belongs to one connection.
pub type MakeRequest = Arc<dyn Fn(Nth, &mut Vec<u8>) + Send + Sync>;

/// Which request it is.
#[derive(Clone, Copy)]
pub struct Nth {
    /// The number of the connection.
    pub connection: usize,
    /// How many requests this connection has sent before.
    pub request: u64,
}

/// How requests follow each other.
#[derive(Clone, Copy)]
pub enum Pace {
    /// Every connection sends the next request when it has the answer to the last.
    Closed,
    /// So many requests begin per second, however long answers take.
    Open(f64),
}

/// Runs `connections` for `time` against `port` on the loopback address.
pub async fn run(
    port: u16,
    connections: usize,
    time: Duration,
    pace: Pace,
    request: MakeRequest,
) -> Run {
    let number = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for connection in 0..connections {
        let worker = Worker {
            port,
            connection,
            until: start + time,
            start,
            pace,
            number: Arc::clone(&number),
            request: Arc::clone(&request),
        };
        workers.spawn(worker.work());
    }
    let (mut latencies, mut failed) = (Vec::new(), 0);
    while let Some(part) = workers.join_next().await {
        let (some, failures) = part.expect("a worker ends by itself");
        latencies.extend(some);
        failed += failures;
    }
    let elapsed = start.elapsed();
    latencies.sort_unstable();
    Run { answered: latencies.len() as u64, failed, elapsed, latencies }
}

struct Worker {
    port: u16,
    connection: usize,
    start: Instant,
    until: Instant,
    pace: Pace,
    number: Arc<AtomicU64>,
    request: MakeRequest,
}

impl Worker {
    async fn work(self) -> (Vec<Duration>, u64) {
        let (mut latencies, mut failed) = (Vec::new(), 0);
        let mut connection = None;
        let mut bytes = Vec::with_capacity(1024);
        let mut nth = Nth { connection: self.connection, request: 0 };
        while Instant::now() < self.until {
            let begun = match self.pace {
                Pace::Closed => Instant::now(),
                Pace::Open(rate) => {
                    let number = self.number.fetch_add(1, Ordering::Relaxed);
                    // The wait for a free connection counts, as it does for a customer.
                    let due = self.start + Duration::from_secs_f64(number as f64 / rate);
                    if due >= self.until {
                        break;
                    }
                    tokio::time::sleep_until(due.into()).await;
                    due
                }
            };
            bytes.clear();
            (self.request)(nth, &mut bytes);
            nth.request += 1;
            match exchange(&mut connection, self.port, &bytes).await {
                // 202 comes to those who asked not to wait.
                Ok(200 | 202) => latencies.push(begun.elapsed()),
                Ok(_) => failed += 1,
                Err(_) => {
                    connection = None;
                    failed += 1;
                }
            }
        }
        (latencies, failed)
    }
}

/// A connection and what was read from it so far.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

async fn exchange(
    connection: &mut Option<Connection>,
    port: u16,
    request: &[u8],
) -> std::io::Result<u16> {
    if connection.is_none() {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        *connection = Some(Connection { stream, buffer: Vec::with_capacity(4096) });
    }
    let Some(Connection { stream, buffer }) = connection else {
        return Err(std::io::ErrorKind::NotConnected.into());
    };
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some((status, length)) = complete(buffer)
            && buffer.len() >= length
        {
            return Ok(status);
        }
    }
}

/// The status and the whole length of an answer whose head is there. Chunked answers, such as
/// the fake model's, end with an empty chunk.
fn complete(buffer: &[u8]) -> Option<(u16, usize)> {
    let head_end = find(buffer, b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..head_end]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let wanted = name.eq_ignore_ascii_case("content-length");
        wanted.then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    match length {
        Some(length) => Some((status, head_end + length)),
        None if buffer.ends_with(b"0\r\n\r\n") => Some((status, buffer.len())),
        None => None,
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
