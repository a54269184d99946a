//! Serves the connections: who is let in, what is asked for, and what the script says of it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::contract::{Body, Delivered, read};
use super::script::Script;
use super::{File, State};
use crate::fake_server::connection::{Connection, Head, response_head};
use crate::fake_server::lock;

pub(super) async fn serve(mut connection: Connection, state: Arc<State>) {
    while let Ok(Some((head, body))) = connection.request().await {
        state.requests.fetch_add(1, Ordering::SeqCst);
        let answered = answer(&mut connection, &state, &head, &body).await;
        state.changed.notify_waiters();
        if answered.is_err() {
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
    let expected = format!("Bearer {}", state.account.access_token);
    if head.header("authorization") != Some(&expected) {
        state.not_let_in.fetch_add(1, Ordering::SeqCst);
        return error(connection, 401, 190, "Invalid OAuth access token.").await;
    }
    let (version, id) = (&state.account.version, &state.account.phone_number_id);
    let via = head.path.strip_suffix(&format!("/{version}/{id}/messages"));
    if let ("POST", Some(via)) = (head.method.as_str(), via) {
        return post(connection, state, head, via, body).await;
    }
    if head.method == "GET" && body.is_empty() {
        return get(connection, state, &head.path).await;
    }
    violation(connection, state, format!("{} {}", head.method, head.path)).await
}

async fn post(
    connection: &mut Connection,
    state: &State,
    head: &Head,
    via: &str,
    body: &[u8],
) -> io::Result<()> {
    if head.header("content-type") != Some("application/json") {
        return violation(connection, state, "the body isn't announced as JSON".to_owned()).await;
    }
    let number = state.next_receipt.fetch_add(1, Ordering::SeqCst);
    match read(body, format!("wamid.fake{number:08}")) {
        Err(why) => violation(connection, state, why).await,
        Ok(Body::Read(mark)) => {
            lock(&state.read_marks).push(mark);
            send(connection, 200, &[], &json!({"success": true}).to_string()).await
        }
        Ok(Body::Message(message)) => {
            let script = lock(&state.scripts).pop_front();
            let decided = || lock(&state.rule).as_ref().map(|decide| decide(&message, via));
            let script = script.or_else(decided).unwrap_or(Script::Take);
            play(connection, state, message, script).await
        }
    }
}

async fn play(
    connection: &mut Connection,
    state: &State,
    message: Delivered,
    script: Script,
) -> io::Result<()> {
    let taken = taken(&message).to_string();
    match script {
        Script::Answer { status, headers, body } => {
            return send(connection, status, &headers, &body).await;
        }
        Script::Cut => return Err(io::ErrorKind::ConnectionAborted.into()),
        Script::Take | Script::TakeAndCut | Script::TakeAndBreakOff | Script::TakeAndHang => {}
    }
    lock(&state.delivered).push(message);
    state.changed.notify_waiters();
    match script {
        Script::TakeAndHang => {
            connection.closed().await;
            Err(io::ErrorKind::BrokenPipe.into())
        }
        Script::TakeAndBreakOff => {
            let head = response_head(200, &[], "application/json", Some(taken.len()));
            connection.send(&[&head, &taken.as_bytes()[..10]].concat()).await?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        Script::TakeAndCut => Err(io::ErrorKind::ConnectionAborted.into()),
        Script::Take | Script::Answer { .. } | Script::Cut => {
            send(connection, 200, &[], &taken).await
        }
    }
}

fn taken(message: &Delivered) -> Value {
    let mut contact = json!({"input": message.to});
    match message.to.strip_prefix('+') {
        Some(number) => contact["wa_id"] = json!(number),
        None => contact["user_id"] = json!(message.to),
    }
    json!({
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": message.receipt}],
    })
}

/// What a file is, or the file itself.
async fn get(connection: &mut Connection, state: &State, path: &str) -> io::Result<()> {
    let file = |handle: &str| lock(&state.files).get(handle).cloned();
    if let Some(handle) = path.strip_prefix("/files/") {
        return match file(handle) {
            Some(file) => {
                let head = response_head(200, &[], &file.media_type, Some(file.content.len()));
                connection.send(&[&head, file.content.as_slice()].concat()).await
            }
            None => error(connection, 404, 100, "Gone").await,
        };
    }
    let handle = path.strip_prefix(&format!("/{}/", state.account.version));
    match handle.filter(|handle| !handle.contains('/')) {
        Some(handle) => match file(handle) {
            Some(file) => {
                let about = about(state, handle, &file).to_string();
                send(connection, 200, &[], &about).await
            }
            None => error(connection, 400, 100, "Object does not exist").await,
        },
        None => violation(connection, state, format!("GET {path}")).await,
    }
}

fn about(state: &State, handle: &str, file: &File) -> Value {
    let own = || format!("http://{}/files/{handle}", state.address);
    let size = file.told_size.unwrap_or(file.content.len() as u64);
    let mut about = json!({
        "messaging_product": "whatsapp",
        "url": file.told_url.clone().unwrap_or_else(own),
        "mime_type": file.media_type,
        "file_size": size,
        "id": handle,
    });
    if let Some(hash) = &file.told_sha256 {
        about["sha256"] = json!(hash);
    }
    about
}

async fn violation(connection: &mut Connection, state: &State, why: String) -> io::Result<()> {
    let answered = error(connection, 400, 100, &why).await;
    lock(&state.violations).push(why);
    answered
}

async fn error(
    connection: &mut Connection,
    status: u16,
    code: i64,
    message: &str,
) -> io::Result<()> {
    let body = json!({"error": {"message": message, "type": "OAuthException", "code": code}});
    send(connection, status, &[], &body.to_string()).await
}

async fn send(
    connection: &mut Connection,
    status: u16,
    headers: &[(String, String)],
    body: &str,
) -> io::Result<()> {
    let head = response_head(status, headers, "application/json", Some(body.len()));
    connection.send(&[&head, body.as_bytes()].concat()).await
}
