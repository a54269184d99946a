//! The composition root: read from top to bottom, it is the list of parts.

mod banner;
mod channels;
mod counted;
mod doors;
mod models;
mod operators;
mod telegram;
mod web_chat;
mod whatsapp;

use std::sync::Arc;

use conversation::ports::{Inbox, Knowledge, LanguageModel};
use conversation::{Clock, SystemClock};
use dialogue::Pool;
use futures::future::BoxFuture;
use http_api::{Api, ApiAuth, Limits, OllamaLink, StoreLink, Vitals};
use language_model::Chain;
use metrics_exporter_prometheus::PrometheusHandle;
use settings::{Settings, SkillsSettings};
use skills::{OfflineAnswerer, SkillLibrary};
use tokio_util::sync::CancellationToken;

use crate::check;
use crate::observe;
use crate::storage::{self, StorageKind, WholeStore};
use crate::vital_signs::VitalSigns;

use channels::Channels;
pub(crate) use channels::Refused;
use counted::Counted;
pub(crate) use doors::Doors;
pub(crate) use telegram::options as telegram_options;

/// What runs beside the turns until it is told to stop, and then ends soon.
pub(crate) type Beside = Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, ()> + Send>;

/// Everything that a running gateway consists of.
pub(crate) struct Gateway {
    pub(crate) doors: Doors,
    pub(crate) routes: http_api::Routes,
    pub(crate) pool: Pool,
    pub(crate) skills: Option<Arc<SkillLibrary>>,
    pub(crate) beside: Vec<Beside>,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) vital_signs: VitalSigns,
    pub(crate) storage: StorageKind,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) banner: String,
    pub(crate) grace: std::time::Duration,
}

/// The store as the channels have it.
struct Stores {
    /// Where messages come in, which counts them.
    inbox: Arc<dyn Inbox>,
    /// All else.
    store: Arc<dyn WholeStore>,
}

/// Puts the gateway together. From the moment the port is bound, callers are told that it starts;
/// how long that takes is up to the store.
pub(crate) async fn compose(
    settings: &Settings,
    metrics: PrometheusHandle,
) -> anyhow::Result<Gateway> {
    let replica = format!("gateway-{:08x}", rand::random::<u32>());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);

    let (library, _logged) = SkillLibrary::load(skills_options(&settings.skills));
    for doubt in check::doubts(settings, library.snapshot().skills().len()) {
        tracing::warn!("{doubt}");
    }
    let offline = Arc::new(OfflineAnswerer::new(Arc::clone(&library)));
    let chain: Arc<Chain> = Arc::new(models::chain(settings, offline)?);
    let ollama = models::ollama_probe(settings)?;

    let kind = StorageKind::of(settings);
    let vitals = Arc::new(vitals(kind, ollama.is_some()));
    let grace = settings.gateway.shutdown_grace;
    // A store that refuses this gateway ends the start before a port is bound. One that is away
    // is waited for behind it.
    let opening = storage::open(settings, &replica).await?;
    let doors = Doors::open(settings.gateway.address(), Arc::clone(&vitals), grace).await?;
    let store = opening.complete().await?;
    let model: Arc<dyn LanguageModel> = chain.clone();
    #[cfg(feature = "fault-injection")]
    let (faults, store, model) = crate::faults::around(store, model)?;
    if kind == StorageKind::Redis {
        vitals.set_store(StoreLink::Connected);
    }

    let inbox: Arc<dyn Inbox> = Arc::new(Counted::new(store.clone(), Arc::clone(&vitals)));
    let stores = Stores { inbox, store: store.clone() };
    let mut channels = Channels::connect(&settings.channels, &stores, &clock, &replica)?;
    if let Some(chat) = &settings.channels.web_chat {
        let (clock, vitals) = (Arc::clone(&clock), Arc::clone(&vitals));
        let around = web_chat::Around { settings, clock, vitals, skills: Arc::clone(&library) };
        channels.embed(web_chat::channel(chat, &stores, around).await?);
    }
    let pool = Pool::new(
        dialogue::Parts {
            store: store.clone(),
            events: store.clone(),
            model,
            knowledge: library.clone(),
            channels: channels.senders,
            clock: clock.clone(),
        },
        dialogue_options(settings),
    );

    let routes = http_api::router(Api {
        store: store.clone(),
        handovers: store.clone(),
        transcripts: store.clone(),
        channels: operators::channels(),
        clock,
        auth: api_auth(&settings.gateway.api_auth),
        trusted_proxies: settings.gateway.trusted_proxies.clone(),
        limits: Limits::default(),
        vitals: Arc::clone(&vitals),
        metrics: observe::page(metrics.clone()),
        extra: channels.routes,
        described: channels.described,
    });
    #[cfg(feature = "fault-injection")]
    let routes = routes.map_router(|router| faults.around_routes(router));
    let vital_signs = VitalSigns {
        replica,
        store,
        storage: kind,
        vitals: Arc::clone(&vitals),
        pool: pool.clone(),
        chain,
        ollama,
        knowledge: library.clone() as Arc<dyn Knowledge>,
        refused: channels.refused,
    };
    Ok(Gateway {
        banner: banner::text(settings, doors.address),
        doors,
        routes,
        pool,
        skills: settings.skills.watch.then_some(library),
        beside: channels.beside,
        vitals,
        vital_signs,
        storage: kind,
        metrics,
        grace,
    })
}

/// The state to start from: what can be away is, until it has answered.
fn vitals(kind: StorageKind, asks_ollama: bool) -> Vitals {
    let store = match kind {
        StorageKind::Redis => StoreLink::Disconnected,
        StorageKind::Process => StoreLink::Embedded,
    };
    let ollama = if asks_ollama { OllamaLink::Disconnected } else { OllamaLink::NotConfigured };
    Vitals::new(env!("CARGO_PKG_VERSION"), store, ollama)
}

/// Where the skills are.
pub(crate) fn skills_options(settings: &SkillsSettings) -> skills::Options {
    skills::Options {
        directory: settings.directory.clone(),
        extra_dirs: settings.extra_directories.clone(),
    }
}

fn dialogue_options(settings: &Settings) -> dialogue::Options {
    let usual = dialogue::Options::default();
    dialogue::Options {
        system_prompt: settings.agents.system_prompt.clone().unwrap_or(usual.system_prompt),
        max_concurrent: settings.agents.max_concurrent,
        collect: settings.collect_cap,
        turn_timeout: settings.agents.turn_timeout,
        ..dialogue::Options::default()
    }
}

fn api_auth(auth: &settings::ApiAuth) -> ApiAuth {
    match auth {
        settings::ApiAuth::Open => ApiAuth::Open,
        settings::ApiAuth::Token(token) => ApiAuth::Token(token.clone()),
        settings::ApiAuth::Locked => ApiAuth::Locked,
    }
}
