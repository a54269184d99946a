//! What a drill runs in: Redis, three gateways, two models, and nginx in front where wanted.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use support::nginx::{Nginx, NginxOptions};
use support::redis_server::RedisServer;

use crate::api::Api;
use crate::models::{Models, Pace};
use crate::replica::{Build, Replica};

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
        }
    }
}

/// A running world. It ends when dropped.
pub struct World {
    pub redis: RedisServer,
    pub replicas: Vec<Replica>,
    pub models: Arc<Models>,
    nginx: Option<Nginx>,
}

impl World {
    /// Starts everything and waits until it is ready.
    pub async fn start(plan: Plan) -> Self {
        let redis = tokio::task::block_in_place(|| RedisServer::start_shipped(plan.redis));
        let models = Arc::new(Models::start(plan.pace));
        let mut replicas = Vec::new();
        for slot in 0..REPLICAS {
            let settings = models.settings(slot);
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
        let world = Self { redis, replicas, models, nginx };
        world.wait_until_ready().await;
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
        let gateways: Vec<u16> = self.replicas.iter().map(|replica| replica.port).collect();
        let entrances = self.nginx.as_ref().map(|nginx| vec![nginx.http_port()]);
        Api::new(entrances.unwrap_or_else(|| gateways.clone()), gateways)
    }
}
