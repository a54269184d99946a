//! Telegram: the channel that sends, the route to which Telegram posts, and what runs beside them:
//! learning the bot's name, and asking for messages where nobody can post them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use channel_telegram::{
    AllowList, BotApi, BotToken, DmPolicy, GroupAnswer, Groups, Listener, Me, Mode, Options,
    Poller, Post, Rates, Reception, Streaming, Telegram, Webhook, WebhookSecret, introduce,
};
use conversation::ports::Channel;
use conversation::{Clock, Rate};
use secrecy::ExposeSecret;
use settings::{TelegramIntake, TelegramSettings};
use tokio_util::sync::CancellationToken;

use super::channels::Refused;
use super::{Beside, Stores};

/// For how long one replica asks for messages before it has to renew that. So long nobody asks
/// after its death.
const TERM: Duration = Duration::from_secs(10);

/// The parts of the channel.
pub(super) struct Parts {
    pub(super) channel: Arc<dyn Channel>,
    pub(super) routes: Router,
    pub(super) beside: Beside,
    pub(super) refused: Refused,
}

/// Puts the channel together. Nothing is asked of Telegram yet.
pub(super) fn channel(
    settings: &TelegramSettings,
    Stores { inbox, store }: &Stores,
    clock: Arc<dyn Clock>,
    replica: &str,
) -> anyhow::Result<Parts> {
    let options = options(settings).context("channels.telegram")?;
    let api = BotApi::new(&options).context("channels.telegram")?;
    let nameless = Me { id: options.token.bot(), username: None };
    let listener = Listener::new(nameless, &options);
    let reception =
        Arc::new(Reception::new(listener, inbox.clone(), store.clone(), Arc::clone(&clock)));
    let (streaming, rates) = (options.streaming, Rates::default());
    let channel = Telegram::new(api.clone(), streaming, rates, store.clone(), clock);
    let (routes, post) = match &options.mode {
        Mode::Webhook { secret, .. } => {
            let webhook = Webhook { reception: Arc::clone(&reception), secret: secret.clone() };
            (webhook.router(), None)
        }
        Mode::Polling => (Router::new(), Some(Post::new(store.clone(), replica.to_owned(), TERM))),
    };
    let (accord, asked) = (Arc::clone(store), api.clone());
    let beside = move |stop: CancellationToken| async move {
        let introduced = introduce(&api, &reception, &options, &*accord);
        if stop.run_until_cancelled(introduced).await.is_some()
            && let Some(post) = post
        {
            Poller::new(api, reception).run(post, stop.cancelled_owned()).await;
        }
    };
    let beside: Beside = Box::new(|stop| Box::pin(beside(stop)));
    let refused = Box::new(move || asked.is_refused());
    Ok(Parts { channel: Arc::new(channel), routes, beside, refused })
}

/// The channel's options by the settings.
pub(crate) fn options(settings: &TelegramSettings) -> anyhow::Result<Options> {
    let token = BotToken::new(settings.bot_token.expose_secret())?;
    let mode = match &settings.intake {
        TelegramIntake::Webhook { secret, url } => Mode::Webhook {
            secret: WebhookSecret::new(secret.expose_secret())?,
            url: url.as_ref().map(ToString::to_string),
        },
        TelegramIntake::Polling => Mode::Polling,
    };
    let usual = Options::new(token, mode);
    let limit = settings.rate_limit;
    Ok(Options {
        api_root: settings.api_root.as_ref().map_or(usual.api_root, ToString::to_string),
        dm_policy: match settings.dm_policy {
            settings::DmPolicy::Open => DmPolicy::Open,
            settings::DmPolicy::Allowlist => DmPolicy::Allowlist,
            settings::DmPolicy::Disabled => DmPolicy::Disabled,
        },
        allow_from: list(&settings.allow_from)?,
        groups: Groups {
            answer: match settings.groups_require_mention {
                true => GroupAnswer::Addressed,
                false => GroupAnswer::Everything,
            },
            allow_from: list(&settings.groups_allow_from)?,
        },
        rate: Some(Rate { burst: limit.burst.get(), period: limit.period }),
        streaming: match settings.streaming {
            settings::Streaming::Off => Streaming::Off,
            settings::Streaming::Edit => Streaming::Edit,
        },
        ..usual
    })
}

fn list(entries: &[String]) -> anyhow::Result<AllowList> {
    let entries = entries.iter().map(|entry| entry.parse());
    Ok(AllowList(entries.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use settings::{Environment, Source};

    use super::*;

    #[test]
    fn what_the_settings_say_of_telegram_reaches_the_channel() {
        let directory = std::env::temp_dir().join(format!("openclaw-tg-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("openclaw.json");
        let text = "{ channels: { telegram: { botToken: '42:AAH-very_secret-token', \
                    webhookSecret: '0123456789abcdef', webhookUrl: 'http://127.0.0.1:9', \
                    apiRoot: 'http://127.0.0.1:8', allowFrom: [7, '@Ann', '*'], \
                    groups: { requireMention: false, allowFrom: [-5] }, streaming: 'edit', \
                    rateLimit: { burst: 2, everySeconds: 9 } } } }";
        std::fs::write(&file, text).unwrap();
        let source = Source { file: Some(file), directory: directory.clone() };
        let settings = settings::load(&source, &Environment::default()).unwrap().settings;
        std::fs::remove_dir_all(&directory).unwrap();
        let options = options(&settings.channels.telegram.unwrap()).unwrap();
        assert_eq!((options.token.bot(), options.api_root.as_str()), (42, "http://127.0.0.1:8/"));
        let Mode::Webhook { secret, url } = &options.mode else { panic!("no webhook") };
        assert!(secret.is(b"0123456789abcdef"));
        assert_eq!(url.as_deref(), Some("http://127.0.0.1:9/webhooks/telegram"));
        assert_eq!((options.dm_policy, options.allow_from.0.len()), (DmPolicy::Allowlist, 3));
        assert!(options.allow_from.has_person(None, Some("ann")));
        assert_eq!(options.groups.answer, GroupAnswer::Everything);
        assert!(options.groups.allow_from.has_group(-5));
        assert_eq!(options.streaming, Streaming::Edit);
        let rate = options.rate.unwrap();
        assert_eq!((rate.burst, rate.period.as_secs()), (2, 9));
    }
}
