//! Who may use the API, out of the mode, the token and the address.

use secrecy::SecretString;

use super::secret;
use crate::decode::{At, Reader, Setting, Shown};
use crate::document::{Auth, AuthMode, Bind};
use crate::settings::ApiAuth;

/// Decides it. Without a token others are kept out, and the gateway still starts, so that its
/// health checks and webhooks work and the API can say what is missing.
pub(super) fn resolve(
    auth: Auth,
    bind: Bind,
    token_from_environment: Option<SecretString>,
    reader: &Reader<'_>,
) -> ApiAuth {
    let from_file = secret::of_pair(auth.token, auth.token_file, reader);
    let is_wrong = matches!(from_file, Setting::Wrong);
    let token = token_from_environment.or(from_file.value());
    let mode = match &auth.mode {
        Setting::Given(mode) => Some(mode),
        Setting::Absent => None,
        // Reported already; the settings are not used.
        Setting::Wrong => return ApiAuth::Locked,
    };
    match (mode.map(|mode| mode.value), bind, token) {
        (Some(AuthMode::None), Bind::Loopback, token) => {
            if token.is_some() {
                warn_of_unused_token(mode, reader);
            }
            ApiAuth::Open
        }
        (Some(AuthMode::None), Bind::Lan, _) => {
            report(
                mode,
                reader,
                "expected \"token\" while gateway.bind is \"lan\": without a token anybody on the network could use the API",
            );
            ApiAuth::Locked
        }
        (Some(AuthMode::Token) | None, _, Some(token)) => ApiAuth::Token(token),
        (None, Bind::Loopback, None) => ApiAuth::Open,
        (Some(AuthMode::Token) | None, Bind::Lan, None) => ApiAuth::Locked,
        (Some(AuthMode::Token), Bind::Loopback, None) => {
            if !is_wrong {
                report(
                    mode,
                    reader,
                    "expected a token with this mode: set OPENCLAW_GATEWAY_TOKEN, gateway.auth.token or gateway.auth.tokenFile",
                );
            }
            ApiAuth::Locked
        }
    }
}

fn report(mode: Option<&At<AuthMode>>, reader: &Reader<'_>, message: &str) {
    if let Some(mode) = mode {
        reader.error(&mode.origin, Shown::text(&mode.value.to_string()), message);
    }
}

fn warn_of_unused_token(mode: Option<&At<AuthMode>>, reader: &Reader<'_>) {
    if let Some(mode) = mode {
        reader.warning(&mode.origin, "a token is set, but with \"none\" nobody is asked for it");
    }
}
