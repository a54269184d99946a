//! The question with which WhatsApp makes sure that the address belongs to whoever entered it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tracing::info;

use super::Shared;
use super::refusal::Refusal;

/// The longest challenge that is repeated, in bytes.
const LONGEST_CHALLENGE: usize = 1024;

/// The digest of the token that both sides know: digests have one length, so that comparing them
/// tells nothing of the token's.
pub(super) struct Token([u8; 32]);

impl Token {
    pub(super) fn new(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    fn is(&self, token: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(token).into();
        self.0.ct_eq(&digest).into()
    }
}

pub(super) async fn verify(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    match challenge(&shared.verify_token, &query) {
        Some(challenge) => {
            info!("WhatsApp verified the address of its webhook");
            challenge.to_owned().into_response()
        }
        None => {
            let refusal = Refusal::NotVerified;
            shared.doubts.refused(&refusal);
            refusal.into_response()
        }
    }
}

/// What is repeated to whoever knows the token.
fn challenge<'a>(token: &Token, query: &'a HashMap<String, String>) -> Option<&'a str> {
    let of = |key: &str| query.get(key).map(String::as_str);
    let is_known = of("hub.verify_token").is_some_and(|said| token.is(said));
    let challenge = of("hub.challenge").filter(|challenge| challenge.len() <= LONGEST_CHALLENGE)?;
    (is_known && of("hub.mode") == Some("subscribe")).then_some(challenge)
}
