//! Who may use the API.

use secrecy::ExposeSecret;
use settings::ApiAuth;

use crate::support::{error, load_text};

const LAN_TOKEN_MODE: &str = "bind: 'lan', auth: { mode: 'token' }";

fn auth(gateway: &str, variables: &[(&str, &str)]) -> String {
    let text = format!("{{ gateway: {{ {gateway} }} }}");
    match load_text(text, variables).unwrap().settings.gateway.api_auth {
        ApiAuth::Open => "open".to_owned(),
        ApiAuth::Locked => "locked".to_owned(),
        ApiAuth::Token(token) => format!("token {}", token.expose_secret()),
    }
}

#[test]
fn without_a_token_the_api_is_open_on_loopback_and_locked_on_the_lan() {
    assert_eq!(auth("", &[]), "open");
    assert_eq!(auth("bind: 'lan'", &[]), "locked");
    assert_eq!(auth("auth: { mode: 'none' }", &[]), "open");
    assert_eq!(auth(LAN_TOKEN_MODE, &[]), "locked");
}

#[test]
fn with_a_token_it_is_asked_for() {
    assert_eq!(auth("auth: { token: 'abc' }", &[]), "token abc");
    assert_eq!(auth("bind: 'lan', auth: { token: 'abc' }", &[]), "token abc");
    assert_eq!(auth("auth: { mode: 'token', token: '${T}' }", &[("T", "xyz")]), "token xyz");
    assert_eq!(auth(LAN_TOKEN_MODE, &[("OPENCLAW_GATEWAY_TOKEN", "env")]), "token env");
    assert_eq!(auth("auth: { token: 'a' }", &[("OPENCLAW_GATEWAY_TOKEN", "env")]), "token env");
    assert_eq!(auth("auth: { mode: 'none', token: 'abc' }", &[]), "open");
}

#[test]
fn an_open_api_on_the_lan_is_refused() {
    let text = "{ gateway: { bind: 'lan', auth: { mode: 'none', token: 'abc' } } }";
    assert_eq!(
        error(text, &[]),
        "1:41: gateway.auth.mode = \"none\": expected \"token\" while gateway.bind is \"lan\": \
         without a token anybody on the network could use the API"
    );
}

#[test]
fn asking_for_a_token_on_loopback_without_one_is_refused() {
    assert_eq!(
        error("{ gateway: { auth: { mode: 'token' } } }", &[]),
        "1:28: gateway.auth.mode = \"token\": expected a token with this mode: set \
         OPENCLAW_GATEWAY_TOKEN, gateway.auth.token or gateway.auth.tokenFile"
    );
}

#[test]
fn a_wrong_token_is_not_reported_as_a_missing_one_too() {
    let text = "{ gateway: { auth: { mode: 'token', token: 'two words' } } }";
    assert!(error(text, &[]).starts_with("1:44: gateway.auth.token = (hidden): expected a secret"));
}
