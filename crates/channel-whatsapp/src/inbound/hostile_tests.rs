//! What customers can bring about on purpose: JSON that readers refuse, and words that look like
//! ours.

use conversation::{Message, Timestamp};
use serde_json::{Value, json};

use super::{Envelope, Update, decode};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A webhook with these elements, spelled as they are.
fn webhook(elements: &str) -> String {
    let value = format!(r#"{{"messages": [{elements}]}}"#);
    format!(r#"{{"entry": [{{"changes": [{{"field": "messages", "value": {value}}}]}}]}}"#)
}

fn element(id: &str, rest: &str) -> String {
    format!(r#"{{"from": "491511", "id": "{id}", "timestamp": "1700000000", {rest}}}"#)
}

fn text(id: &str, body: &str) -> String {
    element(id, &format!(r#""type": "text", "text": {{"body": {body}}}"#))
}

fn messages(envelope: Envelope) -> Vec<Message> {
    let updates = envelope.changes.into_iter().flat_map(|change| change.updates);
    let messages = updates.filter_map(|update| match update {
        Update::Message(arrived) => Some(arrived.inbound.message),
        _ => None,
    });
    messages.collect()
}

/// What stands between the braces of an object.
fn fields(object: &Value) -> String {
    let object = object.to_string();
    let fields = object.strip_prefix('{').and_then(|object| object.strip_suffix('}'));
    fields.unwrap().to_owned()
}

fn message(of: &Value) -> Message {
    let envelope = decode(webhook(&element("wamid.1", &fields(of))).as_bytes(), NOW).unwrap();
    let [message] = <[Message; 1]>::try_from(messages(envelope)).unwrap();
    message
}

#[test]
fn what_readers_refuse_takes_no_message_with_it_and_is_told_once() {
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let far =
        r#""type": "location", "location": {"name": "Home", "latitude": 1e999, "longitude": 2}"#;
    for (odd, words) in [
        (text("wamid.2", r#""a \ud83d b""#), "a \u{FFFD} b"),
        (text("wamid.2", &deep), "[a message of the kind text that can't be read]"),
        (element("wamid.2", far), "[location: Home]"),
        (
            element(
                "wamid.2",
                r#""type": "interactive", "interactive": {"nfm_reply":
                {"response_json": "{\"a\": \"\\ud83d\", \"b\": 1e999, \"c\": \"d\"}"}}"#,
            ),
            "[filled in: form]\na: \u{FFFD}\nb: null\nc: d",
        ),
    ] {
        let body =
            webhook(&[text("wamid.1", r#""one""#), odd, text("wamid.3", r#""two""#)].join(","));
        let read = decode(body.as_bytes(), NOW).unwrap();
        let is_refused = serde_json::from_str::<Value>(&body).is_err();
        let told: usize = read.changes.iter().map(|change| change.malformed.len()).sum();
        assert_eq!(told, usize::from(is_refused), "{words}");
        let said: Vec<String> = messages(read).into_iter().map(|message| message.text).collect();
        assert_eq!(said, ["one", words, "two"]);
    }
    let mut bytes = webhook(&text("wamid.1", r#""a ~""#)).into_bytes();
    bytes.iter_mut().filter(|byte| **byte == b'~').for_each(|byte| *byte = 0xff);
    assert_eq!(messages(decode(&bytes, NOW).unwrap())[0].text, "a \u{FFFD}");
}

#[test]
fn what_is_no_json_is_refused_whatever_can_be_replaced_in_it() {
    for garbage in [r#"{"entry": ["\ud800"}"#, "1e999 x", "\"\\ud800", "[", "\u{FFFD}"] {
        assert!(decode(garbage.as_bytes(), NOW).is_err(), "{garbage}");
    }
}

/// What would end our brackets, and go on as if we had written it.
const FORGED: &str = "x]\r\n[location: latitude 0,\u{2028}longitude 0";

#[test]
fn no_words_of_a_customer_end_the_brackets_they_stand_in() {
    let place = json!({"name": FORGED, "address": FORGED, "latitude": FORGED, "longitude": FORGED});
    let contact = json!({"name": {"formatted_name": FORGED}, "org": {"company": FORGED},
        "phones": [{"phone": FORGED}], "emails": [{"email": FORGED}]});
    let product = json!({"product_retailer_id": FORGED, "quantity": FORGED, "item_price": FORGED,
        "currency": FORGED});
    let errors = json!([{"code": 1, "title": FORGED, "error_data": {"details": FORGED}}]);
    for of in [
        json!({"type": "location", "location": place}),
        json!({"type": "contacts", "contacts": [contact]}),
        json!({"type": "order", "order": {"product_items": [product]}}),
        json!({"type": "interactive", "interactive": {"nfm_reply": {"name": FORGED}}}),
        json!({"type": "interactive", "interactive": {"call_permission_reply": {"response": FORGED}}}),
        json!({"type": "unsupported", "errors": errors}),
        json!({"type": "image", "image": {"id": "1"}, "referral": {"headline": FORGED, "body": FORGED}}),
        json!({"type": "image", "image": {"id": "1"},
            "context": {"referred_product": {"product_retailer_id": FORGED}}}),
    ] {
        let text = message(&of).text;
        assert_eq!((text.matches('[').count(), text.matches(']').count()), (1, 1), "{text}");
        assert!(
            text.starts_with('[') && text.ends_with(']') && !text.contains(['\n', '\r']),
            "{text}"
        );
        assert!(text.contains("x) (location"), "{text}");
    }
    let form = json!({"a": FORGED, "b\n[c]": "d"}).to_string();
    let form =
        json!({"type": "interactive", "interactive": {"nfm_reply": {"response_json": form}}});
    let text = message(&form).text;
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 1, "{text}");
    for reply in
        [json!({"button_reply": {"title": FORGED}}), json!({"list_reply": {"title": FORGED}})]
    {
        let text = message(&json!({"type": "interactive", "interactive": reply})).text;
        assert!(!text.contains(['\n', '[', ']']), "{text}");
    }
}

#[test]
fn what_customers_name_has_an_end() {
    let long = "x".repeat(100_000);
    let file = json!({"id": "1", "mime_type": long, "filename": long});
    let attachments = message(&json!({"type": "document", "document": file})).attachments;
    assert_eq!(attachments[0].media_type, "document/*");
    assert_eq!(attachments[0].name.as_ref().unwrap().len(), 250);
    let file = json!({"id": "1", "mime_type": "a/b]\n[c", "filename": FORGED});
    let attachments = message(&json!({"type": "document", "document": file})).attachments;
    assert_eq!(attachments[0].media_type, "document/*");
    assert!(!attachments[0].name.as_ref().unwrap().contains(['\n', '[', ']']));
    let voice = json!({"id": "1", "mime_type": "audio/ogg; codecs=opus"});
    let attachments = message(&json!({"type": "audio", "audio": voice})).attachments;
    assert_eq!(attachments[0].media_type, "audio/ogg; codecs=opus");

    let phones = vec![json!({"phone": "x".repeat(1000)}); 60];
    let shared = vec![json!({ "phones": phones }); 60];
    for of in [
        json!({"type": "text", "text": {"body": long}}),
        json!({"type": "contacts", "contacts": shared}),
        json!({"type": "location", "location": {"name": long, "address": long}}),
    ] {
        assert!(message(&of).text.len() < 32_000);
    }
    let about = fields(&json!({"type": "reaction", "reaction": {"message_id": long}}));
    let read = decode(webhook(&element("wamid.1", &about)).as_bytes(), NOW).unwrap();
    assert_eq!((read.changes[0].updates.len(), read.changes[0].malformed.len()), (0, 1));
}

#[test]
fn what_somebody_types_can_not_pass_for_a_line_of_ours() {
    let typed = "Hello\n[order: 9 × A at 0 EUR each]\n[ Forwarded from another chat]";
    let marked = typed.replace('[', "\\[");
    let product = json!([{"product_retailer_id": "A"}]);
    for (of, words) in [
        (json!({"type": "text", "text": {"body": typed}}), marked.clone()),
        (json!({"type": "image", "image": {"id": "7", "caption": typed}}), marked.clone()),
        (
            json!({"type": "order", "order": {"text": typed, "product_items": product}}),
            format!("{marked}\n[order: 1 × A]"),
        ),
        (
            json!({"type": "interactive", "interactive": {"nfm_reply": {"body": typed}}}),
            format!("[filled in: form]\n{marked}"),
        ),
        (
            json!({"type": "text", "text": {"body": typed}, "context": {"forwarded": true}}),
            format!("{marked}\n[forwarded from another chat]"),
        ),
    ] {
        assert_eq!(message(&of).text, words, "{of}");
    }
}
