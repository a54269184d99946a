//! Files that customers send: shown to a model that can see, and told by kind and name otherwise.

use serde_json::{Value, json};
use support::fake_model::Asked;
use support::fake_whatsapp::File;

use crate::world::{ANN, World};

fn file(id: &str, kind: &str, content: Value) -> Value {
    let mut message = json!({"from": ANN, "id": id, "type": kind});
    message[kind] = content;
    message
}

/// What the model is asked when these come, answered one after the other.
async fn asked(world: &World, messages: Vec<Value>) -> Vec<Asked> {
    let gateway = world.gateway();
    for (n, message) in messages.into_iter().enumerate() {
        world.post(&gateway, json!([]), json!([message])).await;
        world.replies(n + 1).await;
    }
    world.model.requests()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_shown_to_a_model_that_can_see_and_fetched_only_then() {
    for sees in [true, false] {
        let world = World { sees, ..World::new() };
        world.whatsapp.put_file("65463453", File::new("image/gif", b"GIF89a"));
        let content =
            json!({"id": "65463453", "mime_type": "image/gif", "caption": "Is this damaged?"});
        let asked = asked(&world, vec![file("wamid.1", "image", content)]).await;
        let question = asked[0].question();
        assert!(question.contains("Is this damaged?"), "{question}");
        let pictures = asked[0].pictures();
        let shown: Vec<&[u8]> = pictures.iter().map(|picture| &*picture.content).collect();
        if sees {
            assert_eq!(shown, [b"GIF89a"]);
        } else {
            assert!(shown.is_empty());
            assert!(question.contains("[attachment: image/gif]"), "{question}");
            // The read mark and the reply, and nothing for the file.
            assert_eq!(world.whatsapp.requests(), 2);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_files_and_pictures_that_do_not_come_are_told_by_kind_and_name() {
    let world = World::new();
    let large = File { told_size: Some(6_000_000), ..File::new("image/gif", b"GIF89a") };
    world.whatsapp.put_file("2", large);
    let messages = vec![
        file(
            "wamid.1",
            "document",
            json!({"id": "1", "mime_type": "application/pdf",
            "filename": "bill.pdf", "caption": "My bill"}),
        ),
        file("wamid.2", "image", json!({"id": "2", "mime_type": "image/gif"})),
        file(
            "wamid.3",
            "audio",
            json!({"id": "3", "mime_type": "audio/ogg; codecs=opus",
            "voice": true}),
        ),
    ];
    let asked = asked(&world, messages).await;
    for (asked, words) in asked.iter().zip([
        "My bill\n[attachment: application/pdf, named \"bill.pdf\"]",
        "[attachment: image/gif]",
        "[voice message]\n[attachment: audio/ogg; codecs=opus]",
    ]) {
        assert!(asked.question().contains(words), "{}", asked.question());
        assert!(asked.pictures().is_empty());
    }
    assert_eq!(asked.len(), 3);
}
