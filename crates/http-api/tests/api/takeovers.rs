//! Operators and the conversations of every channel: reading, taking over, saying, giving back.

use conversation::ports::{Accepted, Archive as _, Handovers as _, Inbox as _};
use conversation::{
    AnswerBy, ConversationId, DedupeKey, Fingerprint, Inbound, Message, MessageId, StoreError,
};
use http_api::Limits;
use serde_json::{Value, json};

use crate::support::{Answer, Ask, Gateway, NOON, Setup, ask, its_conversation, question};

/// A conversation that its customer reads along.
const ANN: &str = "/api/v1/channels/chat/conversations/ann";
/// The one of [`question`].
const OF_API: &str = "/api/v1/channels/api/conversations/shop%2Fu1";
const AT: &str = "2026-01-31T12:00:00.000Z";

impl Gateway {
    fn take_over(&self, path: &str, name: &str) -> Ask {
        self.post(&format!("{path}/takeover"), &json!({ "name": name }))
    }

    fn say(&self, body: &Value) -> Ask {
        self.post(&format!("{ANN}/say"), body)
    }

    /// As curl does it: without a body.
    fn resume(&self, path: &str) -> Ask {
        ask(self.address, "POST", &format!("{path}/resume"))
    }
}

fn ann() -> ConversationId {
    ConversationId::new("chat", "ann").unwrap()
}

/// Ann writes, and reads along.
async fn ann_writes(gateway: &Gateway, key: &str, text: &str) -> MessageId {
    let inbound = Inbound {
        conversation: ann(),
        key: DedupeKey::new(key).unwrap(),
        message: Message::text(text.to_owned(), NOON),
        answer_by: AnswerBy::Transcript(Fingerprint::of(&[text.as_bytes()])),
        request: None,
        rate: None,
    };
    match &gateway.store.accept(vec![inbound]).await.unwrap()[..] {
        [Accepted::New(id)] => *id,
        other => panic!("{other:?}"),
    }
}

/// The transcript without ids and times, whose form is checked.
fn lines(conversation: &Answer) -> Vec<Value> {
    let body = conversation.json();
    let entries = body["transcript"].as_array().unwrap().iter();
    let bare = entries.map(|entry| {
        let mut entry = entry.as_object().unwrap().clone();
        assert!(!entry.remove("id").unwrap().as_str().unwrap().is_empty());
        assert_eq!(entry.remove("at").unwrap(), AT);
        Value::Object(entry)
    });
    bare.collect()
}

#[tokio::test]
async fn a_person_takes_a_conversation_over_speaks_in_it_and_gives_it_back() {
    let gateway = Gateway::start().await;
    ann_writes(&gateway, "1", "Hello").await;
    gateway.answerer().answer("Good day.").await;

    let taken = gateway.take_over(ANN, "Rosa").send().await;
    let expected = json!({ "channel": "chat", "conversation": "ann", "taken_over_by": "Rosa" });
    assert_eq!((taken.status, taken.json()), (200, expected));
    assert_eq!(gateway.get(ANN).send().await.json()["taken_over_by"], "Rosa");
    for body in [json!({ "text": "It's me." }), json!({ "text": "Me too.", "name": "Emil" })] {
        let said = gateway.say(&body).send().await;
        assert_eq!((said.status, said.json()), (200, json!({ "status": "said" })));
        assert_eq!(said.header("idempotent-replayed"), "");
    }
    assert_eq!(gateway.resume(ANN).send().await.json(), json!({ "resumed": true }));
    assert_eq!(gateway.resume(ANN).send().await.json(), json!({ "resumed": false }));

    let shown = gateway.get(ANN).send().await;
    let whole = shown.json();
    assert_eq!((&whole["channel"], &whole["conversation"]), (&json!("chat"), &json!("ann")));
    assert_eq!(whole["taken_over_by"], Value::Null);
    let exchange = json!({
        "asked": [{ "text": "Hello", "at": AT }],
        "reply": { "text": "Good day.", "at": AT },
        "model": "test/model",
    });
    assert_eq!(whole["exchanges"], json!([exchange]));
    let expected = [
        json!({ "from": "customer", "text": "Hello" }),
        json!({ "from": "assistant", "text": "Good day." }),
        json!({ "from": "notice", "notice": "taken_over", "name": "Rosa" }),
        json!({ "from": "person", "text": "It's me.", "name": "Rosa" }),
        json!({ "from": "person", "text": "Me too.", "name": "Emil" }),
        json!({ "from": "notice", "notice": "resumed" }),
    ];
    assert_eq!(lines(&shown), expected);
    let after = whole["transcript"][3]["id"].as_str().unwrap();
    let later = gateway.get(&format!("{ANN}?after={after}")).send().await;
    assert_eq!(lines(&later), expected[4..]);
}

#[tokio::test]
async fn what_is_sent_again_with_its_key_is_said_once() {
    let gateway = Gateway::start().await;
    ann_writes(&gateway, "1", "Hello").await;
    gateway.take_over(ANN, "Rosa").send().await;
    let with_id = json!({ "text": "Hi.", "message_id": "k1" });
    let without = json!({ "text": "Hi." });
    assert_eq!(gateway.say(&with_id).send().await.header("idempotent-replayed"), "");
    for again in [gateway.say(&with_id), gateway.say(&without).header("idempotency-key", "k1")] {
        let said = again.send().await;
        assert_eq!((said.status, said.header("idempotent-replayed")), (200, "true"));
    }
    assert_eq!(lines(&gateway.get(ANN).send().await).len(), 3);
    // Without a key every saying is one of its own.
    for _ in 0..2 {
        assert_eq!(gateway.say(&without).send().await.header("idempotent-replayed"), "");
    }
    assert_eq!(lines(&gateway.get(ANN).send().await).len(), 5);
}

#[tokio::test]
async fn words_of_which_nobody_knows_whether_they_were_said_are_said_once_with_the_key_that_is_told()
 {
    let gateway = Gateway::start().await;
    ann_writes(&gateway, "1", "Hello").await;
    gateway.take_over(ANN, "Rosa").send().await;
    gateway.store.store_in_silence(true);
    let unknown = gateway.say(&json!({ "text": "Hi." })).send().await;
    unknown.assert_error(503, "store_unavailable", &["retry_with"]);
    gateway.store.store_in_silence(false);
    let key = unknown.json()["error"]["retry_with"].as_str().unwrap().to_owned();
    let again = gateway.say(&json!({ "text": "Hi.", "message_id": key })).send().await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(lines(&gateway.get(ANN).send().await).len(), 3);
}

#[tokio::test]
async fn nobody_speaks_who_has_not_taken_the_conversation_over() {
    let gateway = Gateway::start().await;
    ann_writes(&gateway, "1", "Hello").await;
    let words = json!({ "text": "Hi.", "name": "Rosa" });
    let refused = gateway.say(&words).send().await;
    refused.assert_error(409, "not_taken_over", &["takeover"]);
    gateway.take_over(ANN, "Rosa").send().await;
    gateway.resume(ANN).send().await;
    gateway.say(&words).send().await.assert_error(409, "not_taken_over", &["transcript"]);
    let lines = lines(&gateway.get(ANN).send().await);
    assert!(lines.iter().all(|line| line["from"] != "person"), "{lines:?}");
}

#[tokio::test]
async fn where_nobody_reads_along_nothing_is_said() {
    let gateway = Gateway::start().await;
    gateway.message(&question()).header("prefer", "wait=0").send().await;
    gateway.take_over(OF_API, "Rosa").send().await;
    let say = gateway.post(&format!("{OF_API}/say"), &json!({ "text": "Hi." }));
    say.send().await.assert_error(409, "nobody_reads", &["write to the customer there"]);
}

#[tokio::test]
async fn whoever_waits_for_an_answer_learns_that_a_person_has_the_conversation() {
    let limits = Limits { recheck: std::time::Duration::from_millis(50), ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    let taken = gateway.take_over(OF_API, "Rosa").send().await.json();
    assert_eq!(taken["conversation"], "shop/u1");
    let (whole, stream) = (gateway.message(&question()), gateway.message(&question()));
    let whole = tokio::spawn(whole.send());
    let mut stream = stream.header("accept", "text/event-stream").stream().await;
    stream.expect("accepted").await;
    tokio::task::spawn({
        let answerer = gateway.answerer();
        async move {
            loop {
                answerer.turn().await.leave().await;
            }
        }
    });
    assert_eq!(stream.expect("taken_over").await["status"], "taken_over");
    assert!(stream.next().await.is_none());
    let whole = whole.await.unwrap();
    assert_eq!((whole.status, &whole.json()["status"]), (202, &json!("taken_over")));
    assert_eq!(whole.header("retry-after"), "");
    let fetched = gateway.get(whole.header("location")).send().await;
    assert_eq!((fetched.status, &fetched.json()["status"]), (202, &json!("taken_over")));

    assert_eq!(gateway.resume(OF_API).send().await.json(), json!({ "resumed": true }));
}

#[tokio::test]
async fn both_ways_to_a_conversation_of_the_api_lead_to_the_same() {
    let gateway = Gateway::start().await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    gateway.answerer().answer("Here.").await;
    asked.await.unwrap();
    let one = gateway.get(OF_API).send().await.json();
    let other = gateway.get("/api/v1/conversations/shop/u1").send().await.json();
    assert_eq!(one["exchanges"].as_array().unwrap().len(), 1);
    assert_eq!(one["exchanges"], other["exchanges"]);
    assert_eq!(one["transcript"], json!([]));
    assert_eq!(gateway.store.history(&its_conversation()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_erased_conversation_belongs_to_nobody() {
    let gateway = Gateway::start().await;
    ann_writes(&gateway, "1", "Hello").await;
    gateway.take_over(ANN, "Rosa").send().await;
    let erase = || ask(gateway.address, "DELETE", ANN).send();
    assert_eq!(erase().await.json(), json!({ "erased": true }));
    assert_eq!(erase().await.json(), json!({ "erased": false }));
    let nothing = json!({
        "channel": "chat", "conversation": "ann", "taken_over_by": null, "exchanges": [],
        "transcript": [],
    });
    assert_eq!(gateway.get(ANN).send().await.json(), nothing);
}

#[tokio::test]
async fn a_conversation_that_no_channel_can_have_is_refused() {
    let gateway = Gateway::start().await;
    let at = |rest: &str| format!("/api/v1/channels/{rest}");
    for (path, status, code, says) in [
        (at("shop/conversations/u1"), 404, "unknown_channel", "api, chat"),
        (at("chat:x/conversations/u1"), 404, "unknown_channel", "api, chat"),
        (at("chat/conversations/Ann"), 422, "invalid_request", "small letters"),
        (at("chat/conversations/a%0An"), 422, "invalid_request", "small letters"),
        (at("api/conversations/u1"), 422, "invalid_request", "shop%2F"),
        (at("api/conversations/Shop%2Fu1"), 422, "invalid_request", "`channel`"),
        (at("api/conversations/shop%2F"), 422, "invalid_request", "`user_id`"),
        (at("chat/conversations/%ff"), 400, "bad_request", "percent-encoded"),
    ] {
        for asked in [
            gateway.get(&path),
            ask(gateway.address, "DELETE", &path),
            gateway.take_over(&path, "Rosa"),
            gateway.resume(&path),
            gateway.post(&format!("{path}/say"), &json!({ "text": "Hi." })),
        ] {
            asked.send().await.assert_error(status, code, &[says]);
        }
    }
    let twice = gateway.get(&format!("{ANN}?after=a&after=b")).send().await;
    twice.assert_error(400, "bad_request", &["`after`"]);
}

#[tokio::test]
async fn names_and_words_are_bounded_and_every_problem_is_told_at_once() {
    let limits = Limits { message_chars: 10, ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    ann_writes(&gateway, "1", "Hello").await;
    for (name, says) in [
        (json!(null), "missing"),
        (json!(7), "a number"),
        (json!(" \u{200b}"), "empty"),
        (json!("Ro\nsa"), "control characters"),
        (json!("x".repeat(81)), "81"),
    ] {
        let body = json!({ "name": name });
        let refused = gateway.post(&format!("{ANN}/takeover"), &body).send().await;
        refused.assert_error(422, "invalid_request", &["`name`", says]);
    }
    assert_eq!(gateway.store.taken_over_by(&ann()).await.unwrap(), None);
    assert_eq!(gateway.take_over(ANN, &"é".repeat(80)).send().await.status, 200);

    let broken = json!({ "text": "x".repeat(11), "name": "", "message_id": "a b" });
    let refused = gateway.say(&broken).send().await;
    refused.assert_error(422, "invalid_request", &["`text`", "11", "`name`", "`message_id`"]);
    gateway.say(&json!({})).send().await.assert_error(422, "invalid_request", &["missing"]);
    let listed = gateway.say(&json!(["Hi."])).send().await;
    listed.assert_error(422, "invalid_request", &["`text`", "object"]);
    let say = || ask(gateway.address, "POST", &format!("{ANN}/say"));
    let not_json = say().header("content-type", "application/json").body("Hi.").send().await;
    not_json.assert_error(400, "not_json", &["`text`"]);
    say().body("{}").send().await.assert_error(415, "unsupported_media_type", &["Content-Type"]);
    let keyed = gateway.say(&json!({ "text": "Hi." })).header("idempotency-key", "ä").send().await;
    keyed.assert_error(400, "invalid_idempotency_key", &["Idempotency-Key"]);
    assert_eq!(gateway.say(&json!({ "text": "x".repeat(10) })).send().await.status, 200);
}

#[tokio::test]
async fn without_the_token_nobody_reaches_any_of_it() {
    let auth = http_api::ApiAuth::Token("secret".into());
    let gateway = Setup { auth, ..Setup::default() }.serve().await;
    ann_writes(&gateway, "1", "Hello").await;
    gateway.store.take_over(&ann(), "Rosa").await.unwrap();
    let all = || {
        [
            gateway.get(ANN),
            gateway.take_over(ANN, "Mallory"),
            gateway.say(&json!({ "text": "Hi." })),
            gateway.resume(ANN),
            ask(gateway.address, "DELETE", ANN),
        ]
    };
    for asked in all() {
        asked.send().await.assert_error(401, "token_missing", &["Bearer"]);
    }
    for asked in all() {
        let refused = asked.header("authorization", "Bearer guess").send().await;
        refused.assert_error(401, "token_wrong", &["token"]);
    }
    assert_eq!(gateway.store.taken_over_by(&ann()).await.unwrap().as_deref(), Some("Rosa"));
    for asked in all() {
        assert_eq!(asked.header("authorization", "Bearer secret").send().await.status, 200);
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_told() {
    let gateway = Gateway::start().await;
    gateway.store.fail(Some(StoreError::Unavailable("away".into())));
    for asked in [
        gateway.get(ANN),
        gateway.take_over(ANN, "Rosa"),
        gateway.say(&json!({ "text": "Hi." })),
        gateway.resume(ANN),
        ask(gateway.address, "DELETE", ANN),
    ] {
        asked.send().await.assert_error(503, "store_unavailable", &["again"]);
    }
}
