//! A real `redis-server` of the test's own, on a free port, with a data directory of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::gateway_process::workspace_root;
use crate::ports::free_port;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A running Redis with the append-only file on. It ends, and its data with it, when dropped.
pub struct RedisServer {
    port: u16,
    directory: PathBuf,
    /// The file that it is started with; without one it makes no snapshots.
    configuration: Option<PathBuf>,
    options: Vec<String>,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    /// If `redis-server` is not installed or doesn't answer within ten seconds.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// Starts a server with these options instead of the usual ones.
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_with(options: &[&str]) -> Self {
        let mut server = Self::reserve_with(options);
        server.start_again();
        server
    }

    /// A server that has an address, and runs from [`Self::start_again`] on.
    ///
    /// # Panics
    /// If there is no place for its data.
    #[must_use]
    pub fn reserve() -> Self {
        Self::reserve_with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// Starts a server with the configuration that ships, but for its address, where its data lies,
    /// and these options.
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_shipped(options: &[&str]) -> Self {
        let mut server = Self::reserve_with(options);
        server.configuration = Some(workspace_root().join("redis/redis.conf"));
        server.start_again();
        server
    }

    fn reserve_with(options: &[&str]) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory =
            std::env::temp_dir().join(format!("openclaw-redis-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory for Redis");
        let options = options.iter().map(|&option| option.to_owned()).collect();
        Self { port: free_port(), directory, configuration: None, options, process: None }
    }

    /// The address, as `REDIS_URL` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process's id, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Kills the server as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts a killed server again on its old port with its old data, and waits until it answers.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_again(&mut self) {
        self.kill();
        let mut command = Command::new("redis-server");
        match &self.configuration {
            Some(file) => command.arg(file),
            None => command.args(["--save", ""]),
        };
        let process = command
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--dir", &self.directory.to_string_lossy()])
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server; `cargo xtask test` installs it");
        self.process = Some(process);
        let patience = Instant::now() + Duration::from_secs(10);
        while !self.answers() {
            assert!(Instant::now() < patience, "redis-server did not answer within 10 s");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Runs one command by `redis-cli` and returns what it prints.
    ///
    /// # Panics
    /// If `redis-cli` is not installed.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(arguments)
            .env("REDISCLI_AUTH", self.password().unwrap_or_default())
            .output()
            .expect("redis-cli; `cargo xtask test` installs it");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The password that it was started with.
    fn password(&self) -> Option<&str> {
        let option = self.options.iter().position(|option| option == "--requirepass")?;
        self.options.get(option + 1).map(String::as_str)
    }

    fn answers(&self) -> bool {
        use std::io::{Read, Write};
        let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let mut answer = [0; 5];
        stream.set_read_timeout(Some(Duration::from_secs(1))).is_ok()
            && stream.write_all(b"PING\r\n").is_ok()
            && stream.read_exact(&mut answer).is_ok()
            // Before it has loaded its data it says so; without the password it says this.
            && (&answer == b"+PONG" || &answer == b"-NOAU")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
