//! How operators name a conversation of any channel: by the channel's name, and by the key that it
//! has there. Dead letters are listed with the same two words.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use conversation::ConversationId;

use crate::problem::Problem;
use crate::question::{NAMESPACE, conversation_at};

/// A channel beside this API whose conversations operators may name.
#[derive(Clone, Copy, Debug)]
pub struct ChannelKeys {
    /// The channel's name.
    pub channel: &'static str,
    /// What its keys look like, for error messages: such as "a phone number".
    pub rule: &'static str,
    /// The conversation that a key names, if it is a key of this channel. A key that is spelled in
    /// another way names the same conversation.
    pub find: fn(&str) -> Option<ConversationId>,
}

/// All of them.
pub(crate) struct Channels(pub(crate) Vec<ChannelKeys>);

/// The two parts of a path that name a conversation.
pub(crate) type Named = Result<Path<(String, String)>, PathRejection>;

impl Channels {
    /// The conversation that a path names.
    pub(crate) fn conversation(&self, named: Named) -> Result<ConversationId, Problem> {
        let Path((channel, key)) = named.map_err(|_| not_utf_8())?;
        if channel == NAMESPACE {
            let (of_caller, user_id) = key.split_once('/').ok_or_else(|| {
                Problem::invalid(
                    "A conversation of this API is named by `channel/user_id` of its messages, \
                     percent-encoded: /api/v1/channels/api/conversations/shop%2Fcustomer-17.",
                )
            })?;
            return conversation_at(of_caller, user_id);
        }
        let keys = self.0.iter().find(|keys| keys.channel == channel);
        let keys = keys.ok_or_else(|| self.unknown())?;
        let found = (!key.chars().any(char::is_control)).then(|| (keys.find)(&key)).flatten();
        found.ok_or_else(|| {
            let (length, rule) = (key.chars().count(), keys.rule);
            Problem::invalid(format!(
                "A conversation of {channel} is named by {rule}, percent-encoded; this one has \
                 {length} characters and isn't one."
            ))
        })
    }

    fn unknown(&self) -> Problem {
        let others = self.0.iter().map(|keys| keys.channel);
        let names: Vec<&str> = std::iter::once(NAMESPACE).chain(others).collect();
        let names = names.join(", ");
        Problem::new(
            StatusCode::NOT_FOUND,
            "unknown_channel",
            format!("There is no channel of this name. There are: {names}."),
        )
    }
}

/// The path's parts are not text.
pub(crate) fn not_utf_8() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad_request",
        "The path's parts must be percent-encoded UTF-8.",
    )
}
