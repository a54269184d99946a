//! Streams: what is told, in which order, and how one goes on where another ended.

use conversation::ports::{Event, Events as _, Handovers as _};
use serde_json::json;
use support::event_stream::Tape;

use crate::stage::{Stage, options};

#[tokio::test]
async fn an_answer_is_told_while_it_is_made_and_then_as_a_whole() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let mut tape = stage.listen(&token, None).await;
    let hello = tape.expect("hello").await.data;
    assert_eq!((&hello["state"], &hello["person"]), (&json!("ok"), &json!(null)));
    stage.ask(&token, "one").await;
    let said = tape.entry().await;
    assert_eq!((&said["from"], &said["key"]), (&json!("customer"), &json!("one")));
    let (claim, opened) = stage.begin_turn().await;
    assert_eq!(tape.expect("started").await.data, json!({ "answers": ["one"] }));
    stage.utter(&claim, 0, "It is ");
    stage.utter(&claim, 6, "there.");
    assert_eq!(tape.expect("delta").await.data, json!({ "at": 0, "text": "It is " }));
    assert_eq!(tape.expect("delta").await.data, json!({ "at": 6, "text": "there." }));
    stage.store.announce(&claim.conversation, Event::Restarted);
    assert_eq!(tape.expect("restarted").await.data, json!({}));
    stage.store.announce(&claim.conversation, Event::SoFar { text: "It".into() });
    assert_eq!(tape.expect("text").await.data, json!({ "text": "It" }));
    stage.commit(&claim, &opened, "It is there.").await;
    let answer = tape.entry().await;
    assert_eq!((&answer["from"], &answer["answers"]), (&json!("assistant"), &json!(["one"])));
    assert_eq!(answer["text"], "It is there.");
    tape.heartbeat().await;
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_entry_on_any_replica() {
    let stage = Stage::new().await;
    let other = Stage::over(stage.store.clone(), options()).await;
    let token = stage.visitor().await;
    stage.ask(&token, "one").await;
    stage.answer("first").await;
    let mut tape = stage.listen(&token, None).await;
    tape.expect("hello").await;
    let (question, answer) = (tape.entry().await, tape.entry().await);
    drop(tape);
    stage.ask(&token, "two").await;
    let mut tape = other.listen(&token, answer["id"].as_str()).await;
    tape.expect("hello").await;
    assert_eq!(tape.entry().await["key"], "two");
    // What is open follows from entries that this stream didn't tell.
    let mut late = other.listen(&token, tape_end(&other, &token).await.as_deref()).await;
    late.expect("hello").await;
    let (claim, opened) = stage.begin_turn().await;
    for tape in [&mut tape, &mut late] {
        assert_eq!(tape.expect("started").await.data, json!({ "answers": ["two"] }));
    }
    stage.commit(&claim, &opened, "second").await;
    for tape in [&mut tape, &mut late] {
        assert_eq!(tape.entry().await["text"], "second");
    }
    let mut all = other.listen(&token, question["id"].as_str()).await;
    all.expect("hello").await;
    for text in ["first", "Where is my parcel?", "second"] {
        assert_eq!(all.entry().await["text"], text);
    }
    all.heartbeat().await;
}

/// The id of the last entry so far.
async fn tape_end(stage: &Stage, token: &str) -> Option<String> {
    let mut tape = stage.listen(token, None).await;
    tape.expect("hello").await;
    let mut last = None;
    for _ in 0..3 {
        last = tape.entry().await["id"].as_str().map(str::to_owned);
    }
    last
}

#[tokio::test]
async fn an_id_that_means_nothing_brings_everything() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    stage.ask(&token, "one").await;
    for id in ["nonsense", "999999999999999-0"] {
        let mut tape = stage.listen(&token, Some(id)).await;
        tape.expect("hello").await;
        assert_eq!(tape.entry().await["key"], "one", "{id}");
    }
}

#[tokio::test]
async fn what_nobody_announced_is_found_at_the_next_heartbeat() {
    let stage = Stage::deaf().await;
    let token = stage.visitor().await;
    let mut tape = stage.listen(&token, None).await;
    tape.expect("hello").await;
    tape.heartbeat().await;
    stage.ask(&token, "one").await;
    assert_eq!(tape.entry().await["key"], "one");
    stage.answer("There.").await;
    assert_eq!(tape.entry().await["text"], "There.");
}

#[tokio::test]
async fn a_silent_stream_stays_alive_and_tells_of_a_replica_in_trouble() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let mut tape = stage.listen(&token, None).await;
    tape.expect("hello").await;
    tape.heartbeat().await;
    tape.heartbeat().await;
    stage.become_degraded();
    assert_eq!(tape.expect("state").await.data, json!({ "state": "degraded" }));
    let mut later = stage.listen(&token, None).await;
    assert_eq!(later.expect("hello").await.data["state"], "degraded");
}

#[tokio::test]
async fn streams_end_when_the_replica_does_and_no_further_ones_begin() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let mut tape = stage.listen(&token, None).await;
    tape.expect("hello").await;
    stage.begin_to_end();
    assert_eq!(tape.next().await, None);
    let refused = Tape::open(stage.port, &token, None).await.err().unwrap();
    assert!(refused.starts_with("HTTP/1.1 502") && refused.contains("ending"), "{refused}");
    // What is said meanwhile is taken all the same, and answered elsewhere.
    stage.ask(&token, "one").await;
}

#[tokio::test]
async fn a_long_conversation_is_told_in_order_and_without_a_gap() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let mut tape = stage.listen(&token, None).await;
    tape.expect("hello").await;
    let long = "x".repeat(7_000);
    for number in 0..9 {
        let answer = stage.say(&token, &format!("id-{number}"), &long).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
    }
    let mut again = stage.listen(&token, None).await;
    again.expect("hello").await;
    for tape in [&mut tape, &mut again] {
        for number in 0..9 {
            assert_eq!(tape.entry().await["key"], format!("id-{number}"));
        }
    }
}

#[tokio::test]
async fn a_visitor_learns_which_person_has_the_conversation() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    stage.ask(&token, "one").await;
    let (claim, opened) = stage.begin_turn().await;
    let conversation = claim.conversation.clone();
    stage.commit(&claim, &opened, "There.").await;
    let mut tape = stage.listen(&token, None).await;
    assert_eq!(tape.expect("hello").await.data["person"], json!(null));
    let (_, last) = (tape.entry().await, tape.entry().await);
    stage.store.take_over(&conversation, "Anna").await.unwrap();
    let taken = tape.entry().await;
    assert_eq!((&taken["notice"], &taken["name"]), (&json!("taken_over"), &json!("Anna")));
    let mut later = stage.listen(&token, last["id"].as_str()).await;
    assert_eq!(later.expect("hello").await.data["person"], "Anna");
    assert_eq!(later.entry().await, taken);
    stage.store.resume(&conversation).await.unwrap();
    assert_eq!(tape.entry().await["notice"], "resumed");
    let mut later = stage.listen(&token, taken["id"].as_str()).await;
    assert_eq!(later.expect("hello").await.data["person"], json!(null));
}
