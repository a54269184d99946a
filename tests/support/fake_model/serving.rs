//! Takes connections and answers what comes in on them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::contract::{Api, Asked, check};
use super::script::{Script, Step};
use super::{Manner, State, speech};
use crate::fake_server::connection::{Connection, Head, response_head};
use crate::fake_server::lock;

/// Answers one connection until the client goes away or a script breaks it.
pub(super) async fn serve(mut connection: Connection, state: Arc<State>) {
    while let Ok(Some((head, body))) = connection.request().await {
        let answered = match (Api::of_path(&head.path), &state.manner) {
            (Some(api), Manner::Lean(prepared, delay)) => {
                pause(*delay).await;
                connection.send(prepared.response(api)).await
            }
            (Some(api), Manner::Scripted | Manner::Answering(..) | Manner::Deciding(_)) => {
                ask(&mut connection, &state, api, &head, &body).await
            }
            (None, _) => about_itself(&mut connection, &state, &head).await,
        };
        if answered.is_err() {
            return;
        }
    }
}

async fn ask(
    connection: &mut Connection,
    state: &State,
    api: Api,
    head: &Head,
    body: &[u8],
) -> io::Result<()> {
    let asked = match check(api, head, body) {
        Ok(asked) => asked,
        Err(violation) => return refuse(connection, state, violation).await,
    };
    let key = lock(&state.key).clone();
    let is_let_in = key.is_none_or(|key| api.key(head) == Some(&key));
    let _counted = Counted::new(state);
    let script = lock(&state.scripts).pop_front();
    if !matches!(state.manner, Manner::Deciding(_)) {
        lock(&state.requests).push(asked.clone());
    }
    state.changed.notify_waiters();
    if !is_let_in {
        let body = json!({"error": {"type": "authentication_error", "message": "invalid key"}});
        return play(connection, state, api, Script::status(401, body.to_string())).await;
    }
    match (script, &state.manner) {
        (Some(script), _) => play(connection, state, api, script).await,
        (None, Manner::Answering(reply, delay)) => {
            say(connection, api, reply, *delay, &asked).await
        }
        (None, Manner::Deciding(script)) => play(connection, state, api, script(&asked)).await,
        (None, Manner::Scripted | Manner::Lean(..)) => {
            refuse(connection, state, "a request without a script".to_owned()).await
        }
    }
}

async fn say(
    connection: &mut Connection,
    api: Api,
    reply: &super::Responder,
    delay: Duration,
    asked: &Asked,
) -> io::Result<()> {
    let response = speech::response(api, &reply(asked));
    pause(delay).await;
    connection.send(&response).await
}

/// Plays a script. An error ends the connection.
async fn play(
    connection: &mut Connection,
    state: &State,
    api: Api,
    script: Script,
) -> io::Result<()> {
    let Script { status, headers, steps, whole } = script;
    if let Some(body) = whole {
        let head = response_head(status, &headers, "application/json", Some(body.len()));
        return connection.send(&[&head, &body[..]].concat()).await;
    }
    let mut head = Some(response_head(status, &headers, speech::content_type(api), None));
    let mut opened = false;
    for step in steps {
        if !matches!(step, Step::Wait(_) | Step::Pause(_) | Step::Hang | Step::Cut)
            && let Some(head) = head.take()
        {
            connection.send(&head).await?;
        }
        let sent = match step {
            Step::Say(words) => {
                let opening = if opened { String::new() } else { speech::opening(api) };
                opened = true;
                connection.send_chunk((opening + &speech::words(api, &words)).as_bytes()).await
            }
            Step::Finish => connection.send_chunk(speech::ending(api).as_bytes()).await,
            Step::Raw(bytes) => connection.send_chunk(&bytes).await,
            Step::Wait(gate) => tokio::select! {
                () = gate.pass() => Ok(()),
                () = connection.closed() => Err(io::ErrorKind::BrokenPipe.into()),
            },
            Step::Pause(time) => tokio::select! {
                () = tokio::time::sleep(time) => Ok(()),
                () = connection.closed() => Err(io::ErrorKind::BrokenPipe.into()),
            },
            Step::Hang => {
                connection.closed().await;
                Err(io::ErrorKind::BrokenPipe.into())
            }
            Step::Cut => return Err(io::ErrorKind::ConnectionAborted.into()),
        };
        sent.inspect_err(|_| abandoned(state))?;
    }
    if let Some(head) = head {
        connection.send(&head).await?;
    }
    connection.send(b"0\r\n\r\n").await
}

fn abandoned(state: &State) {
    state.abandoned.fetch_add(1, Ordering::SeqCst);
    state.changed.notify_waiters();
}

async fn refuse(connection: &mut Connection, state: &State, violation: String) -> io::Result<()> {
    let body = json!({"error": {"type": "invalid_request_error", "message": violation}});
    lock(&state.violations).push(violation);
    let body = body.to_string();
    let head = response_head(400, &[], "application/json", Some(body.len()));
    connection.send(&[&head, body.as_bytes()].concat()).await
}

/// What an Ollama says about itself. Nothing else is there.
async fn about_itself(connection: &mut Connection, state: &State, head: &Head) -> io::Result<()> {
    let body = match (head.method.as_str(), head.path.as_str()) {
        ("GET", "/api/version") => json!({"version": "0.5.1"}).to_string(),
        ("GET", "/api/tags") => json!({"models": [{"name": "fake", "model": "fake"}]}).to_string(),
        (method, path) => return refuse(connection, state, format!("{method} {path}")).await,
    };
    let head = response_head(200, &[], "application/json", Some(body.len()));
    connection.send(&[&head, body.as_bytes()].concat()).await
}

async fn pause(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// Counts a question as being answered while it lasts.
struct Counted<'a>(&'a State);

impl<'a> Counted<'a> {
    fn new(state: &'a State) -> Self {
        let now = state.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_under_way.fetch_max(now, Ordering::SeqCst);
        Self(state)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }
}
