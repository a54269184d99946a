//! Which error a vendor's words amount to.

use std::time::Duration;

use conversation::ports::ModelError;
use serde_json::json;

use super::Complaint;

/// The name of a variant, for tables.
fn kind(error: &ModelError) -> &'static str {
    match error {
        ModelError::Quota(_) => "quota",
        ModelError::NoSuchModel(_) => "no model",
        ModelError::Unauthorised(_) => "unauthorised",
        ModelError::RateLimited { .. } => "rate limited",
        ModelError::Overloaded { .. } => "overloaded",
        ModelError::Refused(_) => "refused",
        other => panic!("a complaint never is {other:?}"),
    }
}

#[test]
fn a_response_is_judged_by_what_it_says_and_then_by_its_status() {
    let cases = [
        (
            429,
            json!({"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}),
            "quota",
        ),
        (402, json!({}), "quota"),
        (403, json!({"error": {"type": "billing_error", "message": "Your card expired"}}), "quota"),
        (
            400,
            json!({"type": "error", "error": {"type": "invalid_request_error",
                "message": "Your credit balance is too low to access the API."}}),
            "quota",
        ),
        (429, json!({"error": {"code": "rate_limit_exceeded", "type": "tokens"}}), "rate limited"),
        (503, json!({"error": {"code": "slow_down"}}), "rate limited"),
        (429, json!("plain"), "rate limited"),
        (
            429,
            json!([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
                "message": "You exceeded your current quota"}}]),
            "rate limited",
        ),
        (401, json!({"error": {"code": "invalid_api_key"}}), "unauthorised"),
        (403, json!({"detail": "Forbidden"}), "unauthorised"),
        (404, json!({"error": "model 'x' not found"}), "no model"),
        (403, json!({"error": {"code": "model_not_found"}}), "no model"),
        (
            404,
            json!({"error": {"type": "not_found_error", "message": "model: claude-x"}}),
            "no model",
        ),
        (400, json!({"message": "Invalid model: x", "type": "invalid_model"}), "no model"),
        (404, json!({"error": {"message": "404 page not found"}}), "refused"),
        (400, json!({"error": {"type": "invalid_request_error", "code": null}}), "refused"),
        (413, json!({"error": {"type": "request_too_large"}}), "refused"),
        (302, json!({}), "refused"),
        (503, json!({"error": "server busy, please try again."}), "overloaded"),
        (529, json!({"error": {"type": "overloaded_error"}}), "overloaded"),
        (408, json!({}), "overloaded"),
        (500, json!(null), "overloaded"),
    ];
    for (status, body, expected) in cases {
        let error = Complaint::of_response(status, body.to_string().as_bytes()).into_error(None);
        assert_eq!(kind(&error), expected, "HTTP {status} {body} became {error:?}");
    }
}

#[test]
fn an_error_in_mid_stream_is_judged_without_a_status() {
    let cases = [
        (json!({"error": {"message": "bad request", "code": 400}}), "refused"),
        (json!({"error": {"message": "later", "code": "429"}}), "rate limited"),
        (json!({"object": "error", "message": "no", "type": "BadRequestError"}), "refused"),
        (json!({"type": "error", "error": {"type": "overloaded_error"}}), "overloaded"),
        (json!({"error": "an error was encountered while running the model"}), "overloaded"),
        (json!({"error": {"type": "insufficient_quota"}}), "quota"),
        (json!({"error": {}}), "overloaded"),
    ];
    for (event, expected) in cases {
        let error = Complaint::of_event(&event).into_error(None);
        assert_eq!(kind(&error), expected, "{event} became {error:?}");
    }
}

#[test]
fn a_body_that_is_not_json_is_not_quoted() {
    let error = Complaint::of_response(502, b"<html>secret</html>").into_error(None);
    let expected = ModelError::Overloaded { why: "HTTP 502".to_owned(), retry_after: None };
    assert_eq!(error, expected);
}

#[test]
fn when_to_ask_again_is_kept_for_rate_limits_and_overload_only() {
    let soon = Some(Duration::from_secs(3));
    for (status, expected) in [(429, soon), (503, soon), (529, soon), (401, None), (400, None)] {
        let error = Complaint::of_response(status, b"{}").into_error(soon);
        assert_eq!(error.retry_after(), expected, "HTTP {status}");
    }
}
