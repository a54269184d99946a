//! Pictures: who is shown them, how each vendor wants them, and what becomes of the others. The
//! fake server refuses a picture that isn't what it is said to be.

use std::sync::Arc;

use conversation::ports::{LanguageModel, ModelError};
use conversation::{Image, Prompt, Role, Utterance};
use language_model::{Api, Link, Provider, ProviderOptions};
use serde_json::json;
use support::fake_model::{Asked, FakeModel, Script};

use crate::world::{APIS, answer_to, chain, options, provider};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n-one";
const WEBP: &[u8] = b"RIFF\x10\0\0\0WEBPVP8 -three";
const WORDS: &str = "Which one is \"mine\"?\n[attachment: image/png]";

fn image(content: impl Into<Vec<u8>>) -> Image {
    Image::recognise(content.into()).unwrap()
}

/// A conversation whose last words come with these pictures.
fn prompt(images: Vec<Image>) -> Arc<Prompt> {
    let said = Utterance { images, ..Utterance::text(Role::Customer, WORDS) };
    let earlier =
        [(Role::Customer, "Hi"), (Role::Assistant, "Hello")].map(|(role, text)| Utterance {
            // Vendors refuse a picture that the model itself is said to have sent.
            images: if role == Role::Assistant { vec![image(PNG)] } else { Vec::new() },
            ..Utterance::text(role, text)
        });
    let utterances = earlier.into_iter().chain([said]).collect();
    Arc::new(Prompt::new("Be brief.", utterances))
}

fn both() -> Arc<Prompt> {
    prompt(vec![image(PNG), image(WEBP)])
}

/// A provider whose models `sees` and `sees-too` can see.
fn sighted(api: Api, fake: &FakeModel) -> Provider {
    let seeing = ["sees", "sees-too"].map(str::to_owned).into();
    Provider::new(ProviderOptions { seeing, ..options(api, fake) }).unwrap()
}

fn seeing(api: Api, fake: &FakeModel) -> Arc<Link> {
    sighted(api, fake).link("sees")
}

fn shown(asked: &Asked) -> Vec<(&str, &[u8])> {
    asked.pictures().iter().map(|seen| (&*seen.media_type, &*seen.content)).collect()
}

#[tokio::test]
async fn a_model_that_sees_is_shown_the_pictures_by_every_vendor() {
    for (api, _) in APIS {
        let fake = FakeModel::echoing();
        let model = sighted(api, &fake).model("sees");
        assert!(model.sees());
        let answered = answer_to(both(), model.as_ref()).await.unwrap();
        assert_eq!(answered, format!("Hi | {WORDS}"), "{api:?}");
        let [asked] = &fake.requests()[..] else { panic!("{api:?}") };
        assert_eq!(shown(asked), [("image/png", PNG), ("image/webp", WEBP)], "{api:?}");
        assert_eq!(asked.messages.last().unwrap().pictures.len(), 2, "{api:?}");
        assert_eq!(fake.violations(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn each_vendor_gets_the_pictures_in_its_own_form() {
    let text = json!({"type": "text", "text": WORDS});
    let base64 = "iVBORw0KGgotb25l";
    for (api, expected) in [
        (
            Api::OpenAiCompletions,
            json!({"role": "user", "content": [text, {"type": "image_url",
                "image_url": {"url": format!("data:image/png;base64,{base64}")}}]}),
        ),
        (
            Api::AnthropicMessages,
            json!({"role": "user", "content": [{"type": "image", "source":
                {"type": "base64", "media_type": "image/png", "data": base64}}, text]}),
        ),
        (Api::Ollama, json!({"role": "user", "content": WORDS, "images": [base64]})),
    ] {
        let fake = FakeModel::echoing();
        let model = sighted(api, &fake).model("sees-too");
        answer_to(prompt(vec![image(PNG)]), model.as_ref()).await.unwrap();
        let asked = &fake.requests()[0];
        assert_eq!(asked.body["messages"].as_array().unwrap().last(), Some(&expected));
    }
}

#[tokio::test]
async fn without_sight_or_without_pictures_a_request_has_nothing_but_words() {
    for (api, _) in APIS {
        let fake = FakeModel::echoing();
        let blind = sighted(api, &fake).model("sees-not");
        assert!(!blind.sees() && !provider(api, &fake).model("sees").sees());
        answer_to(both(), blind.as_ref()).await.unwrap();
        answer_to(prompt(Vec::new()), blind.as_ref()).await.unwrap();
        let model = sighted(api, &fake).model("sees");
        answer_to(prompt(Vec::new()), model.as_ref()).await.unwrap();
        let [blinded, plain, nothing_to_see] = &fake.requests()[..] else { panic!("{api:?}") };
        assert_eq!(blinded.body, plain.body, "{api:?}");
        assert_eq!(blinded.body["messages"], nothing_to_see.body["messages"], "{api:?}");
        let last = blinded.body["messages"].as_array().unwrap().last().unwrap();
        assert_eq!(last, &json!({"role": "user", "content": WORDS}), "{api:?}");
    }
}

#[tokio::test]
async fn a_picture_that_is_too_large_for_a_vendor_is_left_out() {
    let sized = |bytes| image([PNG, &vec![0; bytes - PNG.len()]].concat());
    // As base64 the first is exactly 5 MiB long.
    let (largest, larger) = (3_932_160, 3_932_161);
    for (api, bytes, expected) in [
        (Api::AnthropicMessages, largest, &[3_932_160, PNG.len()][..]),
        (Api::AnthropicMessages, larger, &[PNG.len()]),
        (Api::OpenAiCompletions, larger, &[3_932_161, PNG.len()]),
    ] {
        let fake = FakeModel::echoing();
        let model = sighted(api, &fake).model("sees");
        answer_to(prompt(vec![sized(bytes), image(PNG)]), model.as_ref()).await.unwrap();
        let asked = &fake.requests()[0];
        let lengths: Vec<usize> =
            asked.pictures().iter().map(|picture| picture.content.len()).collect();
        assert_eq!(lengths, expected, "{api:?}");
    }
}

#[tokio::test]
async fn in_a_chain_each_model_gets_what_it_can_take() {
    for (first, _) in APIS {
        for (second, _) in APIS {
            let (down, up) = (FakeModel::scripted(), FakeModel::echoing());
            let denial = Script::status(401, r#"{"error":{"type":"authentication_error"}}"#);
            down.push(denial.clone());
            down.push(denial);
            let blind = provider(second, &up).link("sees");
            let fallback = chain(vec![seeing(first, &down), blind]);
            assert!(fallback.sees());
            answer_to(both(), &fallback).await.unwrap();
            let blind = provider(first, &down).link("sees");
            let fallback = chain(vec![blind, seeing(second, &up)]);
            assert!(fallback.sees());
            answer_to(both(), &fallback).await.unwrap();
            let seen = |fake: &FakeModel| -> Vec<usize> {
                fake.requests().iter().map(|asked| asked.pictures().len()).collect()
            };
            assert_eq!((seen(&down), seen(&up)), (vec![2, 0], vec![0, 2]));
            assert_eq!([down.violations(), up.violations()].concat(), Vec::<String>::new());
        }
    }
}

#[test]
fn a_chain_of_models_that_cannot_see_says_so() {
    let options = ProviderOptions::new("p", Api::Ollama, "http://h");
    let blind = Provider::new(options).unwrap();
    assert!(!chain(vec![blind.link("a"), blind.link("b")]).sees());
    assert!(!chain(Vec::new()).sees());
}

#[tokio::test]
async fn a_model_that_refuses_a_picture_is_asked_again_without() {
    let unreadable = r#"{"error":{"message":"could not process the image"}}"#;
    for (api, _) in APIS {
        for status in [400, 413, 415, 422, 500] {
            let fake = FakeModel::scripted();
            fake.push(Script::status(status, unreadable));
            fake.push(Script::saying(&["It is ", "yours."]));
            let model = sighted(api, &fake).model("sees");
            let answered = answer_to(both(), model.as_ref()).await;
            assert_eq!(answered.as_deref(), Ok("It is yours."), "{api:?} {status}");
            let [first, second] = &fake.requests()[..] else { panic!("{api:?} {status}") };
            assert_eq!((first.pictures().len(), second.pictures().len()), (2, 0));
            assert_eq!(second.question(), WORDS);
        }
    }
}

#[tokio::test]
async fn pictures_are_not_blamed_for_what_is_not_their_fault() {
    for (status, body) in [
        (401, r#"{"error":{"type":"authentication_error"}}"#),
        (400, r#"{"error":{"type":"billing_error"}}"#),
        (404, r#"{"error":{"code":"model_not_found"}}"#),
        (429, "{}"),
        (503, "{}"),
    ] {
        for (api, _) in APIS {
            let fake = FakeModel::scripted();
            fake.push(Script::status(status, body));
            let model = sighted(api, &fake).model("sees");
            let error = answer_to(both(), model.as_ref()).await.unwrap_err();
            assert!(!matches!(error, ModelError::Refused(_)), "{api:?} {status}: {error}");
            assert_eq!(fake.request_count(), 1, "{api:?} {status}");
        }
    }
}

#[tokio::test]
async fn a_refusal_that_has_nothing_to_do_with_the_pictures_is_told() {
    let fake = FakeModel::scripted();
    for _ in 0..2 {
        fake.push(Script::status(400, r#"{"error":{"message":"too long"}}"#));
    }
    let model = sighted(Api::OpenAiCompletions, &fake).model("sees");
    let error = answer_to(both(), model.as_ref()).await.unwrap_err();
    assert_eq!(error, ModelError::Refused("HTTP 400: too long".to_owned()));
    assert_eq!((fake.request_count(), fake.violations().len()), (2, 0));
}
