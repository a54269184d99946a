//! The composition root: read from top to bottom, it is the list of parts.

use std::sync::Arc;

use anyhow::Context as _;
use conversation::SystemClock;
use conversation::ports::Knowledge;
use dialogue::Pool;
use http_api::{Api, ApiAuth, Limits, OllamaLink, StoreLink, Vitals};
use language_model::Chain;
use metrics_exporter_prometheus::PrometheusHandle;
use settings::Settings;
use skills::{OfflineAnswerer, SkillLibrary};
use tokio::net::TcpListener;

use crate::models;
use crate::observe;
use crate::storage::{self, Storage, StorageKind};
use crate::vital_signs::VitalSigns;

/// Everything that a running gateway consists of.
pub(crate) struct Gateway {
    pub(crate) listener: TcpListener,
    pub(crate) router: axum::Router,
    pub(crate) pool: Pool,
    pub(crate) skills: Option<Arc<SkillLibrary>>,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) vital_signs: VitalSigns,
    pub(crate) storage: StorageKind,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) banner: String,
    pub(crate) grace: std::time::Duration,
}

/// Puts the gateway together. Nothing is served yet, but the port is taken.
pub(crate) async fn compose(
    settings: &Settings,
    metrics: PrometheusHandle,
) -> anyhow::Result<Gateway> {
    let replica = format!("gateway-{:08x}", rand::random::<u32>());
    let clock = Arc::new(SystemClock);

    let (library, _logged) = SkillLibrary::load(skills_options(settings));
    let offline = Arc::new(OfflineAnswerer::new(Arc::clone(&library)));
    let chain: Arc<Chain> = Arc::new(models::chain(settings, offline)?);
    let ollama = models::ollama_probe(settings)?;

    let address = settings.gateway.address();
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "port {} of {} can't be opened; set another by gateway.port or OPENCLAW_GATEWAY_PORT",
            address.port(),
            address.ip()
        )
    })?;

    let Storage { store, kind } = storage::open(settings, &replica).await;

    let pool = Pool::new(
        dialogue::Parts {
            store: store.clone(),
            events: store.clone(),
            model: chain.clone(),
            knowledge: library.clone(),
            channels: Vec::new(),
            clock: clock.clone(),
        },
        dialogue_options(settings),
    );

    let store_link = match kind {
        StorageKind::Redis => StoreLink::Connected,
        StorageKind::Process => StoreLink::Embedded,
    };
    let ollama_link = match ollama {
        Some(_) => OllamaLink::Disconnected,
        None => OllamaLink::NotConfigured,
    };
    let vitals = Arc::new(Vitals::new(env!("CARGO_PKG_VERSION"), store_link, ollama_link));
    let router = http_api::router(Api {
        store: store.clone(),
        clock,
        auth: api_auth(&settings.gateway.api_auth),
        trusted_proxies: settings.gateway.trusted_proxies.clone(),
        limits: Limits::default(),
        vitals: Arc::clone(&vitals),
        metrics: observe::page(metrics.clone()),
        extra: axum::Router::new(),
    });
    let vital_signs = VitalSigns {
        replica,
        store,
        storage: kind,
        vitals: Arc::clone(&vitals),
        pool: pool.clone(),
        chain,
        ollama,
        knowledge: library.clone() as Arc<dyn Knowledge>,
    };
    Ok(Gateway {
        banner: crate::banner::text(settings, listener.local_addr()?),
        listener,
        router,
        pool,
        skills: settings.skills.watch.then_some(library),
        vitals,
        vital_signs,
        storage: kind,
        metrics,
        grace: settings.gateway.shutdown_grace,
    })
}

/// Where the skills are.
pub(crate) fn skills_options(settings: &Settings) -> skills::Options {
    skills::Options {
        directory: settings.skills.directory.clone(),
        extra_dirs: settings.skills.extra_directories.clone(),
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
