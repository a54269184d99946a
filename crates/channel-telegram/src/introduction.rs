//! Learning who the bot is. Its id stands in its token; its username, by which groups call it, is
//! Telegram's to tell.
//!
//! What one replica was told all know from then on, those that start later as well, so that groups are
//! answered also while Telegram tells nobody.

use std::time::Duration;

use conversation::ports::Accord;
use tokio::time::sleep;

use crate::bot_api::{ApiError, Bot, BotApi};
use crate::{Listener, Me, Options, Reception};

/// The pause before Telegram is asked again, which grows up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Tells the reception who the bot is, as soon as another replica knows, and asks Telegram until it
/// says so as well. Until either happens, messages of groups that may be meant for the bot are not
/// taken.
pub async fn introduce(
    api: &BotApi,
    reception: &Reception,
    options: &Options,
    accord: &dyn Accord,
) {
    let mut pause = PAUSE;
    let mut known = None;
    loop {
        if known.is_none() {
            known = recall(options, accord, "").await;
            if let Some(username) = known.clone() {
                tracing::info!(bot = username, "another replica knows the bot");
                let me = Me { id: options.token.bot(), username: Some(username) };
                reception.listen(Listener::new(me, options));
            }
        }
        match api.me().await {
            Ok(bot) => return meet(bot, reception, options, accord).await,
            Err(error) => sleep(told(&error, pause)).await,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Telegram knows the bot.
async fn meet(bot: Bot, reception: &Reception, options: &Options, accord: &dyn Accord) {
    let username = bot.username.unwrap_or_default();
    tracing::info!(bot = username, "Telegram knows the bot");
    recall(options, accord, &username).await;
    reception.listen(Listener::new(Me { id: bot.id, username: Some(username) }, options));
}

/// The username that all replicas know, which is `learnt` from now on if there was none. Whoever
/// chooses another one at Telegram has it in use as soon as Telegram tells it.
async fn recall(options: &Options, accord: &dyn Accord, learnt: &str) -> Option<String> {
    let name = format!("telegram/{}/username", options.token.bot());
    match accord.agree(&name, learnt).await {
        Ok(username) => Some(username).filter(|username| !username.is_empty()),
        Err(error) => {
            tracing::debug!(%error, "nobody can say whether another replica knows the bot");
            None
        }
    }
}

/// Tells of a failure, and says how long to wait, which would be `pause` otherwise.
fn told(error: &ApiError, pause: Duration) -> Duration {
    let retry_in = match error {
        ApiError::TooMany { retry_after } => *retry_after,
        ApiError::Unauthorised => LONGEST_PAUSE,
        _ => pause,
    };
    if *error == ApiError::Unauthorised {
        tracing::error!(%error, ?retry_in, "channels.telegram.botToken can't be used");
    } else {
        tracing::warn!(%error, ?retry_in, "Telegram doesn't say who the bot is");
    }
    retry_in
}
