//! The methods that the gateway calls.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{ApiError, BotApi};
use crate::credentials::WebhookSecret;
use crate::wire::Maybe;
use crate::{Address, Place};

/// The updates that Telegram is asked for: those that come to more than being ignored.
const ALLOWED_UPDATES: [&str; 8] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
];

/// How many updates are asked for at once.
const BATCH: u8 = 100;

/// A message on its way out.
#[derive(Clone, Debug)]
pub struct OutgoingMessage<'a> {
    /// Where to.
    pub to: &'a Address,
    /// The words.
    pub text: &'a str,
    /// How they are written.
    pub parse_mode: ParseMode,
    /// The message in the same chat that it replies to.
    pub reply_to: Option<i64>,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseMode {
    /// Telegram's HTML.
    Html,
    /// As it is.
    Plain,
}

/// The bot itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Bot {
    /// Its id.
    pub id: i64,
    /// Its username without the `@`.
    #[serde(default)]
    pub username: Option<String>,
}

/// How a webhook is to be registered.
#[derive(Clone, Debug)]
pub struct WebhookRegistration<'a> {
    /// Where Telegram posts updates.
    pub url: &'a str,
    /// What it says with each.
    pub secret: &'a WebhookSecret,
    /// How many updates it may post at once, 1 to 100.
    pub max_connections: u8,
}

/// What Telegram knows of the webhook.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WebhookInfo {
    /// Where it posts updates; empty if no webhook is set.
    pub url: String,
    /// How many updates wait.
    pub pending_update_count: u64,
    /// When posting failed last, in seconds since the Unix epoch.
    pub last_error_date: Option<u64>,
    /// How it failed.
    pub last_error_message: Option<String>,
    /// How many updates it posts at once at most.
    pub max_connections: Option<u64>,
}

/// A file that can be fetched.
#[derive(Clone, Debug, Deserialize)]
pub struct FileInfo {
    /// Its path on the file server, valid for an hour.
    pub file_path: String,
    /// Its size in bytes, if Telegram knows it.
    #[serde(default)]
    pub file_size: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SentMessage {
    message_id: Maybe<i64>,
}

impl BotApi {
    /// Asks who the bot is.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn me(&self) -> Result<Bot, ApiError> {
        self.call("getMe", &json!({})).await
    }

    /// Sends a message, and returns its id if Telegram told it.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn send_message(
        &self,
        message: &OutgoingMessage<'_>,
    ) -> Result<Option<i64>, ApiError> {
        let mut fields = place(message.to);
        words(&mut fields, message.text, message.parse_mode);
        if let Some(id) = message.reply_to {
            let reply = json!({"message_id": id, "allow_sending_without_reply": true});
            fields.insert("reply_parameters".to_owned(), reply);
        }
        // A result that can't be read is still a message that went out.
        let sent: Value = self.call("sendMessage", &fields).await?;
        Ok(SentMessage::deserialize(sent).unwrap_or_default().message_id.0)
    }

    /// Changes the words of a message that was sent.
    ///
    /// # Errors
    /// [`ApiError`], of which [`ApiError::Unchanged`] is no failure.
    pub async fn edit_message_text(
        &self,
        message_id: i64,
        message: &OutgoingMessage<'_>,
    ) -> Result<(), ApiError> {
        let mut fields = place(message.to);
        fields.remove("message_thread_id");
        words(&mut fields, message.text, message.parse_mode);
        fields.insert("message_id".to_owned(), message_id.into());
        self.call::<Value>("editMessageText", &fields).await.map(drop)
    }

    /// Shows for up to five seconds that the bot is writing.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn send_typing(&self, to: &Address) -> Result<(), ApiError> {
        let mut fields = place(to);
        fields.insert("action".to_owned(), "typing".into());
        self.call::<Value>("sendChatAction", &fields).await.map(drop)
    }

    /// Ends the spinning of a button that was tapped.
    ///
    /// # Errors
    /// [`ApiError`]; Telegram refuses queries that are old.
    pub async fn answer_callback_query(&self, query: &str) -> Result<(), ApiError> {
        let fields = json!({"callback_query_id": query});
        self.call::<Value>("answerCallbackQuery", &fields).await.map(drop)
    }

    /// Tells Telegram where to post updates.
    ///
    /// # Errors
    /// [`ApiError`]; Telegram takes only `https` addresses that it can reach.
    pub async fn set_webhook(&self, webhook: &WebhookRegistration<'_>) -> Result<(), ApiError> {
        let fields = json!({
            "url": webhook.url,
            "secret_token": webhook.secret.expose(),
            "max_connections": webhook.max_connections.clamp(1, 100),
            "allowed_updates": ALLOWED_UPDATES,
        });
        self.call::<Value>("setWebhook", &fields).await.map(drop)
    }

    /// Asks what Telegram knows of the webhook.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn webhook_info(&self) -> Result<WebhookInfo, ApiError> {
        self.call("getWebhookInfo", &json!({})).await
    }

    /// Tells Telegram to keep updates until they are asked for. Those that wait stay.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn delete_webhook(&self) -> Result<(), ApiError> {
        self.call::<Value>("deleteWebhook", &json!({})).await.map(drop)
    }

    /// Waits up to `patience` for updates from the number `offset` on; those before it are
    /// forgotten.
    ///
    /// # Errors
    /// [`ApiError`], of which [`ApiError::Conflict`] means that another one asks as well.
    pub async fn updates(
        &self,
        offset: Option<i64>,
        patience: Duration,
    ) -> Result<Vec<Value>, ApiError> {
        let mut fields = json!({
            "timeout": patience.as_secs(),
            "limit": BATCH,
            "allowed_updates": ALLOWED_UPDATES,
        });
        if let Some(offset) = offset {
            fields["offset"] = offset.into();
        }
        let limit = self.timeouts.request.saturating_add(patience);
        self.call_within(limit, "getUpdates", &fields).await
    }

    /// Asks where a file can be fetched.
    ///
    /// # Errors
    /// [`ApiError`]; Telegram refuses files of more than 20 MB.
    pub async fn file(&self, handle: &str) -> Result<FileInfo, ApiError> {
        self.call("getFile", &FileRequest { file_id: handle }).await
    }
}

#[derive(Serialize)]
struct FileRequest<'a> {
    file_id: &'a str,
}

/// The fields that say where to.
fn place(to: &Address) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("chat_id".to_owned(), to.chat.into());
    match &to.place {
        Place::Chat => {}
        Place::Topic(topic) => {
            fields.insert("message_thread_id".to_owned(), (*topic).into());
        }
        Place::Business(connection) => {
            fields.insert("business_connection_id".to_owned(), connection.as_str().into());
        }
    }
    fields
}

/// The fields that say what. Addresses in it are not shown as pictures.
fn words(fields: &mut Map<String, Value>, text: &str, mode: ParseMode) {
    fields.insert("text".to_owned(), text.into());
    fields.insert("link_preview_options".to_owned(), json!({"is_disabled": true}));
    match mode {
        ParseMode::Html => {
            fields.insert("parse_mode".to_owned(), "HTML".into());
        }
        ParseMode::Plain => {}
    }
}
