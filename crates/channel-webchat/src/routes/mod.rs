//! The routes of the widget. All bodies are JSON; errors have the shape of all the gateway's. All but
//! the first two want `Authorization: Bearer <token>`.
//!
//! - `GET /webchat/allowed`: whether the page that asks may use the chat.
//! - `POST /webchat/session` `{token?, identity?: {user_id, signature, name?}}` makes a session or
//!   renews one. A token that opens nothing (any more) is no error: its sender begins anew.
//! - `POST /webchat/messages` `{id, text}`: 202 when it is stored, 200 if it was before.
//! - `POST /webchat/stop`: what was said so far of the answer in the making becomes the answer.
//! - `GET /webchat/events`, with `Last-Event-ID` or `?after=`: `hello`, then the entries after that
//!   one, each with its id, and what happens from then on: `entry`, `started`, `delta`, `text`,
//!   `restarted`, `postponed` and `state`.

pub(crate) mod allowed;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod messages;
pub(crate) mod session;
pub(crate) mod stop;

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{Extensions, HeaderMap};
use axum::routing::{get, post};
use axum::{Router, middleware};
use conversation::Rate;

use crate::gate::gate;
use crate::pace::{Lane, pass};
use crate::refusal::Refusal;
use crate::token::Session;
use crate::web_chat::Shared;

/// All of them. What every page may read stays outside the gate: the widget's own files, and whether
/// the page may use the chat.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/webchat/session", post(session::session).options(nothing))
        .route("/webchat/messages", post(messages::send).options(nothing))
        .route("/webchat/stop", post(stop::stop).options(nothing))
        .route("/webchat/events", get(events::events).options(nothing))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), gate))
        .route("/webchat/allowed", get(allowed::allowed))
        .merge(files::router())
        .with_state(Arc::clone(shared))
}

/// A preflight without an origin asks for nothing; those with one the gate has answered.
async fn nothing() -> axum::http::StatusCode {
    axum::http::StatusCode::NO_CONTENT
}

/// The session that a request's token opens.
fn authorized(shared: &Shared, headers: &HeaderMap) -> Result<Session, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::NoSession);
    };
    let (scheme, token) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoSession);
    }
    let now = shared.parts.clock.now();
    Session::open(token.trim(), &shared.keyring, now).map_err(|_| Refusal::NoSession)
}

/// The session of a request that brings no words, if neither it nor its address asks too often.
async fn let_in(
    shared: &Shared,
    (extensions, headers): (&Extensions, &HeaderMap),
) -> Result<Session, Refusal> {
    let session = authorized(shared, headers)?;
    let limits = &shared.options.limits;
    let of_address = ("streams-of-address", limits.streams_of_address);
    let of_session = Some(("requests", limits.requests_of_session, &session));
    paced(shared, (extensions, headers), of_address, of_session).await?;
    Ok(session)
}

/// Passes the lane of a request's session if it has one, and then that of the address that it comes
/// from.
async fn paced(
    shared: &Shared,
    (extensions, headers): (&Extensions, &HeaderMap),
    of_address: (&'static str, Rate),
    of_session: Option<(&'static str, Rate, &Session)>,
) -> Result<(), Refusal> {
    let address = shared.addresses.sender(extensions, headers).unwrap_or_default();
    let mut lanes = Vec::with_capacity(2);
    if let Some((what, rate, session)) = of_session {
        lanes.push(Lane { what, who: session.conversation.as_str().as_bytes(), rate });
    }
    let (what, rate) = of_address;
    lanes.push(Lane { what, who: &address, rate });
    pass(&shared.parts.accord, &shared.keyring, &lanes).await
}
