//! `webhook`: tells a provider where it reaches the gateway, or asks what it was told.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use channel_telegram::{BotApi, Mode, Options, WEBHOOK_PATH, WebhookInfo, WebhookRegistration};
use reqwest::Url;

use crate::compose;
use crate::start::{complain, load, say};

const AFTER_HELP: &str = "\
Telegram posts messages to one address, over https and to port 443, 80, 88 or 8443. The address and
the secret that Telegram says with each message stand in the settings, as
channels.telegram.webhookUrl and channels.telegram.webhookSecret:

  openclaw-gateway webhook set telegram       tell Telegram of them; needed once, and again after
                                              either was changed
  openclaw-gateway webhook info telegram      what Telegram was told, how many messages wait there,
                                              and how the last attempt to post failed
  openclaw-gateway webhook delete telegram    keep messages at Telegram until somebody asks for them,
                                              as with channels.telegram.mode: \"polling\"

A machine without a public address needs none of this: set channels.telegram.mode to \"polling\".

Exit codes:
  0   done
  1   Telegram can't be reached, or refused
  78  the settings are wrong, or the channel is off in them";

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Tell the provider where to post messages
    Set {
        #[arg(value_enum)]
        provider: Provider,
        /// The address, instead of channels.telegram.webhookUrl; /webhooks/telegram unless a path is
        /// given
        #[arg(long, value_name = "URL", value_parser = |text: &str| crate::asking::endpoint(text, WEBHOOK_PATH))]
        url: Option<Url>,
        /// How many messages it may post at once
        #[arg(long, value_name = "NUMBER", default_value_t = 40,
              value_parser = clap::value_parser!(u8).range(1..=100))]
        max_connections: u8,
    },
    /// Ask what the provider was told, and how posting goes
    Info {
        #[arg(value_enum)]
        provider: Provider,
    },
    /// Tell the provider to post nothing more
    Delete {
        #[arg(value_enum)]
        provider: Provider,
    },
}

/// Whom to tell. Meta's webhooks are set in its own dashboard.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Provider {
    Telegram,
}

impl Action {
    const fn provider(&self) -> Provider {
        match self {
            Self::Set { provider, .. } | Self::Info { provider } | Self::Delete { provider } => {
                *provider
            }
        }
    }
}

/// Tells or asks.
pub(crate) fn webhook(file: Option<PathBuf>, arguments: Arguments) -> ExitCode {
    let loaded = match load(file) {
        Ok(loaded) => loaded,
        Err(code) => return code.into(),
    };
    let settings = match arguments.action.provider() {
        Provider::Telegram => loaded.settings.channels.telegram,
    };
    let Some(settings) = settings else {
        complain(
            "openclaw-gateway webhook: the channel is off in the settings; \
             channels.telegram.botToken, the token that @BotFather gives, turns it on",
        );
        return crate::start::WRONG_SETTINGS.into();
    };
    let run = || {
        let options = compose::telegram_options(&settings)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(act(arguments.action, &options))
    };
    match run() {
        Ok(told) => say(&told),
        Err(error) => {
            complain(&format!("openclaw-gateway webhook: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn act(action: Action, options: &Options) -> anyhow::Result<String> {
    let api = BotApi::new(options)?;
    match action {
        Action::Set { url, max_connections, .. } => {
            let Mode::Webhook { secret, url: configured } = &options.mode else {
                bail!(
                    "channels.telegram.mode is \"polling\": the gateway asks for messages, and could \
                     not if there was a webhook. Set the mode to \"webhook\" first"
                );
            };
            let url = url.map(|url| url.to_string()).or_else(|| configured.clone()).context(
                "where? Give the address in channels.telegram.webhookUrl or by --url, as in \
                 https://chat.example.org",
            )?;
            let registration = WebhookRegistration { url: &url, secret, max_connections };
            api.set_webhook(&registration).await?;
            Ok(format!("Telegram posts messages to {url} from now on."))
        }
        Action::Info { .. } => {
            let bot = api.me().await?;
            let info = api.webhook_info().await?;
            let name = bot.username.unwrap_or_default();
            Ok(told(&name, &info, &options.mode, SystemTime::now()))
        }
        Action::Delete { .. } => {
            api.delete_webhook().await?;
            Ok("Telegram posts nothing more. It keeps messages for up to 24 hours, until somebody \
                asks for them or a webhook is set."
                .to_owned())
        }
    }
}

/// What Telegram says of the webhook, and what to do about it.
fn told(bot: &str, info: &WebhookInfo, mode: &Mode, now: SystemTime) -> String {
    let url = if info.url.is_empty() { "none" } else { &info.url };
    let waiting = info.pending_update_count;
    let mut told = format!("bot:         @{bot}\nwebhook:     {url}\nwaiting:     {waiting}");
    if let Some(error) = &info.last_error_message {
        let ago = info.last_error_date.and_then(|seconds| {
            let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            now.duration_since(date).ok()
        });
        let ago = ago.map(|ago| Duration::from_secs(ago.as_secs()));
        let ago = ago.map(|ago| format!(", {} ago", humantime::format_duration(ago)));
        told.push_str(&format!("\nlast error:  {error}{}", ago.unwrap_or_default()));
    }
    let hint = match mode {
        Mode::Polling if info.url.is_empty() => None,
        Mode::Polling => Some(
            "The settings say \"polling\", and nobody can ask for messages while there is a webhook: \
             openclaw-gateway webhook delete telegram"
                .to_owned(),
        ),
        Mode::Webhook { .. } if info.url.is_empty() => {
            Some("No message comes in: openclaw-gateway webhook set telegram".to_owned())
        }
        Mode::Webhook { url: Some(url), .. } if *url != info.url => Some(format!(
            "The settings name another address, {url}: openclaw-gateway webhook set telegram"
        )),
        Mode::Webhook { .. } => info.last_error_message.as_ref().map(|_| {
            "403 means that the secret was changed: openclaw-gateway webhook set telegram. Other \
             errors show whether Telegram reaches the address."
                .to_owned()
        }),
    };
    match hint {
        Some(hint) => format!("{told}\n\n{hint}"),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use channel_telegram::WebhookSecret;

    use super::*;

    fn webhook(url: &str) -> Mode {
        let secret = WebhookSecret::new("0123456789abcdef").unwrap();
        Mode::Webhook { secret, url: Some(url.to_owned()) }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_telegram_says_is_told_with_what_to_do_about_it() {
        let url = "https://chat.example.org/webhooks/telegram";
        let none = WebhookInfo { pending_update_count: 3, ..WebhookInfo::default() };
        let set = WebhookInfo { url: url.to_owned(), ..WebhookInfo::default() };
        assert_eq!(
            told("the_bot", &none, &webhook(url), at(0)),
            "bot:         @the_bot\nwebhook:     none\nwaiting:     3\n\nNo message comes in: \
             openclaw-gateway webhook set telegram"
        );
        assert!(told("b", &set, &webhook(url), at(0)).ends_with("waiting:     0"));
        assert!(told("b", &none, &Mode::Polling, at(0)).ends_with("waiting:     3"));
        let polling = told("b", &set, &Mode::Polling, at(0));
        assert!(polling.ends_with("openclaw-gateway webhook delete telegram"), "{polling}");
        let other = told("b", &set, &webhook("https://other.example.org/x"), at(0));
        assert!(other.contains("another address, https://other.example.org/x"), "{other}");
        let failing = WebhookInfo {
            last_error_date: Some(1000),
            last_error_message: Some("Wrong response from the webhook: 403".to_owned()),
            ..set
        };
        let failing = told("b", &failing, &webhook(url), at(1090));
        assert!(failing.contains("last error:  Wrong response from the webhook: 403, 1m 30s ago"));
        assert!(failing.contains("the secret was changed"), "{failing}");
    }
}
