//! The connections on which ready conversations are waited for.
//!
//! A blocking read on a shared connection would hold up everything behind it, and one that is
//! given up half-way would swallow what it was about to deliver, so reads here always run to
//! their end. One server is waited for on one connection. In a Cluster a read names streams of one
//! slot only, so every partition is waited for on its own; as soon as one of them brings
//! something, the others are told to wait no longer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use conversation::StoreError;
use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncConnectionConfig, Cmd, Pipeline, RedisError, ServerErrorKind};
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use tokio::time::{sleep, timeout};

use crate::link::{GROUP, Link};
use crate::node::{CONNECT, Node};
use crate::together::Together;
use crate::{Inner, millis};

/// The longest that one read blocks, so that a stop is noticed.
pub(crate) const BLOCK: Duration = Duration::from_secs(1);
/// How much longer than it blocks a read may take.
const GRACE: Duration = Duration::from_secs(2);
/// How soon those that wait are told again, if they hadn't begun to when they were told first.
const AGAIN: Duration = Duration::from_millis(10);

/// What `XREADGROUP` answers: by stream, the entries with their fields; nothing on a timeout.
type Streams = Option<Vec<(String, Vec<Entry>)>>;
/// An entry of a stream with its fields.
pub(crate) type Entry = (String, Vec<String>);

/// The connections, each by the partition that it is for; by 0 if it is for all.
#[derive(Default)]
pub(crate) struct Lines {
    open: HashMap<usize, Line>,
}

struct Line {
    node: Arc<Node>,
    connection: MultiplexedConnection,
    /// The name under which the server can be told to let it wait no longer.
    client: i64,
}

/// A read that has ended, with its line if that is still of use.
struct Ended {
    id: usize,
    line: Option<Line>,
    answer: Result<Vec<Entry>, StoreError>,
}

impl Lines {
    /// Reads up to `count` entries of each partition, or waits up to `block` for the first of any.
    pub(crate) async fn read(
        &mut self,
        inner: &Inner,
        partitions: &[usize],
        count: usize,
        block: Duration,
    ) -> Result<Vec<Entry>, StoreError> {
        let groups: Vec<Group<'_>> = match inner.link.topology().spans_partitions() {
            true => vec![Group { id: 0, partitions }],
            false => partitions.chunks(1).map(Group::of_one).collect(),
        };
        let taken: Vec<_> =
            groups.iter().map(|group| (*group, self.open.remove(&group.id))).collect();
        let lines = join_all(taken.into_iter().map(async |(group, line)| {
            (group, line_to(&inner.link, group.stream(inner), line).await)
        }))
        .await;
        let mut outcome = Together::default();
        let mut reads = FuturesUnordered::new();
        let mut waiting = HashMap::new();
        for (group, line) in lines {
            match line {
                Ok(line) => {
                    if groups.len() > 1 {
                        waiting.insert(group.id, (Arc::clone(&line.node), line.client));
                    }
                    reads.push(read_line(inner, group, line, count, block));
                }
                Err(error) => outcome.add(Err(error)),
            }
        }
        let mut tellings = FuturesUnordered::new();
        loop {
            tokio::select! {
                ended = reads.next() => {
                    let Some(Ended { id, line, answer }) = ended else { break };
                    waiting.remove(&id);
                    self.open.extend(line.map(|line| (id, line)));
                    outcome.add(answer);
                    if !outcome.found.is_empty() && block > Duration::ZERO {
                        tellings.extend(enough(&waiting));
                    }
                }
                () = sleep(AGAIN), if !outcome.found.is_empty() && block > Duration::ZERO => {
                    tellings.extend(enough(&waiting));
                }
                Some(()) = tellings.next(), if !tellings.is_empty() => {}
            }
        }
        outcome.into_result()
    }
}

/// Partitions that are waited for on one line.
#[derive(Clone, Copy)]
struct Group<'a> {
    /// The line's name: one server has one, whichever partitions are asked on it.
    id: usize,
    partitions: &'a [usize],
}

impl<'a> Group<'a> {
    fn of_one(partition: &'a [usize]) -> Self {
        Self { id: partition.first().copied().unwrap_or(0), partitions: partition }
    }

    /// A stream of the group's, which tells where the group is kept.
    fn stream(self, inner: &Inner) -> &str {
        let first = self.partitions.first();
        let stream = first.and_then(|&partition| inner.keys.all_ready().get(partition));
        stream.map_or("", String::as_str)
    }
}

/// The line, if it still leads to the server that keeps the stream, or else another.
async fn line_to(link: &Link, stream: &str, line: Option<Line>) -> Result<Line, StoreError> {
    let node = timeout(BLOCK + GRACE, link.topology().keeper(stream)).await;
    let node = node.map_err(|_| StoreError::Unavailable("Redis is not found".to_owned()))??;
    if let Some(line) = line.filter(|line| Arc::ptr_eq(&line.node, &node)) {
        return Ok(line);
    }
    Box::pin(connect(link, node)).await
}

async fn connect(link: &Link, node: Arc<Node>) -> Result<Line, StoreError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(BLOCK + GRACE));
    let connecting = async {
        let mut connection = node.connect(&config).await?;
        let mut ask = Cmd::new();
        ask.arg("CLIENT").arg("ID");
        let client = ask.query_async(&mut connection).await?;
        Ok((connection, client))
    };
    match connecting.await {
        Ok((connection, client)) => Ok(Line { node, connection, client }),
        Err(error) => Err(link.topology().failed(&node, &error)),
    }
}

async fn read_line(
    inner: &Inner,
    group: Group<'_>,
    mut line: Line,
    count: usize,
    block: Duration,
) -> Ended {
    let id = group.id;
    let mut read = Cmd::new();
    read.arg("XREADGROUP").arg("GROUP").arg(GROUP).arg(&inner.options.replica);
    read.arg("COUNT").arg(count);
    // BLOCK 0 would wait for ever.
    if block >= Duration::from_millis(1) {
        read.arg("BLOCK").arg(millis(block));
    }
    let streams = inner.keys.all_ready();
    read.arg("STREAMS")
        .arg(group.partitions.iter().filter_map(|&p| streams.get(p)).collect::<Vec<_>>());
    read.arg(vec![">"; group.partitions.len()]);
    let answer = timeout(block + GRACE, read.query_async::<Streams>(&mut line.connection)).await;
    let link = &inner.link;
    let answer = match answer {
        Ok(Ok(streams)) => {
            let found = streams.into_iter().flatten().flat_map(|(_, entries)| entries);
            Ok(found.collect::<Vec<_>>())
        }
        Ok(Err(error)) => refused(inner, &line.node, &error).await,
        Err(_) => {
            link.topology().lost(&line.node);
            Err(StoreError::Unavailable("Redis did not answer a read in time".to_owned()))
        }
    };
    let answer = match answer {
        // A claim that the replicas don't know could be given out a second time.
        Ok(found) if !found.is_empty() => {
            let settled = link.settled_beside(&line.node, group.stream(inner).as_bytes()).await;
            settled.map(|()| found)
        }
        answer => answer,
    };
    // After an error that isn't an answer the connection is of no more use.
    let line = answer.is_ok().then_some(line);
    Ended { id, line, answer }
}

/// What follows from an error that a read was answered with.
async fn refused(
    inner: &Inner,
    node: &Arc<Node>,
    error: &RedisError,
) -> Result<Vec<Entry>, StoreError> {
    let is_moved = error.code() == Some("MOVED")
        || matches!(error.kind(), deadpool_redis::redis::ErrorKind::Server(ServerErrorKind::Moved));
    if is_moved {
        inner.link.topology().moved(node).await?;
        return Ok(Vec::new());
    }
    match inner.link.topology().failed(node, error) {
        // Redis came back without its data: the groups are made anew.
        StoreError::Stale => inner.ensure_groups().await.map(|()| Vec::new()),
        error => Err(error),
    }
}

/// Tells the servers to let these clients wait no longer.
fn enough(waiting: &HashMap<usize, (Arc<Node>, i64)>) -> Vec<impl Future<Output = ()> + use<>> {
    let mut by_node: Vec<(Arc<Node>, Pipeline)> = Vec::new();
    for (node, client) in waiting.values() {
        let mut tell = Cmd::new();
        tell.arg("CLIENT").arg("UNBLOCK").arg(*client);
        match by_node.iter_mut().find(|(other, _)| Arc::ptr_eq(other, node)) {
            Some((_, pipeline)) => {
                pipeline.add_command(tell);
            }
            None => {
                let mut pipeline = Pipeline::new();
                pipeline.add_command(tell);
                by_node.push((Arc::clone(node), pipeline));
            }
        }
    }
    let tell = |(node, pipeline): (Arc<Node>, Pipeline)| async move {
        // One that isn't told waits until its time is up.
        let _told = node.send_all(&pipeline).await;
    };
    by_node.into_iter().map(tell).collect()
}
