//! What vendors say instead of an answer.

use std::time::Duration;

use conversation::ports::ModelError;
use support::fake_model::{FakeModel, Script};

use crate::world::{APIS, answer, ask, ask_scripted, chain, provider};

const QUOTA: &str = r#"{"error":{"message":"You exceeded your current quota",
    "type":"insufficient_quota","code":"insufficient_quota"}}"#;

#[tokio::test]
async fn an_error_line_in_a_good_response_is_an_error() {
    let lines = [
        (r#"{"error":{"message":"bad request","type":"provider_error","code":400}}"#, "refused"),
        (r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "later"),
        (r#"{"error":{"type":"insufficient_quota","message":"no money"}}"#, "quota"),
        (r#"{"error":"an error was encountered while running the model"}"#, "later"),
        (r#"{"error":{"type":"rate_limit_error","message":"slower"}}"#, "later"),
    ];
    for (line, expected) in lines {
        for (api, _) in APIS {
            for first in ["", "It is"] {
                let prefix = if api == language_model::Api::Ollama { "" } else { "data: " };
                let fake = FakeModel::scripted();
                let script = Script::new();
                let script = if first.is_empty() { script } else { script.say(first) };
                fake.push(script.raw(format!("{prefix}{line}\n\n")).hang());
                let error = ask(api, &fake).await.unwrap_err();
                let kind = match error {
                    ModelError::Refused(_) => "refused",
                    ModelError::Quota(_) => "quota",
                    ModelError::Overloaded { .. } | ModelError::RateLimited { .. } => "later",
                    other => panic!("{other:?}"),
                };
                assert_eq!(kind, expected, "{api:?} {line}");
            }
        }
    }
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back_if_it_does() {
    let limited = |name: &str, value: &str| Script::status(429, "{}").header(name, value);
    for (script, expected) in [
        (Script::status(429, "{}"), None),
        (limited("retry-after", "7"), Some(7000)),
        (limited("Retry-After-Ms", "250"), Some(250)),
        (limited("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), Some(0)),
        (limited("retry-after", "whenever"), None),
    ] {
        for result in ask_scripted(&script).await {
            let retry_after = expected.map(Duration::from_millis);
            assert_eq!(result, Err(ModelError::RateLimited { retry_after }), "{script:?}");
        }
    }
}

#[tokio::test]
async fn an_error_without_money_is_not_retried() {
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        fake.push(Script::status(429, QUOTA).header("retry-after", "0"));
        let chain = chain(vec![provider(api, &fake).link("m")]);
        let error = answer(&chain).await.unwrap_err();
        let ModelError::AllFailed(reasons) = error else { panic!("{error:?}") };
        assert!(matches!(reasons[..], [(_, ModelError::Quota(_))]), "{reasons:?}");
        assert_eq!(fake.request_count(), 1, "{api:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_retried_once() {
    for header in [Some("0"), None] {
        for (api, _) in APIS {
            let fake = FakeModel::scripted();
            let limited = Script::status(429, "{}");
            fake.push(match header {
                Some(wait) => limited.header("retry-after", wait),
                None => limited,
            });
            fake.push(Script::saying(&["Hello"]));
            let chain = chain(vec![provider(api, &fake).link("m")]);
            assert_eq!(answer(&chain).await.unwrap(), "Hello");
            assert_eq!(fake.request_count(), 2, "{api:?}");
        }
    }
}

#[tokio::test]
async fn a_missing_model_is_told_apart() {
    let said = [
        r#"{"error":{"message":"The model `m` does not exist","type":"invalid_request_error",
            "code":"model_not_found"}}"#,
        r#"{"type":"error","error":{"type":"not_found_error","message":"model: m"}}"#,
        r#"{"error":"model 'm' not found"}"#,
    ];
    for ((api, _), body) in APIS.into_iter().zip(said) {
        let fake = FakeModel::scripted();
        fake.push(Script::status(404, body));
        let error = ask(api, &fake).await.unwrap_err();
        assert!(matches!(error, ModelError::NoSuchModel(_)), "{api:?}: {error:?}");
    }
}

#[tokio::test]
async fn an_overloaded_server_is_told_apart() {
    for status in [500, 502, 503, 504, 529] {
        for result in ask_scripted(&Script::status(status, "{}")).await {
            assert!(matches!(result, Err(ModelError::Overloaded { .. })), "{status}: {result:?}");
        }
    }
}

#[tokio::test]
async fn an_errors_body_is_read_as_far_as_it_is_worth() {
    let endless = Script::new().raw(vec![b' '; 64 << 10]).hang();
    for result in ask_scripted(&endless.with_status(503)).await {
        assert!(matches!(result, Err(ModelError::Overloaded { .. })), "{result:?}");
    }
    let broken = Script::new().with_status(429).raw("{\"err").cut();
    for result in ask_scripted(&broken).await {
        assert_eq!(result, Err(ModelError::RateLimited { retry_after: None }));
    }
}

#[tokio::test]
async fn no_key_is_ever_repeated() {
    let fake = FakeModel::scripted();
    let body = r#"{"error":{"message":"Received key open-sesame, expected sk-1234."}}"#;
    fake.push(Script::status(401, body));
    let (api, _) = APIS[0];
    let options = language_model::ProviderOptions {
        api_key: Some("open-sesame".to_owned().into()),
        ..crate::world::options(api, &fake)
    };
    let model = language_model::Provider::new(options).unwrap().model("m");
    let error = answer(model.as_ref()).await.unwrap_err();
    let expected = "HTTP 401: Received key [removed], expected [removed]";
    assert_eq!(error, ModelError::Unauthorised(expected.to_owned()));
}
