//! Web Chat: its routes, with each request's id, and the clock of its streams.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::Request;
use axum::{Router, middleware};
use channel_webchat::{Condition, Options, OwnPages, Parts, RequestId, WebChat, agreed_secret};
use conversation::Clock;
use http_api::{Description, Models, OllamaLink, Phase, StoreLink, Vitals};
use secrecy::SecretString;
use settings::{Bind, Settings, WebChatSettings};
use skills::SkillLibrary;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Beside, Stores};
use crate::storage::WholeStore;

/// The pause before the store is asked again for the secret.
const PAUSE: Duration = Duration::from_millis(500);

/// What the channel consists of.
pub(super) struct Chat {
    pub(super) routes: Router,
    pub(super) described: Description,
    pub(super) beside: Beside,
}

/// What the channel needs of the gateway besides its store.
pub(super) struct Around<'a> {
    pub(super) settings: &'a Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) vitals: Arc<Vitals>,
    pub(super) skills: Arc<SkillLibrary>,
}

/// Puts the channel together. If no secret is set, the replicas agree on one.
pub(super) async fn channel(
    settings: &WebChatSettings,
    Stores { inbox, store }: &Stores,
    around: Around<'_>,
) -> anyhow::Result<Chat> {
    let Around { settings: Settings { gateway, .. }, clock, vitals, skills } = around;
    let has_model = !around.settings.chain().is_empty();
    let secret = match &settings.session_secret {
        Some(secret) => secret.clone(),
        None => common_secret(store.as_ref()).await?,
    };
    let options = Options {
        allowed_origins: settings.allowed_origins.clone(),
        own_pages: match gateway.bind {
            Bind::Loopback => OwnPages::OfThisMachine,
            Bind::Lan => OwnPages::OfTheNameAsked,
        },
        accepted_secrets: settings.accepted_session_secrets.clone(),
        session: settings.session,
        identity_secret: settings.identity_secret.clone(),
        greeting: settings.greeting.clone(),
        trusted_proxies: gateway.trusted_proxies.clone(),
        ..Options::new(secret)
    };
    let parts = Parts {
        inbox: inbox.clone(),
        events: store.clone(),
        transcripts: store.clone(),
        handovers: store.clone(),
        accord: store.clone(),
        clock,
        condition: Arc::new(move || {
            // Skills come and go while the gateway runs.
            let has_words = has_model || !skills.snapshot().skills().is_empty();
            condition(&vitals, if has_words { Words::Some } else { Words::None })
        }),
    };
    let chat = WebChat::new(options, parts).context("channels.webchat")?;
    let routes = chat.router().layer(middleware::map_request(with_id));
    let described: Description = Arc::new(WebChat::description);
    let beside: Beside =
        Box::new(move |stop: CancellationToken| Box::pin(chat.keep_time(stop.cancelled_owned())));
    Ok(Chat { routes, described, beside })
}

/// The secret that the replicas agree on, as soon as their store can be asked.
async fn common_secret(store: &dyn WholeStore) -> anyhow::Result<SecretString> {
    loop {
        match agreed_secret(store).await {
            Ok(secret) => return Ok(secret),
            Err(error) if error.is_retryable() => {
                tracing::warn!(%error, retry_in = ?PAUSE, "Web Chat's session secret");
                sleep(PAUSE).await;
            }
            Err(error) => return Err(error).context("Web Chat's session secret"),
        }
    }
}

/// Tells the channel under which id the gateway knows the request.
async fn with_id(mut request: Request) -> Request {
    if let Some(id) = http_api::request_id(request.extensions()).map(Into::into) {
        request.extensions_mut().insert(RequestId(id));
    }
    request
}

/// Whether anything can be said to visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// By a model, or by the skills.
    Some,
    /// By none: with neither, all that visitors are told is that a person will follow up.
    None,
}

/// How this replica stands, as far as visitors are concerned.
fn condition(vitals: &Vitals, words: Words) -> Condition {
    match (vitals.phase(), vitals.store(), vitals.ollama(), vitals.models()) {
        (Phase::Draining, ..) => Condition::Ending,
        _ if words == Words::None => Condition::Degraded,
        (_, StoreLink::Disconnected, ..)
        | (_, _, OllamaLink::Disconnected, _)
        | (.., Models::Troubled) => Condition::Degraded,
        (
            Phase::Starting | Phase::Ready,
            StoreLink::Connected | StoreLink::Embedded,
            OllamaLink::Connected | OllamaLink::NotConfigured,
            Models::Well,
        ) => Condition::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_told_of_trouble_and_sent_elsewhere_before_the_end() {
        let vitals = Vitals::new("1", StoreLink::Connected, OllamaLink::NotConfigured);
        vitals.set_phase(Phase::Ready);
        assert_eq!(condition(&vitals, Words::Some), Condition::Ok);
        assert_eq!(condition(&vitals, Words::None), Condition::Degraded);
        vitals.set_models(Models::Troubled);
        assert_eq!(condition(&vitals, Words::Some), Condition::Degraded);
        vitals.set_models(Models::Well);
        vitals.set_store(StoreLink::Disconnected);
        assert_eq!(condition(&vitals, Words::Some), Condition::Degraded);
        vitals.set_phase(Phase::Draining);
        assert_eq!(condition(&vitals, Words::Some), Condition::Ending);
        assert_eq!(condition(&vitals, Words::None), Condition::Ending);
    }
}
