//! Who is heard, and what becomes of what they say.

use conversation::Timestamp;
use serde_json::{Value, json};

use super::{Listener, Me};
use crate::{
    AllowList, Aside, BotToken, DmPolicy, GroupAnswer, Heard, Mode, Options, Standing, Update,
};

pub(super) fn options() -> Options {
    Options::new(BotToken::new("42:AAH-very_secret-token").unwrap(), Mode::Polling)
}

pub(super) fn listener_by(options: &Options) -> Listener {
    Listener::new(Me { id: 42, username: Some("the_bot".into()) }, options)
}

pub(super) fn listener() -> Listener {
    listener_by(&options())
}

/// The words of an update as a person reads them. Printing words leaves names out, so this
/// spells them.
pub(super) fn told(update: &Update) -> String {
    match update {
        Update::Message(heard) => format!("message {}", told_heard(heard)),
        Update::Start(heard) => format!("start {}", told_heard(heard)),
        Update::Callback { query, heard } => {
            let heard = heard.as_deref().map_or_else(|| "nothing".to_owned(), told_heard);
            format!("callback {query}: {heard}")
        }
        Update::Aside(aside) => told_aside(aside),
        Update::Ignored(why) => format!("ignored: {}", why.kind()),
        Update::Unknown { kind } => format!("unknown: {kind}"),
    }
}

fn told_heard(heard: &Heard) -> String {
    let inbound = &heard.inbound;
    let message = serde_json::to_string_pretty(&inbound.message).unwrap();
    format!("{} {}\n{message}", inbound.conversation.as_str(), inbound.key.as_str())
}

fn told_aside(aside: &Aside) -> String {
    let kind = aside.kind();
    match aside {
        Aside::Edited(heard) | Aside::Reset(heard) => format!("{kind} {}", told_heard(heard)),
        Aside::Reacted { conversation, message_id, emoji } => {
            format!("{kind} {} {message_id}: {}", conversation.as_str(), emoji.join(" "))
        }
        Aside::Deleted { conversation, message_ids } => {
            format!("{kind} {} {message_ids:?}", conversation.as_str())
        }
        Aside::Standing { conversation, standing: Standing::In | Standing::Out } => {
            format!("{kind} {}", conversation.as_str())
        }
        Aside::Moved { from, to } => format!("{kind} {} to {}", from.as_str(), to.as_str()),
    }
}

/// What becomes of a message: its kind, and its words if there are any.
#[expect(clippy::needless_pass_by_value, reason = "a test hands over what it has made")]
fn becomes(listener: &Listener, message: Value) -> (&'static str, String) {
    let update = listener.update(json!({"update_id": 9, "message": message}), Timestamp(5));
    let text = match &update {
        Update::Message(heard) | Update::Start(heard) | Update::Aside(Aside::Reset(heard)) => {
            heard.inbound.message.text.clone()
        }
        _ => String::new(),
    };
    (update.kind(), text)
}

fn private(text: &str) -> Value {
    json!({"message_id": 3, "from": {"id": 7, "first_name": "Ann", "username": "Ann_7"},
           "chat": {"id": 7, "type": "private"}, "text": text})
}

fn group(text: &str) -> Value {
    json!({"message_id": 3, "from": {"id": 7, "first_name": "Ann", "username": "Ann_7"},
           "chat": {"id": -1_009_999_999_999_i64, "type": "supergroup"}, "text": text})
}

#[test]
fn a_group_is_answered_when_it_addresses_the_bot() {
    let listener = listener();
    for text in ["@the_bot where is it?", "/track 7", "/track@The_Bot 7"] {
        assert_eq!(becomes(&listener, group(text)), ("message", text.to_owned()));
    }
    for text in ["where is it?", "@other_bot where?", "/track@other_bot", "mail me@the_bot"] {
        assert_eq!(becomes(&listener, group(text)).0, "not_addressed", "{text}");
    }
    let mut by_id = group("hey you");
    by_id["entities"] =
        json!([{"type": "text_mention", "offset": 0, "length": 3, "user": {"id": 42}}]);
    assert_eq!(becomes(&listener, by_id).0, "message");
    let mut caption = group("");
    caption["caption"] = json!("@the_bot look");
    caption["photo"] = json!([{"file_id": "f", "width": 1, "height": 1}]);
    caption.as_object_mut().unwrap().remove("text");
    assert_eq!(becomes(&listener, caption), ("message", "@the_bot look".to_owned()));
}

#[test]
fn a_reply_addresses_whom_it_replies_to() {
    let mut to_us = group("and then?");
    to_us["reply_to_message"] = json!({"from": {"id": 42, "is_bot": true}, "text": "It left."});
    assert_eq!(becomes(&listener(), to_us), ("message", "and then?".to_owned()));
    let mut to_other = group("@the_bot is that so?");
    to_other["reply_to_message"] = json!({"from": {"id": 8}, "text": "It\nleft."});
    let expected = "[in reply to: It left.]\n@the_bot is that so?".to_owned();
    assert_eq!(becomes(&listener(), to_other.clone()), ("message", expected));
    to_other["text"] = json!("is that so?");
    assert_eq!(becomes(&listener(), to_other).0, "not_addressed");
}

#[test]
fn a_group_that_need_not_address_the_bot_still_may_address_another() {
    let mut options = options();
    options.groups.answer = GroupAnswer::Everything;
    let listener = listener_by(&options);
    assert_eq!(becomes(&listener, group("where is it?")).0, "message");
    assert_eq!(becomes(&listener, group("/track@other_bot")).0, "not_addressed");
}

#[test]
fn in_a_chat_of_one_person_nobody_else_can_be_addressed() {
    assert_eq!(becomes(&listener(), private("/track@other_bot")).0, "message");
    assert_eq!(becomes(&listener(), private("/new@other_bot hi")), ("reset", "hi".to_owned()));
}

#[test]
fn the_lists_say_who_is_heard() {
    let list = |text: &str| AllowList(vec![text.parse().unwrap()]);
    let dm = |policy, entry: &str| {
        let options = Options { dm_policy: policy, allow_from: list(entry), ..options() };
        becomes(&listener_by(&options), private("hi")).0
    };
    assert_eq!(dm(DmPolicy::Open, "8"), "message");
    assert_eq!(dm(DmPolicy::Allowlist, "7"), "message");
    assert_eq!(dm(DmPolicy::Allowlist, "@ann_7"), "message");
    assert_eq!(dm(DmPolicy::Allowlist, "8"), "not_allowed");
    assert_eq!(dm(DmPolicy::Disabled, "*"), "not_allowed");
    let in_group = |entry: &str| {
        let mut options = options();
        options.groups.allow_from = list(entry);
        becomes(&listener_by(&options), group("@the_bot hi")).0
    };
    assert_eq!(in_group("-1009999999999"), "message");
    assert_eq!(in_group("@Ann_7"), "message");
    assert_eq!(in_group("-1009999999998"), "not_allowed");
}

#[test]
fn commands_of_the_gateway_are_understood() {
    let listener = listener();
    for (said, kind, words) in [
        ("/start", "start", "[the customer opened the chat]"),
        (
            "/start a\"b",
            "start",
            r#"[the customer opened the chat by a link with the parameter "a\"b"]"#,
        ),
        ("/new", "reset", ""),
        ("/reset  and\nnow this ", "reset", "and\nnow this"),
        ("/NEW", "reset", ""),
        ("/news", "message", "/news"),
        ("please /new", "message", "please /new"),
    ] {
        assert_eq!(becomes(&listener, private(said)), (kind, words.to_owned()), "{said}");
    }
}

#[test]
fn an_edit_is_no_command_and_has_the_message_s_id() {
    let update = json!({"update_id": 10, "edited_message": private("/new")});
    let update = listener().update(update, Timestamp(0));
    let Update::Aside(Aside::Edited(heard)) = update else { panic!("{update:?}") };
    assert_eq!((heard.message_id, heard.inbound.message.text.as_str()), (Some(3), "/new"));
}

#[test]
fn bots_are_not_answered_but_people_who_speak_as_a_chat_are() {
    let mut bot = private("hi");
    bot["from"]["is_bot"] = json!(true);
    assert_eq!(becomes(&listener(), bot.clone()).0, "from_bot");
    let mut admin = group("@the_bot hi");
    admin["from"] = json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group"});
    admin["sender_chat"] = json!({"id": -1_009_999_999_999_i64, "title": "Fans"});
    assert_eq!(becomes(&listener(), admin.clone()).0, "message");
    admin["is_automatic_forward"] = json!(true);
    assert_eq!(becomes(&listener(), admin).0, "from_bot");
}

#[test]
fn a_business_account_s_own_words_are_not_answered() {
    let read = |from: i64| {
        let mut message = private("hi");
        message["from"]["id"] = json!(from);
        message["business_connection_id"] = json!("Conn-1");
        let update = json!({"update_id": 1, "business_message": message});
        let update = listener().update(update, Timestamp(0));
        let Update::Message(heard) = update else { return update.kind().to_owned() };
        heard.inbound.conversation.as_str().to_owned()
    };
    assert_eq!(read(7), "telegram:7@Conn-1");
    assert_eq!(read(99), "from_owner");
}

#[test]
fn a_button_says_its_label_and_is_acknowledged_whoever_taps_it() {
    let query = json!({"update_id": 2, "callback_query": {
        "id": "77", "from": {"id": 7, "first_name": "Ann"}, "data": "b",
        "message": {"message_id": 5, "chat": {"id": 7, "type": "private"}, "from": {"id": 42, "is_bot": true},
                    "reply_markup": {"inline_keyboard": [[{"text": "No", "callback_data": "a"}],
                                                         [{"text": "Yes,\nplease", "callback_data": "b"}]]}}}});
    let Update::Callback { query: id, heard } = listener().update(query.clone(), Timestamp(0))
    else {
        panic!("no callback")
    };
    let inbound = heard.unwrap().inbound;
    assert_eq!((id.as_str(), inbound.message.text.as_str()), ("77", "Yes, please"));
    assert_eq!(inbound.message.author.display_name.as_deref(), Some("Ann"));
    let closed = Options { dm_policy: DmPolicy::Disabled, ..options() };
    let update = listener_by(&closed).update(query, Timestamp(0));
    assert!(matches!(update, Update::Callback { heard: None, .. }), "{update:?}");
}

#[test]
fn blocking_and_unblocking_are_told_apart() {
    let standing = |status: &str, is_member: Option<bool>| {
        let update = json!({"update_id": 1, "my_chat_member": {"chat": {"id": 7, "type": "private"},
            "new_chat_member": {"status": status, "is_member": is_member}}});
        listener().update(update, Timestamp(0)).kind()
    };
    assert_eq!(standing("kicked", None), "blocked");
    assert_eq!(standing("left", None), "blocked");
    assert_eq!(standing("restricted", Some(false)), "blocked");
    assert_eq!(standing("restricted", Some(true)), "unblocked");
    assert_eq!(standing("member", None), "unblocked");
    assert_eq!(standing("something", None), "unknown");
}

#[test]
fn what_is_no_update_is_unknown_and_its_name_is_not_repeated_as_it_is() {
    for (update, kind) in [
        (json!([1]), "no_object"),
        (json!("x"), "no_object"),
        (json!({"message": private("hi")}), "no_update_id"),
        (json!({"update_id": 1}), "unreadable"),
        (json!({"update_id": 1, "new\nkind +49170": {}}), "unreadable"),
        (json!({"update_id": 1, "new_kind": {}}), "new_kind"),
        (json!({"update_id": 1, "message": {"text": "no chat"}}), "message"),
    ] {
        let read = listener().update(update.clone(), Timestamp(0));
        let Update::Unknown { kind: read } = read else { panic!("{update}: {read:?}") };
        assert_eq!(read, kind, "{update}");
    }
}
