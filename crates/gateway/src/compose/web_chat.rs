//! Web Chat: its routes, with each request's id, and the clock of its streams.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::Request;
use axum::{Router, middleware};
use channel_webchat::{Condition, Options, Parts, RequestId, WebChat, agreed_secret};
use conversation::Clock;
use http_api::{Models, OllamaLink, Phase, StoreLink, Vitals};
use ipnet::IpNet;
use secrecy::SecretString;
use settings::WebChatSettings;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Beside;
use crate::storage::WholeStore;

/// The pause before the store is asked again for the secret.
const PAUSE: Duration = Duration::from_millis(500);

/// What the channel consists of.
pub(super) struct Chat {
    pub(super) routes: Router,
    pub(super) beside: Beside,
}

/// Puts the channel together. If no secret is set, the replicas agree on one.
pub(super) async fn channel(
    settings: &WebChatSettings,
    store: &Arc<dyn WholeStore>,
    clock: Arc<dyn Clock>,
    vitals: Arc<Vitals>,
    trusted_proxies: Vec<IpNet>,
) -> anyhow::Result<Chat> {
    let secret = match &settings.session_secret {
        Some(secret) => secret.clone(),
        None => common_secret(store.as_ref()).await?,
    };
    let options = Options {
        allowed_origins: settings.allowed_origins.clone(),
        accepted_secrets: settings.accepted_session_secrets.clone(),
        session: settings.session,
        identity_secret: settings.identity_secret.clone(),
        greeting: settings.greeting.clone(),
        trusted_proxies,
        ..Options::new(secret)
    };
    let parts = Parts {
        inbox: store.clone(),
        events: store.clone(),
        transcripts: store.clone(),
        handovers: store.clone(),
        accord: store.clone(),
        clock,
        condition: Arc::new(move || condition(&vitals)),
    };
    let chat = WebChat::new(options, parts).context("channels.webchat")?;
    let routes = chat.router().layer(middleware::map_request(with_id));
    let beside: Beside =
        Box::new(move |stop: CancellationToken| Box::pin(chat.keep_time(stop.cancelled_owned())));
    Ok(Chat { routes, beside })
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

/// How this replica stands, as far as visitors are concerned.
fn condition(vitals: &Vitals) -> Condition {
    match (vitals.phase(), vitals.store(), vitals.ollama(), vitals.models()) {
        (Phase::Draining, ..) => Condition::Ending,
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
        assert_eq!(condition(&vitals), Condition::Ok);
        vitals.set_models(Models::Troubled);
        assert_eq!(condition(&vitals), Condition::Degraded);
        vitals.set_models(Models::Well);
        vitals.set_store(StoreLink::Disconnected);
        assert_eq!(condition(&vitals), Condition::Degraded);
        vitals.set_phase(Phase::Draining);
        assert_eq!(condition(&vitals), Condition::Ending);
    }
}
