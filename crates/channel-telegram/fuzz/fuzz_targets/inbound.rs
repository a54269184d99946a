//! Whatever Telegram posts, it is read without a panic, and what is heard can be answered.
#![no_main]

use channel_telegram::{Address, BotToken, GroupAnswer, Listener, Me, Mode, Options, Update};
use conversation::{ConversationId, Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(token) = BotToken::new("42:AAH-very_secret-token") else { return };
    let mut options = Options::new(token, Mode::Polling);
    options.groups.answer = GroupAnswer::Everything;
    let me = Me { id: 42, username: Some("the_bot".to_owned()) };
    match Listener::new(me, &options).read(body, Timestamp(0)) {
        Ok(Update::Message(inbound)) => check(&inbound.conversation),
        Ok(Update::Callback { said: Some(inbound), .. }) => check(&inbound.conversation),
        Ok(Update::Notes(notes)) => notes.iter().for_each(|note| check(&note.conversation)),
        Ok(_) | Err(_) => {}
    }
});

fn check(conversation: &ConversationId) {
    assert!(Address::of(conversation).is_some());
}
