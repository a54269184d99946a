//! A real Redis Cluster of three masters.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::ports::free_port;
use crate::redis_server::RedisServer;

/// How long the nodes may take to agree.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three masters that share the slots. They end, and their data with them, when dropped.
pub struct RedisCluster {
    nodes: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts them, and waits until they work together. Every node has these options.
    ///
    /// # Panics
    /// If a server is not installed, or they don't agree within a minute.
    #[must_use]
    pub fn start(options: &[&str]) -> Self {
        let start = |_| {
            let bus = free_port().to_string();
            let own = ["--cluster-enabled", "yes", "--cluster-port", &bus];
            RedisServer::start_with(&[&own[..], options].concat())
        };
        let cluster = Self { nodes: (0..3).map(start).collect() };
        let hosts = cluster.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port()));
        let created = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(hosts)
            .args(["--cluster-replicas", "0", "--cluster-yes"])
            .output()
            .expect("redis-cli; `cargo xtask test` installs it");
        let said = String::from_utf8_lossy(&created.stdout);
        assert!(created.status.success(), "the cluster was not created: {said}");
        cluster.wait_until("they agree", |node| {
            let info = node.cli(&["CLUSTER", "INFO"]);
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        });
        cluster
    }

    /// The address, as `REDIS_URL` takes it. One node is not named, and has to be found.
    #[must_use]
    pub fn url(&self) -> String {
        let hosts: Vec<String> =
            self.nodes.iter().skip(1).map(|node| format!("127.0.0.1:{}", node.port())).collect();
        format!("redis-cluster://{}", hosts.join(","))
    }

    /// The nodes.
    pub fn nodes(&mut self) -> &mut [RedisServer] {
        &mut self.nodes
    }

    /// Runs one command on every node and returns what each prints.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> Vec<String> {
        self.nodes.iter().map(|node| node.cli(arguments)).collect()
    }

    /// Moves the slot of a key to the next node, with all that is in it, as an operator does.
    ///
    /// # Panics
    /// If a node refuses.
    pub fn move_slot_of(&self, key: &str) {
        let slot = self.nodes[0].cli(&["CLUSTER", "KEYSLOT", key]);
        let holds = |node: &&RedisServer| {
            let (id, slots) = (id_of(node), node.cli(&["CLUSTER", "NODES"]));
            let own = slots.lines().find(|line| line.starts_with(&id)).unwrap_or("").to_owned();
            let slot: u32 = slot.parse().expect("a slot");
            own.split(' ').skip(8).any(|range| {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                matches!((first.parse::<u32>(), last.parse::<u32>()),
                    (Ok(first), Ok(last)) if (first..=last).contains(&slot))
            })
        };
        let from = self.nodes.iter().position(|node| holds(&node)).expect("an owner of the slot");
        let to = &self.nodes[(from + 1) % self.nodes.len()];
        let from = &self.nodes[from];
        let set = |node: &RedisServer, arguments: &[&str]| {
            let all = [&["CLUSTER", "SETSLOT", &slot], arguments].concat();
            assert_eq!(node.cli(&all), "OK", "{arguments:?}");
        };
        set(to, &["IMPORTING", &id_of(from)]);
        set(from, &["MIGRATING", &id_of(to)]);
        loop {
            let keys = from.cli(&["CLUSTER", "GETKEYSINSLOT", &slot, "100"]);
            let keys: Vec<&str> = keys.lines().filter(|key| !key.is_empty()).collect();
            if keys.is_empty() {
                break;
            }
            let port = to.port().to_string();
            let migrate = ["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
            assert_eq!(from.cli(&[&migrate[..], &keys].concat()), "OK");
        }
        // The new owner first, so that no moment is without one.
        for node in [to, from].into_iter().chain(&self.nodes) {
            set(node, &["NODE", &id_of(to)]);
        }
    }

    fn wait_until(&self, what: &str, is_so: impl Fn(&RedisServer) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !self.nodes.iter().all(&is_so) {
            assert!(Instant::now() < until, "{what}: not within {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn id_of(node: &RedisServer) -> String {
    node.cli(&["CLUSTER", "MYID"])
}
