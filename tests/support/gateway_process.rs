//! The real gateway as a process of the test's own, on a free port, with its settings in a
//! directory of its own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::ports::free_port;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// How to start a gateway.
#[derive(Clone, Default)]
pub struct GatewayOptions {
    /// The settings, as JSON5. The port comes from the environment.
    pub settings: String,
    /// The Redis server to use; none means the store in the process.
    pub redis_url: Option<String>,
    /// Further environment variables.
    pub environment: Vec<(String, String)>,
}

/// A running gateway. It is killed when dropped.
pub struct GatewayProcess {
    port: u16,
    directory: PathBuf,
    options: GatewayOptions,
    process: Child,
    begun: Instant,
    ready_after: Duration,
}

impl GatewayProcess {
    /// Starts a gateway and waits until it is ready.
    ///
    /// # Panics
    /// If it isn't ready within twenty seconds; the message holds what it printed.
    #[must_use]
    pub fn start(options: &GatewayOptions) -> Self {
        let mut gateway = Self::launch(options);
        gateway.wait_until_ready();
        gateway
    }

    /// Starts a gateway that won't be ready yet.
    ///
    /// # Panics
    /// If the process can't be started.
    #[must_use]
    pub fn launch(options: &GatewayOptions) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory =
            std::env::temp_dir().join(format!("openclaw-gateway-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory for the gateway");
        let port = free_port();
        let settings = if options.settings.is_empty() { "{}" } else { &options.settings };
        std::fs::write(directory.join("openclaw.json"), settings).expect("the settings file");
        let begun = Instant::now();
        let process = spawn(&directory, options, port);
        let (options, ready_after) = (options.clone(), Duration::ZERO);
        Self { port, directory, options, process, begun, ready_after }
    }

    /// Starts it again after it has ended, on its old port with its old settings, and waits until it
    /// is ready.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_again(&mut self) {
        self.kill();
        self.begun = Instant::now();
        self.process = spawn(&self.directory, &self.options, self.port);
        self.wait_until_ready();
    }

    /// Waits until it is ready.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn wait_until_ready(&mut self) {
        let patience = Instant::now() + Duration::from_secs(20);
        while get(self.port, "/readyz").is_none_or(|(status, _)| status != 200) {
            let ended = self.process.try_wait().ok().flatten();
            assert!(
                ended.is_none() && Instant::now() < patience,
                "the gateway is not ready ({ended:?}); it printed:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        self.ready_after = self.begun.elapsed();
    }

    /// The port it serves on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process's id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// How long it took from its start until it was ready.
    #[must_use]
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// An address on it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// All that it printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    /// Sends it a signal by name, such as `TERM`, `STOP` or `CONT`.
    ///
    /// # Panics
    /// If `kill` can't be run.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.pid().to_string()])
            .status()
            .expect("kill can be run");
        assert!(sent.success(), "kill -{name} failed");
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// If it hasn't within sixty seconds.
    pub fn wait(&mut self) -> ExitStatus {
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.process.try_wait().expect("the process can be asked") {
                return status;
            }
            assert!(Instant::now() < patience, "the gateway did not end:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("the gateway on port {} printed:\n{}", self.port, self.log());
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Runs the gateway's binary with `arguments` to its end, in an environment of its own.
///
/// # Panics
/// If it can't be started.
#[must_use]
pub fn run_gateway(
    arguments: &[&str],
    directory: &Path,
    environment: &[(&str, &str)],
) -> std::process::Output {
    gateway_command(arguments, directory, environment)
        .output()
        .expect("the gateway's binary can be started")
}

/// The same, for a test that has its own ideas of where the output goes.
#[must_use]
pub fn gateway_command(
    arguments: &[&str],
    directory: &Path,
    environment: &[(&str, &str)],
) -> Command {
    let mut command = Command::new(gateway_binary());
    command.args(arguments).current_dir(directory).env_clear();
    command.envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

/// Starts the process. What it prints is added to the log.
fn spawn(directory: &Path, options: &GatewayOptions, port: u16) -> Child {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(directory.join("log"))
        .expect("a log file");
    command(directory, options)
        .env("OPENCLAW_GATEWAY_PORT", port.to_string())
        .stdout(log.try_clone().expect("a second handle on the log"))
        .stderr(log)
        .spawn()
        .expect("the gateway's binary can be started")
}

fn command(directory: &Path, options: &GatewayOptions) -> Command {
    let mut command = Command::new(gateway_binary());
    command
        .current_dir(workspace_root())
        .env_clear()
        .env("OPENCLAW_CONFIG_PATH", directory.join("openclaw.json"))
        .stdin(Stdio::null());
    if let Some(url) = &options.redis_url {
        command.env("REDIS_URL", url);
    }
    command.envs(options.environment.iter().map(|(name, value)| (name, value)));
    command
}

/// The gateway's binary: the one that `cargo xtask` names, or one that is built now.
///
/// # Panics
/// If it can't be built.
pub fn gateway_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(named) = std::env::var_os("OPENCLAW_GATEWAY_BINARY") {
            return PathBuf::from(named);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "gateway"])
            .current_dir(workspace_root())
            .status()
            .expect("cargo can be run");
        assert!(built.success(), "the gateway can't be built");
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| workspace_root().join("target"), PathBuf::from);
        target.join("debug/openclaw-gateway")
    })
}

/// The gateway with faults built in: the one that `cargo xtask` names, or one that is built now.
///
/// # Panics
/// If it can't be built.
pub fn faulty_gateway_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(named) = std::env::var_os("OPENCLAW_FAULTY_GATEWAY_BINARY") {
            return PathBuf::from(named);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // A directory of its own, so that nothing else takes this build for the plain one.
        let target = workspace_root().join("target/faulty");
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "gateway", "--features", "fault-injection"])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(workspace_root())
            .status()
            .expect("cargo can be run");
        assert!(built.success(), "the gateway with faults can't be built");
        target.join("debug/openclaw-gateway")
    })
}

/// The workspace's root folder.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A blocking GET on the loopback address: the status and the body, if an answer came.
#[must_use]
pub fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.get(9..12)?.parse().ok()?, body.to_owned()))
}
