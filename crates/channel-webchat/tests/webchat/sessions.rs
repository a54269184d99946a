//! Sessions: who gets which, and that nobody gets another's.

use std::time::Duration;

use channel_webchat::Options;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use support::event_stream::Tape;

use crate::stage::{IDENTITY_SECRET, START, Stage, options, token};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How a site vouches for its visitor.
fn identity(user: &str, secret: &str) -> Value {
    let mut code = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    code.update(user.as_bytes());
    let signature: String =
        code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "identity": { "user_id": user, "signature": signature, "name": "Ann" } })
}

/// Everything that a token opens, with this one: the statuses of saying, stopping and listening.
async fn tried(stage: &Stage, token: &str) -> [u16; 3] {
    let said = stage.say(token, "id-1", "Hello").await.status;
    let bearer = format!("Bearer {token}");
    let stopped =
        stage.post("/webchat/stop", &[("authorization", &bearer)], &json!({})).await.status;
    let heard = match Tape::open(stage.port, token, None).await {
        Ok(_) => 200,
        Err(answer) => {
            assert!(answer.contains("session_expired"), "{answer}");
            answer[9..12].parse().unwrap()
        }
    };
    [said, stopped, heard]
}

const REFUSED: [u16; 3] = [401; 3];

#[tokio::test]
async fn a_visitor_gets_a_session_of_its_own_and_keeps_it() {
    let stage = Stage::with(Options { greeting: Some("Hello!".into()), ..options() }).await;
    let first = stage.session(&json!({})).await;
    assert_eq!(first["server_time"], START.0);
    assert_eq!(first["expires_at"], START.plus(30 * DAY).0);
    assert_eq!((&first["identified"], &first["attachments"]), (&json!(false), &json!(false)));
    assert_eq!(first["greeting"], "Hello!");
    let key = first["conversation"].as_str().unwrap();
    assert!(channel_webchat::conversation(key).is_some(), "operators can name it by {key}");
    stage.clock.advance(DAY);
    let renewed = stage.session(&json!({ "token": first["token"] })).await;
    assert_eq!(renewed["user"], first["user"]);
    assert_eq!(renewed["conversation"], key);
    assert_eq!(renewed["expires_at"], START.plus(31 * DAY).0);
    let another = stage.session(&json!({})).await;
    assert_ne!(another["user"], first["user"]);
    assert_eq!(tried(&stage, &token(&renewed)).await, [202, 202, 200]);
}

#[tokio::test]
async fn a_token_whose_time_is_over_opens_nothing_and_is_followed_by_a_new_session() {
    let stage = Stage::new().await;
    let first = stage.session(&json!({})).await;
    stage.clock.advance(30 * DAY);
    assert_eq!(tried(&stage, &token(&first)).await, REFUSED);
    let next = stage.session(&json!({ "token": first["token"] })).await;
    assert_ne!(next["user"], first["user"]);
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let mut tape = stage.listen(&token, None).await;
    tape.expect("hello").await;
    tape.heartbeat().await;
    stage.clock.advance(30 * DAY);
    assert_eq!(tape.next().await, None);
}

#[tokio::test]
async fn tokens_that_were_not_made_here_open_nothing() {
    let stage = Stage::new().await;
    let own = stage.visitor().await;
    let foreign = Stage::with(Options { ..Options::new("a-secret-of-others!!".into()) }).await;
    let foreign = foreign.visitor().await;
    let mut tampered = own.clone().into_bytes();
    tampered[20] = if tampered[20] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for wrong in [foreign, tampered, own[1..].to_owned(), format!("{own}A"), String::new()] {
        assert_eq!(tried(&stage, &wrong).await, REFUSED, "{wrong}");
        let next = stage.session(&json!({ "token": wrong })).await;
        assert_ne!(token(&next), own);
    }
}

/// What one token signs can't be moved into another: neither the conversation nor the time.
#[tokio::test]
async fn parts_of_two_tokens_make_no_third() {
    let stage = Stage::new().await;
    let (one, other) = (stage.visitor().await, stage.visitor().await);
    for cut in (8..one.len()).step_by(7) {
        let swapped = format!("{}{}", &one[..cut], &other[cut..]);
        if swapped != one && swapped != other {
            assert_eq!(stage.say(&swapped, "id-1", "Hello").await.status, 401, "{cut}");
        }
    }
}

#[tokio::test]
async fn nobody_reads_or_stops_or_continues_anothers_conversation() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.visitor().await, stage.visitor().await);
    stage.ask(&ann, "same-id").await;
    stage.answer("Ann's secret").await;
    let mut tape = stage.listen(&bob, None).await;
    tape.expect("hello").await;
    // The id that Ann used is free for Bob, and tells him nothing.
    stage.ask(&bob, "same-id").await;
    let entry = tape.entry().await;
    assert_eq!((&entry["from"], &entry["key"]), (&json!("customer"), &json!("same-id")));
    let mut of_ann = stage.listen(&ann, None).await;
    of_ann.expect("hello").await;
    let last = (of_ann.entry().await, of_ann.entry().await).1;
    // The id of an entry of Ann's opens nothing of hers either.
    let mut tape = stage.listen(&bob, last["id"].as_str()).await;
    tape.expect("hello").await;
    assert_eq!(tape.entry().await["key"], "same-id");
    stage.answer("Bob's answer").await;
    of_ann.heartbeat().await;
}

/// What is overheard and sent again: while the token is valid it is its visitor's own request once
/// more, which has no effect; afterwards it opens nothing, and neither does a session made with it.
#[tokio::test]
async fn a_request_that_is_replayed_does_nothing_again_and_opens_nothing_later() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.visitor().await, stage.visitor().await);
    stage.ask(&ann, "one").await;
    stage.answer("Ann's secret").await;
    assert_eq!(stage.say(&ann, "one", "Where is my parcel?").await.status, 200);
    assert_eq!(stage.say(&ann, "one", "Where is it?").await.status, 409);
    // The same message under another's token is another's message.
    stage.ask(&bob, "one").await;
    let mut tape = stage.listen(&ann, None).await;
    tape.expect("hello").await;
    let (question, answer) = (tape.entry().await, tape.entry().await);
    assert_eq!((&question["key"], &answer["text"]), (&json!("one"), &json!("Ann's secret")));
    tape.heartbeat().await;

    let others = Options { session_secret: "the-next-secret-as-long".into(), ..options() };
    let rotated = Stage::over(stage.store.clone(), others).await;
    stage.clock.advance(30 * DAY);
    for later in [&rotated, &stage] {
        assert_eq!(tried(later, &ann).await, REFUSED);
        let next = later.session(&json!({ "token": ann })).await;
        let mut tape = later.listen(&token(&next), question["id"].as_str()).await;
        tape.expect("hello").await;
        // Its first entry is its own, so nothing of Ann's came before.
        later.ask(&token(&next), "own").await;
        assert_eq!(tape.entry().await["key"], "own");
    }
}

#[tokio::test]
async fn a_token_is_taken_only_as_a_bearers_and_only_once() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let (basic, bearer) = (format!("Basic {token}"), format!("Bearer {token}"));
    let body = json!({ "id": "a", "text": "Hello" });
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    for headers in [&[][..], &[("authorization", basic.as_str())][..], &twice[..]] {
        let answer = stage.post("/webchat/messages", headers, &body).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(answer.json()["error"]["code"], "session_expired");
        assert_eq!(answer.json()["error"]["request_id"], "request-7");
    }
}

#[tokio::test]
async fn a_visitor_whom_the_site_knows_has_one_conversation_everywhere() {
    let stage = Stage::new().await;
    let one = stage.session(&identity("ann/7", IDENTITY_SECRET)).await;
    let other = stage.session(&identity("ann/7", IDENTITY_SECRET)).await;
    assert_eq!((&one["identified"], &one["user"]), (&json!(true), &other["user"]));
    assert_eq!(one["conversation"], "u/ann/7");
    stage.ask(&token(&one), "a").await;
    let mut tape = stage.listen(&token(&other), None).await;
    tape.expect("hello").await;
    assert_eq!(tape.entry().await["key"], "a");
    let (claim, opened) = stage.begin_turn().await;
    assert_eq!(Some(claim.conversation), channel_webchat::conversation("u/ann/7"));
    assert_eq!(opened.messages[0].message.author.display_name.as_deref(), Some("Ann"));
    let bob = stage.session(&identity("bob", IDENTITY_SECRET)).await;
    assert_ne!(bob["user"], one["user"]);
}

#[tokio::test]
async fn nobody_passes_for_a_visitor_whom_the_site_did_not_vouch_for() {
    let stage = Stage::new().await;
    let mut swapped = identity("ann", IDENTITY_SECRET);
    swapped["identity"]["user_id"] = "bob".into();
    for forged in [identity("ann", "a-guessed-secret-of-some-length"), swapped] {
        let answer = stage.post("/webchat/session", &[], &forged).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert_eq!(answer.json()["error"]["code"], "identity_refused");
    }
    let nobody = Stage::with(Options::new("a-secret-of-some-length".into())).await;
    let answer = nobody.post("/webchat/session", &[], &identity("ann", IDENTITY_SECRET)).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].as_str()),
        (403, Some("identity_refused"))
    );
}

#[tokio::test]
async fn the_secret_can_be_changed_without_anybody_losing_the_conversation() {
    let old = Stage::new().await;
    let before = old.session(&json!({})).await;
    let next = Options {
        session_secret: "the-next-secret-as-long".into(),
        accepted_secrets: vec!["a-secret-of-some-length".into()],
        ..options()
    };
    let rotated = Stage::over(old.store.clone(), next).await;
    let after = rotated.session(&json!({ "token": before["token"] })).await;
    assert_eq!(after["user"], before["user"]);
    assert_eq!(tried(&rotated, &token(&after)).await, [202, 202, 200]);
    assert_eq!(tried(&old, &token(&after)).await, REFUSED);
}

#[tokio::test]
async fn what_asks_for_no_session_gets_none() {
    let stage = Stage::new().await;
    let whole = identity(&"€".repeat(200), IDENTITY_SECRET);
    let listed = json!({ "identity": ["ann", whole["identity"]["signature"], "Ann"] });
    for (wrong, names) in [
        (json!([]), "no object"),
        (json!([null, null]), "no object"),
        (listed, "no object"),
        (whole, "510 bytes in UTF-8; this one has 600"),
    ] {
        let answer = stage.post("/webchat/session", &[], &wrong).await;
        assert_eq!(answer.status, 422, "{wrong} {}", answer.body);
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(names), "{message}");
    }
    stage.session(&identity(&"€".repeat(170), IDENTITY_SECRET)).await;
}
