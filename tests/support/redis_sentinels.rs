//! A real Redis with Sentinel: a master, two replicas, and three Sentinels that watch them.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::ports::free_port;
use crate::redis_server::RedisServer;

/// How long each step may take. A Sentinel that was held up, as on a busy machine, does nothing for
/// half a minute.
const PATIENCE: Duration = Duration::from_secs(120);

/// The password of the servers.
pub const PASSWORD: &str = "of-the-servers";
/// The password of the Sentinels.
pub const SENTINEL_PASSWORD: &str = "of-the-sentinels";
/// What the Sentinels call the master.
pub const MASTER: &str = "mymaster";

/// All six. They end, and their data with them, when dropped.
pub struct RedisSentinels {
    // Dropped first, so that they see no failover in it.
    sentinels: Vec<Sentinel>,
    servers: Vec<RedisServer>,
}

impl RedisSentinels {
    /// Starts them, and waits until they know each other. Every server has these options.
    ///
    /// # Panics
    /// If a server is not installed, or they don't find each other within two minutes.
    #[must_use]
    pub fn start(options: &[&str]) -> Self {
        let common = ["--requirepass", PASSWORD, "--masterauth", PASSWORD];
        let quick = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
        let options = [&common[..], &quick[..], options].concat();
        let master = RedisServer::start_with(&options);
        let port = master.port().to_string();
        let follow = [&options[..], &["--replicaof", "127.0.0.1", &port]].concat();
        let replicas = [RedisServer::start_with(&follow), RedisServer::start_with(&follow)];
        let servers: Vec<RedisServer> = [master].into_iter().chain(replicas).collect();
        let sentinels = (0..3).map(|_| Sentinel::start(&servers[0])).collect();
        let all = Self { sentinels, servers };
        all.wait_until_complete();
        all
    }

    /// The address, as `REDIS_URL` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        let hosts: Vec<String> =
            self.sentinels.iter().map(|sentinel| format!("127.0.0.1:{}", sentinel.port)).collect();
        format!("redis-sentinel://:{PASSWORD}@{}/{MASTER}", hosts.join(","))
    }

    /// The port of the master, as most Sentinels know it.
    #[must_use]
    pub fn master(&self) -> Option<u16> {
        let said: Vec<_> = self.sentinels.iter().filter_map(Sentinel::master).collect();
        let votes = |port: &u16| said.iter().filter(|other| *other == port).count();
        said.iter().copied().find(|port| votes(port) > 1)
    }

    /// Makes the Sentinels replace the master, which lives on as a replica.
    ///
    /// # Panics
    /// If they don't within two minutes.
    pub fn depose(&self, master: u16) {
        let mut asked: Option<Instant> = None;
        wait("the master is deposed", || {
            // A failover that comes to nothing is not tried again by itself.
            if asked.is_none_or(|asked| asked.elapsed() > Duration::from_secs(15)) {
                self.sentinels[0].cli(&["SENTINEL", "FAILOVER", MASTER]);
                asked = Some(Instant::now());
            }
            self.master().is_some_and(|port| port != master)
        });
        self.wait_for_another(master);
    }

    /// The server on this port.
    ///
    /// # Panics
    /// If there is none.
    pub fn server(&mut self, port: u16) -> &mut RedisServer {
        self.servers.iter_mut().find(|server| server.port() == port).expect("a server")
    }

    /// Waits until the Sentinels name another master than this one, and it takes writes.
    ///
    /// # Panics
    /// If they don't within two minutes.
    pub fn wait_for_another(&self, than: u16) -> u16 {
        let mut found = None;
        wait("another master", || {
            let named = self.master().filter(|&port| port != than);
            found = named.filter(|&port| {
                let server = self.servers.iter().find(|server| server.port() == port);
                server.is_some_and(|server| server.cli(&["ROLE"]).starts_with("master"))
            });
            found.is_some()
        });
        found.expect("another master")
    }

    /// Waits until the master has two replicas, and every Sentinel knows all the others.
    ///
    /// # Panics
    /// If it takes more than two minutes.
    pub fn wait_until_complete(&self) {
        wait("all of them know each other", || {
            let replication = self.master().and_then(|port| {
                let master = self.servers.iter().find(|server| server.port() == port)?;
                Some(master.cli(&["INFO", "replication"]))
            });
            let online = replication.map_or(0, |info| info.matches("state=online").count());
            let is_known = |sentinel: &Sentinel| {
                let facts = sentinel.cli(&["SENTINEL", "MASTER", MASTER]);
                let mut words = facts.lines();
                let mut fact = |name: &str| {
                    words.find(|word| *word == name)?;
                    words.next()?.parse::<u32>().ok()
                };
                (fact("num-slaves"), fact("num-other-sentinels")) == (Some(2), Some(2))
            };
            online == 2 && self.sentinels.iter().all(is_known)
        });
    }
}

/// One Sentinel.
struct Sentinel {
    port: u16,
    directory: std::path::PathBuf,
    process: Child,
}

impl Sentinel {
    fn start(master: &RedisServer) -> Self {
        let port = free_port();
        let name = format!("openclaw-sentinel-{}-{port}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory).expect("a directory for a Sentinel");
        let file = directory.join("sentinel.conf");
        let settings = format!(
            "port {port}\nbind 127.0.0.1\ndir {}\n\
             sentinel monitor {MASTER} 127.0.0.1 {} 2\n\
             sentinel auth-pass {MASTER} {PASSWORD}\n\
             sentinel down-after-milliseconds {MASTER} 1000\n\
             sentinel failover-timeout {MASTER} 4000\n\
             requirepass {SENTINEL_PASSWORD}\n\
             sentinel sentinel-pass {SENTINEL_PASSWORD}\n",
            directory.display(),
            master.port(),
        );
        std::fs::write(&file, settings).expect("a Sentinel's settings");
        let process = Command::new("redis-server")
            .arg(&file)
            .arg("--sentinel")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server; `cargo xtask test` installs it");
        Self { port, directory, process }
    }

    fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(arguments)
            .env("REDISCLI_AUTH", SENTINEL_PASSWORD)
            .output()
            .expect("redis-cli; `cargo xtask test` installs it");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn master(&self) -> Option<u16> {
        let address = self.cli(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER]);
        address.lines().nth(1)?.parse().ok()
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn wait(for_what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{for_what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
