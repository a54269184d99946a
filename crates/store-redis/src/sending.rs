//! Sends commands to where they belong.
//!
//! A command is sent again only if the server said that it did not run it: since it doesn't know
//! the script, or doesn't keep the key any more. After any other failure the caller decides.

use std::borrow::Cow;
use std::sync::Arc;

use conversation::StoreError;
use deadpool_redis::redis::{Cmd, ErrorKind, Pipeline, RedisError, ServerErrorKind, Value};
use futures::future::join_all;

use crate::errors::store_error;
use crate::node::{Node, breaks_connection};
use crate::script::Verb;
use crate::topology::Topology;

/// How often a command is sent at most. A slot that moves on while it is followed, or scripts that
/// are forgotten again at once, are somebody else's to end.
const ROUNDS: usize = 4;

/// Commands of one round that go to the same server.
struct Share<'a> {
    node: Arc<Node>,
    /// Where they stand among all.
    positions: Vec<usize>,
    calls: Cow<'a, Pipeline>,
}

/// What a server's answer means for the way of the command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It ran, or was refused for good.
    Answered,
    /// It didn't run, since the server doesn't know the script.
    UnknownScript,
    /// It didn't run, since another server keeps the key.
    Moved,
    /// It didn't run, since the server is no master that may write.
    NoMaster,
}

impl Topology {
    /// Sends a command, and makes the server know the script first if it doesn't. Brings the answer,
    /// which may be a refusal, and the server that gave it.
    pub(crate) async fn send(
        &self,
        cmd: &Cmd,
        verb: Option<&Verb>,
    ) -> Result<(Value, Arc<Node>), StoreError> {
        let mut rounds = 1;
        loop {
            let node = self.node_of(cmd).await?;
            let answer = node.send(cmd).await.map_err(|error| self.failed(&node, &error))?;
            match (verdict(&answer), verb) {
                (Verdict::UnknownScript, Some(verb)) if rounds < ROUNDS => {
                    node.send(&verb.load()).await.map_err(|error| self.failed(&node, &error))?;
                }
                (Verdict::Moved, _) if rounds < ROUNDS => self.moved(&node).await?,
                (Verdict::NoMaster, _) => {
                    self.lost(&node);
                    return Ok((answer, node));
                }
                (Verdict::Answered | Verdict::UnknownScript | Verdict::Moved, _) => {
                    return Ok((answer, node));
                }
            }
            rounds += 1;
        }
    }

    /// Sends each command to where it belongs, and again those that were not run.
    pub(crate) async fn send_all(
        &self,
        calls: &Pipeline,
        verb: Option<&Verb>,
    ) -> Result<Vec<Value>, StoreError> {
        let mut answers = vec![Value::Nil; calls.len()];
        let mut shares = self.share_out(calls, (0..calls.len()).collect()).await?;
        for round in 1..=ROUNDS {
            let sent = join_all(shares.iter().map(|share| share.node.send_all(&share.calls))).await;
            let (mut again, mut outcome) = (Vec::new(), Ok(()));
            for (share, answer) in shares.iter().zip(sent) {
                let taken = match answer {
                    Ok(values) => self.take(share, values, verb, &mut answers, &mut again).await,
                    Err(error) => Err(self.failed(&share.node, &error)),
                };
                outcome = outcome.and(taken);
            }
            outcome?;
            if again.is_empty() || round == ROUNDS {
                break;
            }
            shares = self.share_out(calls, again).await?;
        }
        Ok(answers)
    }

    /// Takes one server's answers, and does what it needs to run the rest.
    async fn take(
        &self,
        share: &Share<'_>,
        values: Vec<Value>,
        verb: Option<&Verb>,
        answers: &mut [Value],
        again: &mut Vec<usize>,
    ) -> Result<(), StoreError> {
        let node = &share.node;
        let (mut unknown, mut moved) = (None, false);
        for (&position, value) in share.positions.iter().zip(values) {
            match (verdict(&value), verb) {
                (Verdict::UnknownScript, Some(verb)) => {
                    unknown = Some(verb);
                    again.push(position);
                }
                (Verdict::Moved, _) => {
                    moved = true;
                    again.push(position);
                }
                (Verdict::NoMaster, _) => self.lost(node),
                (Verdict::Answered | Verdict::UnknownScript, _) => {}
            }
            if let Some(answer) = answers.get_mut(position) {
                *answer = value;
            }
        }
        if let Some(verb) = unknown {
            node.send(&verb.load()).await.map_err(|error| self.failed(node, &error))?;
        }
        if moved {
            self.moved(node).await?;
        }
        Ok(())
    }

    /// Shares the commands at these positions out among the servers.
    async fn share_out<'a>(
        &self,
        calls: &'a Pipeline,
        positions: Vec<usize>,
    ) -> Result<Vec<Share<'a>>, StoreError> {
        if self.spans_partitions() && positions.len() == calls.len() {
            let node = self.any().await?;
            return Ok(vec![Share { node, positions, calls: Cow::Borrowed(calls) }]);
        }
        let mut shares: Vec<Share<'a>> = Vec::new();
        for (position, cmd) in calls.cmd_iter().enumerate() {
            if positions.binary_search(&position).is_err() {
                continue;
            }
            let node = self.node_of(cmd).await?;
            let is_here = |share: &&mut Share<'a>| Arc::ptr_eq(&share.node, &node);
            if let Some(share) = shares.iter_mut().find(is_here) {
                share.positions.push(position);
                share.calls.to_mut().add_command(cmd.clone());
                continue;
            }
            let mut calls = Pipeline::new();
            calls.add_command(cmd.clone());
            shares.push(Share { node, positions: vec![position], calls: Cow::Owned(calls) });
        }
        Ok(shares)
    }

    /// The protocol's word for a server that gave no answer.
    pub(crate) fn failed(&self, node: &Arc<Node>, error: &RedisError) -> StoreError {
        if breaks_connection(error) || !matches!(error_verdict(error), Verdict::Answered) {
            self.lost(node);
        }
        store_error(error)
    }
}

fn verdict(answer: &Value) -> Verdict {
    match answer {
        Value::ServerError(error) => verdict_of(error.kind(), error.code()),
        _ => Verdict::Answered,
    }
}

/// What a server's error means for the way of the command.
fn error_verdict(error: &RedisError) -> Verdict {
    let kind = match error.kind() {
        ErrorKind::Server(kind) => Some(kind),
        _ => None,
    };
    verdict_of(kind, error.code().unwrap_or_default())
}

fn verdict_of(kind: Option<ServerErrorKind>, code: &str) -> Verdict {
    match kind {
        Some(ServerErrorKind::NoScript) => Verdict::UnknownScript,
        Some(ServerErrorKind::Moved) => Verdict::Moved,
        Some(
            ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown | ServerErrorKind::ClusterDown,
        ) => Verdict::NoMaster,
        // A master without its replicas, which may have got another; or one that became a replica.
        _ if matches!(code, "NOREPLICAS" | "UNBLOCKED") => Verdict::NoMaster,
        _ => Verdict::Answered,
    }
}
