//! How operators name the conversations of each channel.

use channel_telegram::Address as Chat;
use channel_whatsapp::Address as Contact;
use conversation::ConversationId;
use http_api::ChannelKeys;

/// All channels, whether or not they are on: what is stored of one that was turned off can still be
/// read and erased.
pub(super) fn channels() -> Vec<ChannelKeys> {
    vec![
        ChannelKeys {
            channel: channel_whatsapp::CHANNEL,
            rule: "a phone number in international form, a user id such as US.1349, or group/ID",
            find: of_whatsapp,
        },
        ChannelKeys {
            channel: channel_telegram::CHANNEL,
            rule: "a chat's number, CHAT/TOPIC, or CHAT@BUSINESS_CONNECTION",
            find: of_telegram,
        },
        ChannelKeys {
            channel: channel_webchat::CHANNEL,
            rule: "u/ID for a visitor whom the site knows by that id, or 32 hexadecimal digits",
            find: channel_webchat::conversation,
        },
    ]
}

/// A number may be spelled as people do, with a plus and spaces.
fn of_whatsapp(key: &str) -> Option<ConversationId> {
    let named = ConversationId::new(channel_whatsapp::CHANNEL, key).ok()?;
    let contact = Contact::of_conversation(&named);
    let is_one = match &contact {
        Contact::Phone(number) => number.bytes().all(|byte| byte.is_ascii_digit()),
        Contact::User(_) => true,
        Contact::Group(id) => !id.is_empty(),
    };
    is_one.then(|| contact.conversation().ok()).flatten()
}

fn of_telegram(key: &str) -> Option<ConversationId> {
    let named = ConversationId::new(channel_telegram::CHANNEL, key).ok()?;
    Chat::of(&named)?.conversation().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the conversation that operators reach.
    fn reached(channel: &str, key: &str) -> Option<String> {
        let all = channels();
        let keys = all.iter().find(|keys| keys.channel == channel).unwrap();
        let found = (keys.find)(key);
        assert!(found.as_ref().is_none_or(|found| found.channel() == channel));
        found.map(|found| found.key().to_owned())
    }

    #[test]
    fn a_conversation_is_reached_by_its_key_however_it_is_spelled() {
        for (channel, key, reaches) in [
            ("whatsapp", "4915112345678", "4915112345678"),
            ("whatsapp", "+49 151 123-45678", "4915112345678"),
            ("whatsapp", "US.1349", "US.1349"),
            ("whatsapp", "group/Y2F", "group/Y2F"),
            ("telegram", "-1009999999999/33", "-1009999999999/33"),
            ("telegram", "+7", "7"),
            ("telegram", "7@a/b", "7@a/b"),
            ("webchat", "u/ann/7", "u/ann/7"),
        ] {
            assert_eq!(reached(channel, key).as_deref(), Some(reaches), "{channel} {key}");
        }
    }

    #[test]
    fn what_is_no_key_of_a_channel_reaches_nothing() {
        for (channel, key) in [
            ("whatsapp", "ann"),
            ("whatsapp", "+"),
            ("whatsapp", "group/"),
            ("telegram", "ann"),
            ("telegram", "7/"),
            ("webchat", "ann"),
            ("webchat", ""),
        ] {
            assert_eq!(reached(channel, key), None, "{channel} {key}");
        }
    }
}
