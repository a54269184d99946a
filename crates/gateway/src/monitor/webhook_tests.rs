//! What goes to each kind of webhook, and what its answers mean.

use std::time::Duration;

use super::webhook::{Outcome, Webhook, parse};
use crate::asking::Answer;

const SLACK: &str = "https://hooks.slack.com/services/T0/B0/s3cret";
const TELEGRAM: &str =
    "https://api.telegram.org/bot12:s3cret/sendMessage?chat_id=-100&disable_notification=true";

fn request(webhook: &Webhook, text: &str) -> (String, String, String) {
    let client = webhook.client(Duration::from_secs(1)).unwrap();
    let request = webhook.request(&client, text).build().unwrap();
    let content_type = request.headers()["content-type"].to_str().unwrap().to_owned();
    let body = request.body().unwrap().as_bytes().unwrap().to_vec();
    (request.url().to_string(), content_type, String::from_utf8(body).unwrap())
}

#[test]
fn slack_gets_json_with_its_three_characters_escaped() {
    let (url, content_type, body) = request(&parse(SLACK).unwrap(), "a < b & \"c\" > d");
    assert_eq!((url.as_str(), content_type.as_str()), (SLACK, "application/json"));
    assert_eq!(body, r#"{"text":"a &lt; b &amp; \"c\" &gt; d"}"#);
}

#[test]
fn telegram_gets_a_form_with_all_parameters_of_the_address() {
    let (url, content_type, body) = request(&parse(TELEGRAM).unwrap(), "50 % & more");
    assert_eq!(url, "https://api.telegram.org/bot12:s3cret/sendMessage");
    assert_eq!(content_type, "application/x-www-form-urlencoded");
    assert_eq!(body, "chat_id=-100&disable_notification=true&text=50+%25+%26+more");
}

#[test]
fn a_webhook_that_can_not_be_is_refused_without_repeating_its_secret() {
    for address in [
        "",
        "hooks.slack.com/services/s3cret",
        "ftp://h/s3cret",
        "https://api.telegram.org/bot12:s3cret/sendMessage",
        "https://api.telegram.org/bot12:s3cret/sendMessage?chat_id=",
    ] {
        let refused = parse(address).err().unwrap();
        assert!(!refused.contains("s3cret") && refused.len() > 20, "{refused}");
    }
    assert_eq!(parse(SLACK).unwrap().to_string(), "hooks.slack.com");
    assert_eq!(parse(TELEGRAM).unwrap().to_string(), "api.telegram.org");
}

#[test]
fn answers_mean_what_their_vendors_say() {
    let answer = |status: u16, body: &str, retry_after: Option<u64>| Answer {
        status,
        body: body.to_owned(),
        retry_after: retry_after.map(Duration::from_secs),
    };
    let (slack, telegram) = (parse(SLACK).unwrap(), parse(TELEGRAM).unwrap());
    assert_eq!(slack.outcome(&answer(200, "ok", None)), Outcome::Delivered);
    assert_eq!(telegram.outcome(&answer(200, r#"{"ok":true}"#, None)), Outcome::Delivered);

    let limited = slack.outcome(&answer(429, "", Some(30)));
    assert!(matches!(limited, Outcome::Failed(_, Some(wait)) if wait.as_secs() == 30));
    let body = r#"{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":7}}"#;
    let limited = telegram.outcome(&answer(429, body, None));
    assert!(matches!(limited, Outcome::Failed(_, Some(wait)) if wait.as_secs() == 7));
    assert!(matches!(slack.outcome(&answer(503, "", None)), Outcome::Failed(_, None)));

    let gone = slack.outcome(&answer(404, "no_service", None));
    assert_eq!(gone, Outcome::Refused("it answered 404: no_service".to_owned()));
    let body = r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;
    let wrong = telegram.outcome(&answer(401, body, None));
    assert_eq!(wrong, Outcome::Refused("it answered 401: Unauthorized".to_owned()));
}
