//! The token is part of every address, and must be seen nowhere else.

use std::time::Duration;

use channel_telegram::{ApiError, Poller};
use conversation::Attachment;
use conversation::ports::{Channel as _, Media as _};
use support::fake_telegram::Fault;
use support::ports::free_port;

use crate::log::Log;
use crate::world::{Shelf, TOKEN, World, chat, waiting};

fn faults() -> Vec<Fault> {
    vec![
        Fault::CutBefore,
        Fault::CutWithin,
        Fault::Hang,
        Fault::failure(400, "Bad Request: something"),
        Fault::failure(401, "Unauthorized"),
        Fault::failure(500, "Internal Server Error"),
        Fault::unformattable(),
        Fault::too_many(1),
        Fault::Answer { status: 302, body: String::new() },
    ]
}

#[tokio::test]
async fn no_error_and_no_log_line_has_the_token_or_the_words() {
    let log = Log::shared();
    let told = talk_badly().await;
    let log = log.read();
    assert!(log.contains("Telegram can't read the formatting"), "nothing was logged");
    let secret = TOKEN.split_once(':').unwrap().1;
    for (what, said) in [("log", log), ("errors", told)] {
        for hidden in [secret, "CUSTOMERS-WORDS"] {
            let line = said.lines().find(|line| line.contains(hidden));
            assert!(line.is_none(), "{hidden} is in the {what}: {line:?}");
        }
    }
}

/// Lets everything fail that can, and returns all that the errors say.
async fn talk_badly() -> String {
    let world = World::impatient();
    let mut told = format!("{:?} {:?}", world.api, world.options);
    let mut note = |error: &dyn std::fmt::Debug| told.push_str(&format!("\n{error:?}"));
    for fault in faults() {
        for method in ["sendMessage", "sendChatAction", "getFile", "getMe", "getUpdates"] {
            world.fake.fail(method, fault.clone());
        }
        note(&world.send("7", "CUSTOMERS-WORDS").await.map(drop));
        world.channel.typing(&chat("7"), &waiting("2")).await;
        note(&world.api.download("handle", 100).await.map(drop));
        let file = Attachment {
            media_type: "image/jpeg; CUSTOMERS-WORDS".to_owned(),
            name: Some("CUSTOMERS-WORDS".to_owned()),
            handle: "handle".to_owned(),
            bytes: None,
        };
        world.fake.fail("getFile", fault.clone());
        assert_eq!(world.channel.fetch(&file, 100).await.map(|content| content.bytes), None);
        note(&world.api.me().await.map(drop));
        world.fake.says(7, "CUSTOMERS-WORDS");
        let shelf = Shelf::new(&world);
        let mut poller = Poller::new(world.api.clone(), world.reception(&shelf));
        note(&poller.round(Duration::ZERO).await);
        world.clock.advance(Duration::from_secs(5));
    }
    let nobody = World::at(world.fake, &format!("http://127.0.0.1:{}", free_port()));
    let error = nobody.api.me().await.unwrap_err();
    assert!(matches!(error, ApiError::Unreachable(_)), "{error:?}");
    format!("{told}\n{error:?} {error}")
}
