//! The business number on WhatsApp.

use std::time::Duration;

use secrecy::ExposeSecret;
use settings::{DmPolicy, WhatsAppSettings};

use crate::support::{Directory, error, errors, load_text, settings, warnings};

/// A settings file with this in its section, beside all that the channel needs.
fn with(more: &str) -> String {
    format!(
        "{{ channels: {{ whatsapp: {{ phoneNumberId: '106540352242922', accessToken: 'EAAJ-hush', \
         appSecret: 'hush-2', verifyToken: 'hush-3', {more} }} }} }}"
    )
}

fn whatsapp(text: &str) -> Option<WhatsAppSettings> {
    settings(text, &[]).channels.whatsapp
}

#[test]
fn an_id_and_three_secrets_turn_the_channel_on() {
    assert!(whatsapp("{}").is_none());
    assert!(whatsapp("{ channels: { whatsapp: { apiVersion: 'v24.0' } } }").is_none());
    assert!(whatsapp(&with("enabled: false")).is_none());
    let whatsapp = whatsapp(&with("")).unwrap();
    assert_eq!(whatsapp.phone_number_id, "106540352242922");
    assert_eq!(whatsapp.access_token.expose_secret(), "EAAJ-hush");
    assert_eq!(whatsapp.app_secret.expose_secret(), "hush-2");
    assert_eq!(whatsapp.verify_token.expose_secret(), "hush-3");
    assert!(whatsapp.api_root.is_none() && whatsapp.api_version.is_none());
    assert!(whatsapp.dm_policy == DmPolicy::Open && whatsapp.allow_from.is_empty());
    assert_eq!(whatsapp.rate_limit.burst.get(), 20);
    assert_eq!(whatsapp.rate_limit.period, Duration::from_secs(3));
}

#[test]
fn variables_that_are_not_set_leave_it_off() {
    let text = "{ channels: { whatsapp: { phoneNumberId: '${I:-}', accessToken: '${A:-}', \
                appSecret: '${S:-}', verifyToken: '${V:-}' } } }";
    assert!(settings(text, &[]).channels.whatsapp.is_none());
    let variables = [("I", "1"), ("A", "a"), ("S", "s"), ("V", "v")];
    assert!(settings(text, &variables).channels.whatsapp.is_some());
}

#[test]
fn everything_of_the_section_arrives() {
    let text = with(
        "enabled: true, apiRoot: 'http://127.0.0.1:9/graph/', apiVersion: 'v31.2', \
         dmPolicy: 'allowlist', \
         allowFrom: ['+49 151 123-45678', 'whatsapp:4917200000000', 16505551234, 'US.ENT.118', '*'], \
         rateLimit: { burst: 5, everySeconds: 60 }",
    );
    let whatsapp = whatsapp(&text.replace("'106540352242922'", "106540352242922")).unwrap();
    assert_eq!(whatsapp.phone_number_id, "106540352242922");
    assert_eq!(whatsapp.api_root.unwrap().as_str(), "http://127.0.0.1:9/graph");
    assert_eq!(whatsapp.api_version.as_deref(), Some("v31.2"));
    assert_eq!(whatsapp.dm_policy, DmPolicy::Allowlist);
    let listed = ["4915112345678", "4917200000000", "16505551234", "US.ENT.118", "*"];
    assert_eq!(whatsapp.allow_from, listed);
    assert_eq!(whatsapp.rate_limit.burst.get(), 5);
    assert_eq!(whatsapp.rate_limit.period, Duration::from_secs(60));
}

#[test]
fn secrets_may_stand_in_files() {
    let directory = Directory::new();
    let text = "{ channels: { whatsapp: { phoneNumberId: '1', accessTokenFile: 'a', \
                appSecretFile: 'b', verifyTokenFile: 'c' } } }";
    directory.write("config/openclaw.json", text);
    directory.write("a", "token\n").write("b", "secret").write("c", "word\r\n");
    let whatsapp = directory.load(&[]).unwrap().settings.channels.whatsapp.unwrap();
    assert_eq!(whatsapp.access_token.expose_secret(), "token");
    assert_eq!(whatsapp.app_secret.expose_secret(), "secret");
    assert_eq!(whatsapp.verify_token.expose_secret(), "word");
}

#[test]
fn what_the_channel_lacks_is_told_in_one_error_at_what_is_there() {
    let rest = "which the channel can't do without; `enabled: false` turns it off";
    assert_eq!(
        error("{ channels: { whatsapp: { accessToken: 'EAAJ-hush' } } }", &[]),
        format!(
            "1:40: channels.whatsapp.accessToken: expected phoneNumberId and appSecret and \
             verifyToken in channels.whatsapp too, {rest}"
        )
    );
    assert_eq!(
        error("{ channels: { whatsapp: { enabled: true } } }", &[]),
        format!(
            "1:36: channels.whatsapp.enabled: expected phoneNumberId and accessToken and appSecret \
             and verifyToken in channels.whatsapp too, {rest}"
        )
    );
    let off = "{ channels: { whatsapp: { enabled: false, accessToken: 'EAAJ-hush' } } }";
    assert!(whatsapp(off).is_none());
}

#[test]
fn every_mistake_is_told_at_once_and_neither_secrets_nor_numbers_are_shown() {
    let text = with(
        "apiVersion: '25', apiRoot: 'graph.facebook.com', dmPolicy: 'allow-list', \
         allowFrom: ['0151 1234567', 'Ann', 123], rateLimit: { everySeconds: 0 }, appSecrt: 'hush-4'",
    )
    .replace("'106540352242922'", "'+1 555 0100'")
    .replace("hush-2", "hush 2");
    let problems = load_text(&text, &[]).unwrap_err().to_string();
    for expected in [
        "whatsapp.phoneNumberId = \"+1 555 0100\": expected the id that WhatsApp Manager shows",
        "whatsapp.apiVersion = \"25\": expected a version of the Graph API, as in \"v25.0\"",
        "whatsapp.apiRoot = \"graph.facebook.com\": expected an absolute URL",
        "did you mean \"https://graph.facebook.com\"?",
        "whatsapp.appSecret = (hidden): expected a secret of visible ASCII characters",
        "did you mean \"allowlist\"?",
        "whatsapp.allowFrom[0] = (hidden): expected a number in international form",
        "whatsapp.allowFrom[1] = (hidden): expected a number in international form",
        "whatsapp.allowFrom[2] = (hidden): expected a number in international form",
        "whatsapp.rateLimit.everySeconds = 0: expected a whole number from 1 to 3600",
        "whatsapp.appSecrt: unknown key, ignored; did you mean \"appSecret\"?",
    ] {
        assert!(problems.contains(expected), "{expected}\n{problems}");
    }
    assert!(!problems.contains("hush") && !problems.contains("0151"), "{problems}");
    assert!(errors(&text, &[]).len() >= 9);
    let debug = format!("{:?}", load_text(with(""), &[]).unwrap());
    assert!(debug.contains("phone_number_id") && !debug.contains("hush"), "{debug}");
}

#[test]
fn what_does_nothing_or_gives_the_token_away_is_pointed_out() {
    let nobody = warnings(&with("dmPolicy: 'allowlist'"));
    assert!(nobody[0].ends_with("nobody is heard, since allowFrom is empty"), "{nobody:?}");
    let idle = warnings(&with("dmPolicy: 'disabled', allowFrom: ['*']"));
    assert!(idle[0].contains("allowFrom[0]: does nothing"), "{idle:?}");
    assert_eq!(whatsapp(&with("allowFrom: ['*']")).unwrap().dm_policy, DmPolicy::Allowlist);
    let open = warnings(&with("apiRoot: 'http://graph.example.org'"));
    assert!(open[0].contains("apiRoot: the access token is sent there unencrypted"), "{open:?}");
}
