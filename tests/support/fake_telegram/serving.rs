//! Takes connections and answers what comes in on them.

use std::io;
use std::sync::Arc;

use serde_json::{Value, json};

use super::contract::{Failure, Outcome, carry_out, read};
use super::fault::Fault;
use super::posting::hand_out;
use super::{Call, State};
use crate::fake_server::connection::{Connection, Head, response_head};
use crate::fake_server::lock;

/// Answers one connection until the client goes away or a fault breaks it.
pub(super) async fn serve(mut connection: Connection, state: Arc<State>) {
    while let Ok(Some((head, body))) = connection.request().await {
        if answer(&mut connection, &state, &head, &body).await.is_err() {
            return;
        }
    }
}

async fn answer(
    connection: &mut Connection,
    state: &State,
    head: &Head,
    body: &[u8],
) -> io::Result<()> {
    if let Some(path) = head.path.strip_prefix("/file/") {
        return file(connection, state, head, path).await;
    }
    let call = match check(state, head, body) {
        Ok(call) => call,
        Err(Refused { code, description }) => {
            return respond(connection, Outcome::Failure(Failure { code, description })).await;
        }
    };
    lock(&state.calls).push(call.clone());
    state.changed.notify_waiters();
    match fault(state, &call) {
        // Whoever goes away while it asks for updates asks no more.
        None if call.method == "getUpdates" => {
            let outcome = tokio::select! {
                outcome = act(state, &call) => outcome,
                () = connection.closed() => return Err(io::ErrorKind::ConnectionAborted.into()),
            };
            respond(connection, outcome).await
        }
        None => {
            let outcome = act(state, &call).await;
            respond(connection, outcome).await
        }
        Some(fault) => fail(connection, state, &call, fault).await,
    }
}

/// Why a request is no call.
struct Refused {
    code: u16,
    description: String,
}

fn check(state: &State, head: &Head, body: &[u8]) -> Result<Call, Refused> {
    let (via, path) = head.path.split_once("/bot").unwrap_or_default();
    let (token, method) = path.split_once('/').unwrap_or_default();
    if token != state.token {
        // What a wrong token gets: whoever tests that wants no violation.
        let (code, description) =
            if token.contains(':') { (401, "Unauthorized") } else { (404, "Not Found") };
        return Err(Refused { code, description: description.to_owned() });
    }
    let call = check_form(head).and_then(|()| {
        let parameters = serde_json::from_slice(body).map_err(|error| format!("body: {error}"))?;
        read(method, parameters)
    });
    let call = call.map(|call| Call { via: via.to_owned(), ..call });
    call.map_err(|what| {
        state.violation(what.clone());
        Refused { code: 400, description: format!("Bad Request: {what}") }
    })
}

fn check_form(head: &Head) -> Result<(), String> {
    if head.method != "POST" {
        return Err(format!("the method is {}", head.method));
    }
    if head.header("content-type") != Some("application/json") {
        return Err("the content type is not application/json".to_owned());
    }
    if !head.header("user-agent").is_some_and(|agent| agent.starts_with("openclaw-gateway/")) {
        return Err("the user agent is not the gateway".to_owned());
    }
    Ok(())
}

fn fault(state: &State, call: &Call) -> Option<Fault> {
    let waiting = lock(&state.faults).get_mut(&call.method).and_then(|waiting| waiting.pop_front());
    waiting.or_else(|| lock(&state.rule).as_ref().and_then(|rule| rule(call)))
}

async fn act(state: &State, call: &Call) -> Outcome {
    let outcome = match call.method.as_str() {
        "getUpdates" => hand_out(state, &call.parameters).await,
        _ => carry_out(state, call),
    };
    if let Outcome::Violation(what) = &outcome {
        state.violation(what.clone());
    }
    state.changed.notify_waiters();
    outcome
}

async fn fail(
    connection: &mut Connection,
    state: &State,
    call: &Call,
    fault: Fault,
) -> io::Result<()> {
    let cut = || Err(io::ErrorKind::ConnectionAborted.into());
    match fault {
        Fault::Answer { status, body } => send(connection, status, body.as_bytes()).await,
        Fault::CutBefore => cut(),
        Fault::CutAfter => {
            act(state, call).await;
            cut()
        }
        Fault::CutWithin => {
            act(state, call).await;
            let head = response_head(200, &[], "application/json", Some(100));
            connection.send(&[&head, &b"{\"ok\":tr"[..]].concat()).await?;
            cut()
        }
        Fault::Hang => {
            connection.closed().await;
            cut()
        }
        Fault::HangAfter => {
            act(state, call).await;
            connection.closed().await;
            cut()
        }
    }
}

async fn respond(connection: &mut Connection, outcome: Outcome) -> io::Result<()> {
    let failure = |code: u16, description: &str| {
        (code, json!({"ok": false, "error_code": code, "description": description}))
    };
    let (status, body): (u16, Value) = match outcome {
        Outcome::Result(result) => (200, json!({"ok": true, "result": result})),
        Outcome::Failure(Failure { code, description }) => failure(code, &description),
        Outcome::Violation(what) => failure(400, &format!("Bad Request: {what}")),
    };
    send(connection, status, body.to_string().as_bytes()).await
}

async fn send(connection: &mut Connection, status: u16, body: &[u8]) -> io::Result<()> {
    let head = response_head(status, &[], "application/json", Some(body.len()));
    connection.send(&[&head, body].concat()).await
}

/// A file, for those who have the token.
async fn file(
    connection: &mut Connection,
    state: &State,
    head: &Head,
    path: &str,
) -> io::Result<()> {
    let path = path.strip_prefix("bot").and_then(|rest| rest.strip_prefix(state.token.as_str()));
    let path = path.and_then(|rest| rest.strip_prefix('/'));
    let content = path.filter(|_| head.method == "GET").and_then(|path| {
        let files = lock(&state.files);
        files.values().find(|(known, _)| known == path).map(|(_, content)| content.clone())
    });
    match content {
        Some(content) => send(connection, 200, &content).await,
        None => {
            send(connection, 404, br#"{"ok":false,"error_code":404,"description":"Not Found"}"#)
                .await
        }
    }
}
