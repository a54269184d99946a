//! What a drill runs in: Redis, three gateways, two models, and nginx in front where wanted.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use support::nginx::{Nginx, NginxOptions};
use support::redis_server::RedisServer;

use crate::api::Api;
use crate::mishaps::Temper;
use crate::models::{Models, Pace};
use crate::providers::{Providers, Writers};
use crate::replica::{Build, Replica};
use crate::sayings::Length;
use crate::strikes::Strikes;
use crate::way_in::WayIn;

/// How many gateways there are.
pub const REPLICAS: usize = 3;

/// What stands before the gateways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// nginx, as it ships.
    Nginx,
    /// Nothing: clients take the gateways in turn.
    Nothing,
}

/// By which channels customers write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Over the API alone.
    Api,
    /// Over all there are, through providers whose mishaps come from this seed.
    All { seed: u64 },
    /// Over those that send, through providers of this temper.
    Senders { seed: u64, temper: Temper },
}

/// What kind of world it is.
#[derive(Clone, Debug)]
pub struct Plan {
    pub build: Build,
    /// What the gateways' environment has beside the usual.
    pub environment: Vec<(String, String)>,
    /// What is different from the configuration that ships in that of the Redis server.
    pub redis: &'static [&'static str],
    /// How long the models take.
    pub pace: Pace,
    pub front: Front,
    pub channels: Channels,
}

/// Redis as it ships.
pub const DURABLE: &[&str] = &[];
/// Nothing is on the disk.
pub const FORGETFUL: &[&str] = &["--appendonly", "no", "--save", ""];

impl Default for Plan {
    fn default() -> Self {
        Self {
            build: Build::Plain,
            environment: Vec::new(),
            redis: DURABLE,
            pace: Pace(Duration::from_millis(100), Duration::from_millis(600)),
            front: Front::Nothing,
            channels: Channels::Api,
        }
    }
}

/// A running world. It ends when dropped.
pub struct World {
    pub redis: RedisServer,
    pub replicas: Vec<Replica>,
    pub models: Arc<Models>,
    /// Where gateways send to, if customers write over more than the API.
    pub providers: Option<Providers>,
    /// The faults that kept gateways from writing down what they did.
    pub strikes: Arc<Strikes>,
    nginx: Option<Nginx>,
}

impl World {
    /// Starts everything and waits until it is ready.
    pub async fn start(plan: Plan) -> Self {
        let redis = tokio::task::block_in_place(|| RedisServer::start_shipped(plan.redis));
        let strikes = Arc::new(Strikes::default());
        let length = match plan.channels {
            Channels::Api => Length::Short,
            Channels::All { .. } | Channels::Senders { .. } => Length::SomeLong,
        };
        let models = Arc::new(Models::start(plan.pace, length));
        let writers = match plan.channels {
            Channels::Api => None,
            Channels::All { seed } => Some((Writers::All, (seed, Temper::Stormy))),
            Channels::Senders { seed, temper } => Some((Writers::OfSenders, (seed, temper))),
        };
        let providers = writers
            .map(|(writers, chance)| Providers::start(writers, chance, &strikes, &models.sayings));
        let mut replicas = Vec::new();
        for slot in 0..REPLICAS {
            let channels = providers.as_ref().map(|providers| providers.settings(slot));
            let settings = models.settings(slot, &channels.unwrap_or_default());
            let environment = plan.environment.clone();
            let replica = Replica::start(redis.port(), &settings, plan.build, environment).await;
            replicas.push(replica);
        }
        let nginx = match plan.front {
            Front::Nginx => {
                let ports: Vec<u16> = replicas.iter().map(|replica| replica.port).collect();
                let options = NginxOptions::unlimited(&ports);
                Some(tokio::task::block_in_place(|| Nginx::start(&options)))
            }
            Front::Nothing => None,
        };
        let world = Self { redis, replicas, models, providers, strikes, nginx };
        world.wait_until_ready().await;
        if world.providers.is_some() {
            let url = format!("http://127.0.0.1:{}", world.entrances()[0]);
            let telling = ["webhook", "set", "telegram", "--url", &url];
            tokio::task::block_in_place(|| world.replicas[0].run(&telling));
        }
        world
    }

    /// Waits until every gateway takes work.
    pub async fn wait_until_ready(&self) {
        for replica in &self.replicas {
            replica.wait_until_ready().await;
        }
    }

    /// How many requests nginx gave to a second replica, since the first one didn't answer them.
    pub fn passed_on(&self) -> usize {
        let lines = self.nginx.as_ref().map(Nginx::access_log).unwrap_or_default();
        let tried = |line: &Value| line["upstream"].as_str().is_some_and(|at| at.contains(','));
        lines.iter().filter(|line| tried(line)).count()
    }

    /// The API of this world.
    pub fn api(&self) -> Api {
        Api::new(self.entrances(), self.gateways())
    }

    /// All ways into this world.
    pub fn ways(&mut self) -> Arc<dyn WayIn> {
        let (api, entrances, gateways) = (self.api(), self.entrances(), self.gateways());
        match &mut self.providers {
            Some(providers) => providers.ways(api, &entrances, &gateways),
            None => Arc::new(api),
        }
    }

    /// Where customers come in: the proxy in front, or the gateways.
    fn entrances(&self) -> Vec<u16> {
        let in_front = self.nginx.as_ref().map(|nginx| vec![nginx.http_port()]);
        in_front.unwrap_or_else(|| self.gateways())
    }

    fn gateways(&self) -> Vec<u16> {
        self.replicas.iter().map(|replica| replica.port).collect()
    }
}
