//! How answers come in, whole and broken.

use conversation::ports::{Delta, ModelError};
use futures::StreamExt;
use support::fake_model::{FakeModel, Gate, Script};

use crate::world::{APIS, ask, ask_scripted, prompt, provider};

#[tokio::test]
async fn words_are_handed_on_as_they_come() {
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        let gate = Gate::default();
        fake.push(Script::new().say("Your").wait(&gate).say(" parcel").finish());
        let mut deltas = provider(api, &fake).model("m").answer(prompt()).await.unwrap();
        assert_eq!(deltas.next().await, Some(Ok(Delta::Text("Your".to_owned()))), "{api:?}");
        gate.open();
        assert_eq!(deltas.next().await, Some(Ok(Delta::Text(" parcel".to_owned()))));
        let done = Delta::Done { model: "fake/m".to_owned() };
        assert_eq!(deltas.next().await, Some(Ok(done)));
        assert_eq!(deltas.next().await, None);
        assert_eq!(deltas.next().await, None, "the end stays the end");
    }
}

#[tokio::test]
async fn characters_that_were_cut_in_two_on_their_way_arrive_whole() {
    let bodies = [
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Größe 📦\"},\
         \"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        "data: {\"type\":\"content_block_delta\",\"index\":0,\
         \"delta\":{\"type\":\"text_delta\",\"text\":\"Größe 📦\"}}\n\n\
         data: {\"type\":\"message_stop\"}\n\n",
        "{\"message\":{\"role\":\"assistant\",\"content\":\"Größe 📦\"},\"done\":true}\n",
    ];
    for ((api, _), body) in APIS.into_iter().zip(bodies) {
        let fake = FakeModel::scripted();
        // Every byte is a chunk of its own.
        fake.push(body.bytes().fold(Script::new(), |script, byte| script.raw(vec![byte])));
        assert_eq!(ask(api, &fake).await.unwrap(), "Größe 📦", "{api:?}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_was_cut() {
    for script in [
        Script::new().say("It is").cut(),
        Script::new().raw("\n").cut(),
        // The body ends properly, but the answer doesn't.
        Script::new().say("It is"),
        Script::new().raw("\n"),
        Script::status(200, ""),
    ] {
        for result in ask_scripted(&script).await {
            assert!(matches!(result, Err(ModelError::Cut(_))), "{script:?}: {result:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_response_is_none() {
    for result in ask_scripted(&Script::new().cut()).await {
        assert!(matches!(result, Err(ModelError::Connection(_))), "{result:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_connection() {
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        let model = provider(api, &fake).model("m");
        fake.stop().await;
        let error = model.answer(prompt()).await.err().unwrap();
        assert!(matches!(error, ModelError::Connection(_)), "{api:?}: {error:?}");
    }
}

#[tokio::test]
async fn garbage_is_unintelligible() {
    let garbage = [
        Script::status(200, "<html>It works!</html>"),
        Script::new().raw("data: {\"choices\": nonsense\n\n"),
        Script::new().raw(b"\xff\xfe\n".as_slice()),
        Script::status(200, "\"text\""),
    ];
    for script in garbage {
        for result in ask_scripted(&script).await {
            assert!(matches!(result, Err(ModelError::Unintelligible(_))), "{script:?}: {result:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_without_words_is_unintelligible() {
    for script in [Script::new().finish(), Script::new().say(" \n").finish()] {
        for result in ask_scripted(&script).await {
            let empty = ModelError::Unintelligible("an empty answer".to_owned());
            assert_eq!(result, Err(empty), "{script:?}");
        }
    }
}

#[tokio::test]
async fn an_endless_line_and_an_endless_answer_are_given_up() {
    let long_line = Script::new().raw(vec![b'{'; 2 << 20]).hang();
    let words = "word ".repeat(20 << 10);
    let long_answer = (0..4).fold(Script::new(), |script, _| script.say(&words)).hang();
    for script in [long_line, long_answer] {
        for (api, _) in APIS {
            let fake = FakeModel::scripted();
            fake.push(script.clone());
            let error = ask(api, &fake).await.unwrap_err();
            assert!(matches!(error, ModelError::Unintelligible(_)), "{api:?}: {error:?}");
            fake.wait_until_idle().await;
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let bodies = [
        r#"{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",
            "content":"Hello"},"finish_reason":"stop"}]}"#,
        r#"{"type":"message","role":"assistant","content":[{"type":"text","text":"Hello"}],
            "stop_reason":"end_turn"}"#,
        r#"{"model":"m","message":{"role":"assistant","content":"Hello"},"done":true}"#,
    ];
    for ((api, _), body) in APIS.into_iter().zip(bodies) {
        let fake = FakeModel::scripted();
        fake.push(Script::status(200, body));
        assert_eq!(ask(api, &fake).await.unwrap(), "Hello", "{api:?}");
    }
}

#[tokio::test]
async fn a_wish_to_be_asked_later_means_nothing_on_an_answer() {
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        for _ in 0..3 {
            fake.push(Script::saying(&["Hello"]).header("retry-after", "52"));
        }
        let chain = crate::world::chain(vec![provider(api, &fake).link("m")]);
        for _ in 0..3 {
            assert_eq!(crate::world::answer(&chain).await.unwrap(), "Hello", "{api:?}");
        }
    }
}

#[tokio::test]
async fn a_customer_who_goes_away_ends_the_request() {
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        fake.push(Script::new().say("It is").hang());
        let mut deltas = provider(api, &fake).model("m").answer(prompt()).await.unwrap();
        deltas.next().await.unwrap().unwrap();
        drop(deltas);
        fake.wait_for_abandoned(1).await;
        fake.wait_until_idle().await;

        fake.push(Script::new().hang());
        let model = provider(api, &fake).model("m");
        let asking = tokio::spawn(async move { model.answer(prompt()).await.map(drop) });
        fake.wait_for_requests(2).await;
        asking.abort();
        fake.wait_for_abandoned(2).await;
    }
}
