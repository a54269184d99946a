//! A Redis, a fake model, and gateways that serve the chat: one by itself, or several behind nginx.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::fake_model::{Api, FakeModel};
use support::gateway_process::{GatewayOptions, GatewayProcess, get};
use support::nginx::{Nginx, NginxOptions};
use support::redis_server::RedisServer;

use crate::page::PATIENCE;

/// What a chat needs behind it.
pub(crate) struct World {
    pub(crate) redis: RedisServer,
    pub(crate) model: FakeModel,
    pub(crate) gateways: Vec<GatewayProcess>,
    nginx: Option<Nginx>,
}

impl World {
    /// One gateway, whose model answers `answer: ` and the question where no script says otherwise.
    pub(crate) fn start() -> Self {
        Self::start_with(json!({}))
    }

    /// One gateway with these settings of the channel.
    pub(crate) fn start_with(web_chat: Value) -> Self {
        let (redis, model) = (RedisServer::start(), model());
        let gateways = vec![GatewayProcess::start(&options(&model, &redis, web_chat))];
        Self { redis, model, gateways, nginx: None }
    }

    /// Three gateways behind nginx.
    pub(crate) fn behind_nginx() -> Self {
        let (redis, model) = (RedisServer::start(), model());
        let options = options(&model, &redis, json!({}));
        let mut gateways: Vec<_> = (0..3).map(|_| GatewayProcess::launch(&options)).collect();
        gateways.iter_mut().for_each(GatewayProcess::wait_until_ready);
        let ports: Vec<u16> = gateways.iter().map(GatewayProcess::port).collect();
        let nginx = Some(Nginx::start(&NginxOptions::shipped(&ports)));
        Self { redis, model, gateways, nginx }
    }

    /// The page that shows the chat.
    pub(crate) fn page(&self) -> String {
        match &self.nginx {
            Some(nginx) => format!("https://127.0.0.1:{}/", nginx.https_port()),
            None => self.gateways[0].url("/"),
        }
    }

    /// Which of the gateways is at work on the one turn there is.
    pub(crate) fn at_work(&self) -> usize {
        let owners: Vec<String> = (0..16)
            .map(|partition| format!("oc:{{p{partition:02}}}:ready"))
            .map(|stream| self.redis.cli(&["XPENDING", &stream, "gateways", "-", "+", "10"]))
            .flat_map(|pending| pending.lines().map(str::to_owned).collect::<Vec<_>>())
            .filter(|line| line.starts_with("gateway-"))
            .collect();
        let [owner] = owners.as_slice() else { panic!("one claim expected: {owners:?}") };
        let logs_its_name = |gateway: &GatewayProcess| gateway.log().contains(owner);
        self.gateways.iter().position(logs_its_name).expect("gateways log their names")
    }

    /// Which of the gateways streams to the one browser there is, if one does.
    pub(crate) fn streaming(&self) -> Option<usize> {
        let streams: Vec<usize> = self.gateways.iter().map(streams_of).collect();
        assert!(streams.iter().sum::<usize>() <= 1, "one stream at most expected: {streams:?}");
        streams.iter().position(|&open| open == 1)
    }

    /// Waits until the browser has its stream from another gateway than that one.
    pub(crate) async fn until_streamed_by_another(&self, dead: usize) {
        self.until_streaming(|gateway| gateway.is_some_and(|gateway| gateway != dead)).await;
    }

    /// Waits until no gateway streams to the browser.
    pub(crate) async fn until_nobody_streams(&self) {
        self.until_streaming(|gateway| gateway.is_none()).await;
    }

    async fn until_streaming(&self, fits: impl Fn(Option<usize>) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !fits(self.streaming()) {
            assert!(Instant::now() < end, "it is streamed by {:?}", self.streaming());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// How many streams a gateway keeps open; none if it is dead.
fn streams_of(gateway: &GatewayProcess) -> usize {
    let Some((_, figures)) = get(gateway.port(), "/metrics") else { return 0 };
    let open = figures.lines().find_map(|line| line.strip_prefix("openclaw_webchat_streams "));
    open.map_or(0, |open| open.trim().parse().expect("a number of streams"))
}

fn model() -> FakeModel {
    FakeModel::answering(|asked| format!("answer: {}", asked.question()))
}

fn options(model: &FakeModel, redis: &RedisServer, web_chat: Value) -> GatewayOptions {
    let settings = json!({
        "gateway": { "trustedProxies": ["127.0.0.1"] },
        "agents": { "defaults": { "model": { "primary": "fake/test" }, "offlineAnswer": false } },
        "models": { "providers": { "fake": {
            "api": "openai-completions", "baseUrl": model.base_url(Api::OpenAi), "apiKey": "test",
        } } },
        "channels": { "webchat": web_chat },
        "logging": { "level": "debug" },
    });
    GatewayOptions {
        settings: settings.to_string(),
        redis_url: Some(redis.url()),
        environment: Vec::new(),
    }
}
