//! Whatever Telegram posts, it is read without a panic, and what is heard can be answered.
#![no_main]

use channel_telegram::{
    Address, BotToken, GroupAnswer, Heard, Listener, Me, Mode, Options, Reference, Update,
};
use conversation::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(token) = BotToken::new("42:AAH-very_secret-token") else { return };
    let mut options = Options::new(token, Mode::Polling);
    options.groups.answer = GroupAnswer::Everything;
    let me = Me { id: 42, username: Some("the_bot".to_owned()) };
    match Listener::new(me, &options).read(body, Timestamp(0)) {
        Ok(Update::Message(heard) | Update::Start(heard)) => check(&heard),
        Ok(Update::Callback { heard: Some(heard), .. }) => check(&heard),
        Ok(_) | Err(_) => {}
    }
});

fn check(heard: &Heard) {
    assert!(Address::of(&heard.inbound.conversation).is_some());
    let reference = Reference::of_key(heard.inbound.key.as_str());
    assert_eq!(reference.and_then(|it| it.message), heard.message_id);
}
