//! Who is heard, and what becomes of what they say.

use conversation::{Command, Inbound, Note, Rate, Remarked, Timestamp};
use serde_json::{Value, json};

use super::{Listener, Me};
use crate::{AllowList, BotToken, DmPolicy, GroupAnswer, Mode, Options, Update};

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
        Update::Message(inbound) => format!("{} {}", update.kind(), told_inbound(inbound)),
        Update::Callback { query, said } => {
            let said = said.as_deref().map_or_else(|| "nothing".to_owned(), told_inbound);
            format!("callback {query}: {said}")
        }
        Update::Notes(notes) => notes.iter().map(told_note).collect::<Vec<_>>().join("\n"),
        Update::Afterthought { note, said } => {
            format!("{}\nor {}", told_note(note), told_inbound(said))
        }
        Update::Moved { from, to, key } => {
            format!("moved {} to {} {}", from.as_str(), to.as_str(), key.as_str())
        }
        Update::Ignored(why) => format!("ignored: {}", why.kind()),
        Update::Undecided => "undecided".to_owned(),
        Update::Unknown { kind } => format!("unknown: {kind}"),
    }
}

fn told_inbound(inbound: &Inbound) -> String {
    let message = serde_json::to_string_pretty(&inbound.message).unwrap();
    format!("{} {}\n{message}", inbound.conversation.as_str(), inbound.key.as_str())
}

fn told_note(note: &Note) -> String {
    let remark = serde_json::to_string_pretty(&note.remark).unwrap();
    format!("note {} {}\n{remark}", note.conversation.as_str(), note.key.as_str())
}

/// What becomes of a message: its kind, and its words if there are any.
#[expect(clippy::needless_pass_by_value, reason = "a test hands over what it has made")]
fn becomes(listener: &Listener, message: Value) -> (&'static str, String) {
    let update = listener.update(json!({"update_id": 9, "message": message}), Timestamp(5));
    let text = match &update {
        Update::Message(inbound) => inbound.message.text.clone(),
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
    assert_eq!(becomes(&listener(), private("/new@other_bot hi")), ("restart", "hi".to_owned()));
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
        ("/start", "start", "[opened the chat]"),
        ("/start a\"b", "start", r#"[opened the chat by a link with the parameter "a\"b"]"#),
        ("/new", "restart", ""),
        ("/reset  and\nnow this ", "restart", "and\nnow this"),
        ("/NEW", "restart", ""),
        ("/news", "message", "/news"),
        ("please /new", "message", "please /new"),
    ] {
        assert_eq!(becomes(&listener, private(said)), (kind, words.to_owned()), "{said}");
    }
}

#[test]
fn a_command_says_what_is_asked_of_the_gateway_and_every_message_how_often_its_sender_may_ask() {
    let rate = Rate { burst: 20, period: std::time::Duration::from_secs(3) };
    let listener = listener_by(&Options { rate: Some(rate), ..options() });
    for (said, command) in
        [("/start x", Some(Command::Start)), ("/new", Some(Command::Restart)), ("/news", None)]
    {
        let update = json!({"update_id": 9, "message": private(said)});
        let Update::Message(inbound) = listener.update(update, Timestamp(0)) else { panic!() };
        assert_eq!((inbound.message.command, inbound.rate), (command, Some(rate.into())), "{said}");
        assert_eq!(inbound.message.reference.as_deref(), Some("3"));
    }
}

/// The only note of an update.
fn noted(update: Value) -> Note {
    let update = listener().update(update, Timestamp(5));
    let Update::Notes(mut notes) = update else { panic!("{update:?}") };
    assert_eq!(notes.len(), 1);
    notes.remove(0)
}

#[test]
fn an_edit_is_no_command_and_names_the_message_that_it_changes() {
    let note = noted(json!({"update_id": 10, "edited_message": private("/new")}));
    assert_eq!((note.conversation.as_str(), note.key.as_str()), ("telegram:7", "10"));
    assert_eq!(note.remark.about.as_deref(), Some("3"));
    let Remarked::Edited(message) = note.remark.what else { panic!("{:?}", note.remark) };
    assert_eq!((message.text.as_str(), message.command), ("/new", None));
}

#[test]
fn reactions_are_those_that_there_are_now() {
    let reaction = |emoji: Value| {
        json!({"update_id": 4, "message_reaction": {"chat": {"id": 7}, "message_id": 5,
               "user": {"id": 7}, "new_reaction": emoji}})
    };
    let note = noted(reaction(json!([{"type": "emoji", "emoji": "👍"}, {"type": "custom_emoji"}])));
    assert_eq!(note.remark.about.as_deref(), Some("5"));
    assert_eq!(note.remark.what, Remarked::Reacted(vec!["👍".to_owned()]));
    assert_eq!(noted(reaction(json!([]))).remark.what, Remarked::Reacted(vec![]));
}

#[test]
fn deleted_messages_are_taken_back_one_by_one() {
    let deleted = |ids: Value| {
        json!({"update_id": 4, "deleted_business_messages": {"business_connection_id": "Conn-1",
               "chat": {"id": 7}, "message_ids": ids}})
    };
    let update = listener().update(deleted(json!([5, "x", 6])), Timestamp(0));
    let Update::Notes(notes) = update else { panic!("{update:?}") };
    let told: Vec<_> = notes
        .iter()
        .map(|note| (note.conversation.as_str(), note.key.as_str(), note.remark.about.as_deref()))
        .collect();
    let conversation = "telegram:7@Conn-1";
    assert_eq!(told, [(conversation, "4.5", Some("5")), (conversation, "4.6", Some("6"))]);
    assert!(notes.iter().all(|note| note.remark.what == Remarked::TakenBack));
    assert_eq!(listener().update(deleted(json!([])), Timestamp(0)).kind(), "unknown");
}

#[test]
fn who_is_not_heard_leaves_no_notes_either() {
    let closed = listener_by(&Options { dm_policy: DmPolicy::Disabled, ..options() });
    let chat = json!({"id": 7, "type": "private"});
    for update in [
        json!({"update_id": 1, "edited_message": private("x")}),
        json!({"update_id": 1, "message_reaction": {"chat": chat, "message_id": 5, "user": {"id": 7}}}),
        json!({"update_id": 1, "deleted_business_messages": {"chat": chat, "message_ids": [5]}}),
        json!({"update_id": 1, "my_chat_member": {"chat": chat, "from": {"id": 7},
               "new_chat_member": {"status": "kicked"}}}),
    ] {
        assert_eq!(closed.update(update.clone(), Timestamp(0)).kind(), "not_allowed", "{update}");
    }
}

#[test]
fn a_group_that_moves_keeps_its_conversation() {
    let mut moved = group("");
    moved["migrate_to_chat_id"] = json!(-100_777);
    let update = listener().update(json!({"update_id": 8, "message": moved}), Timestamp(0));
    let Update::Moved { from, to, key } = update else { panic!("{update:?}") };
    assert_eq!((from.key(), to.key(), key.as_str()), ("-1009999999999", "-100777", "8"));
}

#[test]
fn who_does_not_know_its_own_name_yet_decides_nothing_that_depends_on_it() {
    let unnamed = Listener::new(Me { id: 42, username: None }, &options());
    for text in ["@the_bot where is it?", "hey @ann", "/track@some_bot 7"] {
        assert_eq!(becomes(&unnamed, group(text)).0, "undecided", "{text}");
    }
    assert_eq!(becomes(&unnamed, group("where is it?")).0, "not_addressed");
    assert_eq!(becomes(&unnamed, group("/track 7")).0, "message");
    assert_eq!(becomes(&unnamed, private("ask @ann")).0, "message");
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
        let Update::Message(inbound) = update else { return update.kind().to_owned() };
        inbound.conversation.as_str().to_owned()
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
    let Update::Callback { query: id, said } = listener().update(query.clone(), Timestamp(0))
    else {
        panic!("no callback")
    };
    let inbound = said.unwrap();
    assert_eq!((id.as_str(), inbound.message.text.as_str()), ("77", "Yes, please"));
    assert_eq!(inbound.message.author.display_name.as_deref(), Some("Ann"));
    let closed = Options { dm_policy: DmPolicy::Disabled, ..options() };
    let update = listener_by(&closed).update(query, Timestamp(0));
    assert!(matches!(update, Update::Callback { said: None, .. }), "{update:?}");
}

#[test]
fn blocking_and_unblocking_are_told_apart() {
    let standing = |chat: i64, status: &str, is_member: Option<bool>| {
        let update = json!({"update_id": 1, "my_chat_member": {"chat": {"id": chat},
            "from": {"id": 7}, "new_chat_member": {"status": status, "is_member": is_member}}});
        match listener().update(update, Timestamp(0)) {
            Update::Notes(notes) => match &notes[0].remark.what {
                Remarked::Happened(what) => what.clone(),
                other => panic!("{other:?}"),
            },
            other => other.kind().to_owned(),
        }
    };
    assert_eq!(standing(7, "kicked", None), "the customer blocked the bot");
    assert_eq!(standing(7, "member", None), "the customer unblocked the bot");
    assert_eq!(standing(-7, "left", None), "the bot was removed from the group");
    assert_eq!(standing(-7, "restricted", Some(false)), "the bot was removed from the group");
    assert_eq!(standing(-7, "restricted", Some(true)), "the bot was added to the group");
    assert_eq!(standing(7, "something", None), "unknown");
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
