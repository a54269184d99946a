//! The bot on Telegram.

use std::time::Duration;

use secrecy::ExposeSecret;
use settings::{DmPolicy, Streaming, TelegramIntake, TelegramSettings};

use crate::support::{Directory, error, errors, load_text, settings, warnings};

const TOKEN: &str = "42:AAH-very_secret-token";
const SECRET: &str = "0123456789abcdef_-";

/// A settings file with this in its section, beside a token and a secret.
fn with(more: &str) -> String {
    format!(
        "{{ channels: {{ telegram: {{ botToken: '{TOKEN}', webhookSecret: '{SECRET}', {more} }} }} }}"
    )
}

fn telegram(text: &str) -> Option<TelegramSettings> {
    settings(text, &[]).channels.telegram
}

#[test]
fn a_token_turns_the_channel_on() {
    assert!(telegram("{}").is_none());
    assert!(telegram("{ channels: { telegram: { streaming: 'edit' } } }").is_none());
    assert!(telegram(&with("enabled: false")).is_none());
    let telegram = telegram(&with("")).unwrap();
    assert_eq!(telegram.bot_token.expose_secret(), TOKEN);
    let TelegramIntake::Webhook { secret, url } = telegram.intake else { panic!("no webhook") };
    assert_eq!((secret.expose_secret(), url), (SECRET, None));
    assert_eq!((telegram.dm_policy, telegram.streaming), (DmPolicy::Open, Streaming::Off));
    assert!(telegram.api_root.is_none() && telegram.groups_require_mention);
    assert_eq!(telegram.rate_limit.burst.get(), 20);
    assert_eq!(telegram.rate_limit.period, Duration::from_secs(3));
}

#[test]
fn variables_that_are_not_set_leave_it_off() {
    let text = "{ channels: { telegram: { botToken: '${T:-}', webhookSecret: '${S:-}' } } }";
    assert!(settings(text, &[]).channels.telegram.is_none());
    assert!(settings(text, &[("T", TOKEN), ("S", SECRET)]).channels.telegram.is_some());
}

#[test]
fn everything_of_the_section_arrives() {
    let telegram = telegram(&with(
        "enabled: true, webhookUrl: 'https://chat.example.org/', dmPolicy: 'allowlist', \
         allowFrom: [7, '@ann', 'tg:8', '*'], groups: { requireMention: false, allowFrom: [-100] }, \
         streaming: 'edit', rateLimit: { burst: 5, everySeconds: 60 }",
    ))
    .unwrap();
    let TelegramIntake::Webhook { url, .. } = telegram.intake else { panic!("no webhook") };
    assert_eq!(url.unwrap().as_str(), "https://chat.example.org/webhooks/telegram");
    assert_eq!(telegram.dm_policy, DmPolicy::Allowlist);
    assert_eq!(telegram.allow_from, ["7", "@ann", "8", "*"]);
    assert_eq!(telegram.groups_allow_from, ["-100"]);
    assert!(!telegram.groups_require_mention);
    assert_eq!(telegram.streaming, Streaming::Edit);
    assert_eq!(telegram.rate_limit.burst.get(), 5);
    assert_eq!(telegram.rate_limit.period, Duration::from_secs(60));
}

#[test]
fn secrets_may_stand_in_files() {
    let directory = Directory::new();
    let text = "{ channels: { telegram: { botTokenFile: 'token', webhookSecretFile: 'secret' } } }";
    directory.write("config/openclaw.json", text).write("token", TOKEN).write("secret", SECRET);
    let telegram = directory.load(&[]).unwrap().settings.channels.telegram.unwrap();
    assert_eq!(telegram.bot_token.expose_secret(), TOKEN);
    let TelegramIntake::Webhook { secret, .. } = telegram.intake else { panic!("no webhook") };
    assert_eq!(secret.expose_secret(), SECRET);
}

#[test]
fn a_webhook_needs_a_secret_and_polling_does_not() {
    let text = format!("{{ channels: {{ telegram: {{ botToken: '{TOKEN}' }} }} }}");
    let expected = "expected webhookSecret or webhookSecretFile beside it, without which anybody \
                    could post messages; or mode: \"polling\"";
    assert_eq!(error(&text, &[]), format!("1:37: channels.telegram.botToken: {expected}"));
    let named = text.replace(" } } }", ", mode: 'webhook' } } }");
    assert_eq!(error(&named, &[]), format!("1:71: channels.telegram.mode: {expected}"));
    let polling = telegram(&text.replace(" } } }", ", mode: 'polling' } } }")).unwrap();
    assert!(matches!(polling.intake, TelegramIntake::Polling));
}

#[test]
fn a_channel_that_is_to_be_on_needs_a_token() {
    let found = error("{ channels: { telegram: { enabled: true } } }", &[]);
    assert_eq!(
        found,
        "1:36: channels.telegram.enabled = true: expected botToken or botTokenFile with it: the \
         token that @BotFather gives"
    );
}

#[test]
fn secrets_of_another_form_are_refused_and_not_shown() {
    for wrong in ["hush", "42:hush", "hush:AAH-very_secret-token", "42:AAH/very.secret-token"] {
        let found = error(&with("").replace(TOKEN, wrong), &[]);
        let expected = "channels.telegram.botToken = (hidden): expected a bot's token as @BotFather \
                        gives it, in the form 123456789:AA…";
        assert_eq!(found, format!("1:37: {expected}"));
    }
    for wrong in ["with+a+plus-sign-in", &"x".repeat(257)] {
        let found = error(&with("").replace(SECRET, wrong), &[]);
        assert!(found.contains("webhookSecret = (hidden): expected 1 to 256 of A-Z"), "{found}");
    }
    let short = warnings(&with("").replace(SECRET, "guess_me"));
    assert_eq!(short.len(), 1);
    assert!(short[0].contains("webhookSecret: is so short that it can be guessed"), "{short:?}");
    let debug = format!("{:?}", load_text(with(""), &[]).unwrap());
    assert!(debug.contains("dm_policy") && !debug.contains("very_secret"), "{debug}");
}

#[test]
fn an_address_that_telegram_does_not_post_to_is_refused() {
    let at = |url: &str| with(&format!("webhookUrl: '{url}'"));
    assert!(error(&at("http://chat.example.org"), &[]).contains("begins with https://"));
    assert!(
        error(&at("https://chat.example.org:8444/x"), &[]).contains("port 443, 80, 88 or 8443")
    );
    for url in ["https://chat.example.org:8443/x", "https://chat.example.org"] {
        assert!(telegram(&at(url)).is_some(), "{url}");
    }
    // Telegram's own is the same, named or not.
    let named = with("webhookUrl: 'http://chat.example.org', apiRoot: 'https://api.telegram.org'");
    assert!(error(&named, &[]).contains("begins with https://"));
    let own = with("webhookUrl: 'http://127.0.0.1:9/', apiRoot: 'http://127.0.0.1:8081'");
    assert!(telegram(&own).is_some());
}

#[test]
fn every_mistake_is_told_at_once_with_what_was_probably_meant() {
    let text = with(
        "mod: 'polling', mode: 'poling', dmPolicy: 'allow-list', allowFrom: ['ann lee', 1.5], \
         groups: { requireMention: 'yes', mention: true }, streaming: 'on', \
         rateLimit: { burst: 0, perSecond: 1 }",
    );
    let found = errors(&text, &[]).join("\n");
    for expected in [
        "mode = \"poling\": expected one of \"webhook\", \"polling\"; did you mean \"polling\"?",
        "did you mean \"allowlist\"?",
        "allowFrom[0] = \"ann lee\": expected a person's id such as 123456789",
        "allowFrom[1] = 1.5: expected a person's id",
        "groups.requireMention = \"yes\": expected true or false",
        "streaming = \"on\": expected one of \"off\", \"edit\"",
        "rateLimit.burst = 0: expected a whole number from 1 to 1000",
    ] {
        assert!(found.contains(expected), "{expected}\n{found}");
    }
    let problems = load_text(&text, &[]).unwrap_err().to_string();
    for expected in
        ["mod: unknown key", "groups.mention: unknown key", "rateLimit.perSecond: unknown"]
    {
        assert!(problems.contains(expected), "{expected}\n{problems}");
    }
}

#[test]
fn lists_that_do_nothing_are_pointed_out() {
    let nobody = warnings(&with("dmPolicy: 'allowlist'"));
    assert!(nobody[0].ends_with("nobody is heard, since allowFrom is empty"), "{nobody:?}");
    let idle = warnings(&with("dmPolicy: 'open', allowFrom: ['*']"));
    assert!(idle[0].contains("allowFrom[0]: does nothing"), "{idle:?}");
    let telegram = telegram(&with("allowFrom: [7]")).unwrap();
    assert_eq!(telegram.dm_policy, DmPolicy::Allowlist);
}
