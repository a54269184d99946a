//! Where the figures come from: Redis, or a gateway that is asked over HTTP.

use std::time::Duration;

use conversation::{Clock as _, SystemClock};
use http_api::{Figures, Status, StoreKind};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret as _, SecretString};
use settings::{ApiAuth, Loaded, Problems, Settings};
use store_redis::Onlooker;
use tokio::sync::OnceCell;

use crate::asking::{self, Answer};
use crate::storage;

/// Where a gateway tells its status.
pub(super) const PATH: &str = "/status";
/// How long a gateway has to answer; it asks Redis in turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// What says how Redis is reached, of the settings and the environment.
const OF_REDIS: [&str; 2] = ["store", "REDIS_URL"];
/// What says how a gateway is.
const OF_A_GATEWAY: [&str; 3] = ["gateway", "OPENCLAW_GATEWAY_PORT", "OPENCLAW_GATEWAY_TOKEN"];

/// The settings, if nothing is wrong with what looking needs of them. An operator's shell often
/// lacks the keys and tokens that the gateways have.
pub(super) fn needed<'a>(
    read: &'a Result<Loaded, Problems>,
    endpoint: Option<&Url>,
) -> Result<&'a Settings, &'a Problems> {
    let problems = match read {
        Ok(loaded) => return Ok(&loaded.settings),
        Err(problems) => problems,
    };
    let for_gateway = || problems.settings_for(&OF_A_GATEWAY);
    let found = match endpoint {
        Some(_) => for_gateway(),
        None => match problems.settings_for(&OF_REDIS) {
            Some(settings) if settings.redis_url.is_none() => for_gateway(),
            found => found,
        },
    };
    found.ok_or(problems)
}

/// Where to look.
pub(super) enum Place {
    Redis { options: Box<store_redis::Options>, onlooker: OnceCell<Onlooker> },
    Gateway { client: Client, url: Url, token: Option<SecretString>, chosen: Chosen },
}

/// Why a gateway is asked.
#[derive(Clone, Copy)]
pub(super) enum Chosen {
    /// It was named.
    Named,
    /// There is no Redis in the settings.
    ForLackOfRedis,
}

impl Place {
    /// The gateway that was named, or else the Redis of the settings, or else the gateway on this
    /// machine.
    pub(super) fn of(settings: &Settings, endpoint: Option<Url>) -> Result<Self, String> {
        match (endpoint, storage::redis_options(settings)) {
            (Some(url), _) => Self::gateway(settings, url, Chosen::Named),
            (None, Some(options)) => {
                Ok(Self::Redis { options: Box::new(options), onlooker: OnceCell::new() })
            }
            (None, None) => {
                let own = format!("http://127.0.0.1:{}", settings.gateway.port);
                Self::gateway(settings, asking::endpoint(&own, PATH)?, Chosen::ForLackOfRedis)
            }
        }
    }

    fn gateway(settings: &Settings, url: Url, chosen: Chosen) -> Result<Self, String> {
        let client = asking::client(&url, PATIENCE).map_err(|error| format!("{error:#}"))?;
        let token = match &settings.gateway.api_auth {
            ApiAuth::Token(token) => Some(token.clone()),
            ApiAuth::Open | ApiAuth::Locked => None,
        };
        Ok(Self::Gateway { client, url, token, chosen })
    }

    /// Looks once.
    pub(super) async fn look(&self) -> Result<Status, String> {
        match self {
            Self::Redis { options, onlooker } => Box::pin(look_at_redis(options, onlooker)).await,
            Self::Gateway { client, url, token, chosen } => {
                let mut request = client.get(url.clone());
                if let Some(token) = token {
                    request = request.bearer_auth(token.expose_secret());
                }
                let answered = asking::ask(request).await;
                let answer = answered.map_err(|why| explained(url, &why, *chosen))?;
                read(url, &answer)
            }
        }
    }
}

async fn look_at_redis(
    options: &store_redis::Options,
    onlooker: &OnceCell<Onlooker>,
) -> Result<Status, String> {
    // An installation that no gateway has used yet may be used by the next look.
    let connected = onlooker.get_or_try_init(|| async {
        match Onlooker::connect(options.clone()).await {
            Ok(Some(onlooker)) => Ok(onlooker),
            Ok(None) => Err("no gateway has used this Redis yet; start one with the same \
                             REDIS_URL"
                .to_owned()),
            Err(error) => Err(error.to_string()),
        }
    });
    let onlooker = connected.await?;
    let figures = tokio::try_join!(onlooker.replicas(), onlooker.queue(), onlooker.holds());
    let (replicas, queue, store) = figures.map_err(|error| error.to_string())?;
    let figures = Figures { at: SystemClock.now(), kind: StoreKind::Redis, replicas, queue, store };
    Ok(Status::new(&figures))
}

fn explained(url: &Url, why: &str, chosen: Chosen) -> String {
    let place = asking::shown(url);
    match chosen {
        Chosen::Named => format!("{place}: {why}"),
        Chosen::ForLackOfRedis => format!(
            "no Redis is configured, so the gateway on this machine was asked, at {place}: {why}. \
             Set REDIS_URL to what the gateways use, or name a gateway by --endpoint"
        ),
    }
}

fn read(url: &Url, answer: &Answer) -> Result<Status, String> {
    let place = asking::shown(url);
    match answer.status {
        200 => serde_json::from_str(&answer.body)
            .map_err(|_| format!("{place} answered something else than a status")),
        401 => Err(format!(
            "{place} asks for the API's token: set OPENCLAW_GATEWAY_TOKEN to the gateway's"
        )),
        status => Err(format!("{place} answered {status}{}", sentence(&answer.body))),
    }
}

/// What a gateway says of its own refusal.
fn sentence(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let message = body.pointer("/error/message").and_then(serde_json::Value::as_str);
    message.map(|message| format!(": {message}")).unwrap_or_default()
}
