//! Who may use the routes under `/api/v1`: whoever shows the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::host::is_addressed_locally;
use crate::problem::Problem;

/// How callers of the API prove that they may.
#[derive(Clone, Debug)]
pub enum ApiAuth {
    /// Everyone may who calls it by an IP address or as localhost: for a gateway that only this
    /// machine can reach.
    Open,
    /// Whoever sends this token as `Authorization: Bearer …`.
    Token(SecretString),
    /// No one may, since the gateway can be reached from outside and no token is set.
    Locked,
}

/// [`ApiAuth`] as it is checked. Of the token only a digest is kept, so that the comparison
/// takes the same time for every guess, whatever its length.
#[derive(Clone)]
pub(crate) enum Gate {
    Open,
    Token(Arc<[u8; 32]>),
    Locked,
}

impl From<&ApiAuth> for Gate {
    fn from(auth: &ApiAuth) -> Self {
        match auth {
            ApiAuth::Open => Self::Open,
            ApiAuth::Token(token) => Self::Token(Arc::new(digest(token.expose_secret()))),
            ApiAuth::Locked => Self::Locked,
        }
    }
}

impl Gate {
    fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        match self {
            Self::Open if is_addressed_locally(uri, headers) => Ok(()),
            Self::Open => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "foreign_host",
                "A gateway without a token is called by an IP address or as localhost only, so \
                 that no web page can reach it under a name of its own: call it so, or set \
                 OPENCLAW_GATEWAY_TOKEN or gateway.auth.token.",
            )),
            Self::Locked => Err(refuse(
                "token_not_set",
                "This gateway takes no API calls until a token is set: set OPENCLAW_GATEWAY_TOKEN \
                 or gateway.auth.token, restart it, and send the token as 'Authorization: Bearer \
                 <token>'.",
                "Bearer realm=\"openclaw\"",
            )),
            Self::Token(expected) => {
                let shown = bearer(headers).ok_or_else(|| {
                    refuse(
                        "token_missing",
                        "This route needs the gateway's token: send it as 'Authorization: Bearer \
                         <token>'.",
                        "Bearer realm=\"openclaw\"",
                    )
                })?;
                if bool::from(digest(shown).ct_eq(expected.as_slice())) {
                    return Ok(());
                }
                Err(refuse(
                    "token_wrong",
                    "The token in 'Authorization' is not the gateway's: compare it with \
                     OPENCLAW_GATEWAY_TOKEN or gateway.auth.token.",
                    "Bearer realm=\"openclaw\", error=\"invalid_token\"",
                ))
            }
        }
    }
}

/// Lets a request through if the gate admits it.
pub(crate) async fn guard(
    State(gate): State<Gate>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    gate.admit(request.uri(), request.headers())?;
    Ok(next.run(request).await)
}

fn refuse(code: &'static str, message: &'static str, challenge: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, message)
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

/// The token of `Authorization: Bearer <token>`; the scheme's name is not case-sensitive.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
