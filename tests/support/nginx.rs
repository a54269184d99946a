//! A real nginx of the test's own, on free ports, with the configuration that ships: only where
//! it listens, whom it proxies to, and where it writes are changed.

use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gateway_process::{gateway_binary, workspace_root};
use crate::ports::free_port;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// How to start nginx.
#[derive(Clone, Default)]
pub struct NginxOptions {
    /// The replicas, as `host:port`.
    pub upstreams: Vec<String>,
    /// The variables of the environment that `nginx/start.sh` takes, such as `NGINX_API_RATE`.
    pub environment: Vec<(String, String)>,
    /// Whether connections to the replicas are kept.
    pub upstream: Upstream,
}

/// What becomes of a connection to a replica after its request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Upstream {
    /// It is kept for the next one, as it ships.
    #[default]
    Kept,
    /// It is closed: to see what keeping it is worth.
    Closed,
}

impl NginxOptions {
    /// Replicas on these ports of the loopback address, and the settings as they ship.
    #[must_use]
    pub fn shipped(ports: &[u16]) -> Self {
        let upstreams = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        Self { upstreams, ..Self::default() }
    }

    /// As it ships, but all is served without TLS too, and no one is slowed down: for loads that
    /// come from one address.
    #[must_use]
    pub fn unlimited(ports: &[u16]) -> Self {
        let mut options = Self::shipped(ports).with("NGINX_PLAIN_HTTP", "all");
        for zone in ["API", "CHAT", "WEBHOOK"] {
            options = options
                .with(&format!("NGINX_{zone}_RATE"), "1000000r/s")
                .with(&format!("NGINX_{zone}_BURST"), "1000000");
        }
        options
    }

    /// Sets one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A running nginx. It ends, and all it wrote with it, when dropped.
pub struct Nginx {
    http_port: u16,
    https_port: u16,
    directory: PathBuf,
    process: Child,
}

impl Nginx {
    /// Starts nginx and waits until it answers.
    ///
    /// # Panics
    /// If it doesn't within ten seconds; the message holds what it printed.
    #[must_use]
    pub fn start(options: &NginxOptions) -> Self {
        let (http_port, https_port) = (free_port(), free_port());
        let directory = prepare(options, http_port, https_port);
        let printed = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(directory.join("printed"))
            .expect("a log file");
        let process = starter(options, &directory)
            .stdout(printed.try_clone().expect("a second handle on the log"))
            .stderr(printed)
            .spawn()
            .expect("sh can be run");
        let mut nginx = Self { http_port, https_port, directory, process };
        let patience = Instant::now() + Duration::from_secs(10);
        // It opens one port after the other.
        let ports = [nginx.http_port, nginx.https_port];
        while ports.iter().any(|&port| TcpStream::connect(("127.0.0.1", port)).is_err()) {
            let ended = nginx.process.try_wait().ok().flatten();
            assert!(
                ended.is_none() && Instant::now() < patience,
                "nginx does not answer ({ended:?}); it printed:\n{}",
                nginx.printed()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        nginx
    }

    /// The port that is 80 in the configuration.
    #[must_use]
    pub fn http_port(&self) -> u16 {
        self.http_port
    }

    /// The port that is 443 in the configuration.
    #[must_use]
    pub fn https_port(&self) -> u16 {
        self.https_port
    }

    /// The id of nginx's master process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The certificate that it shows, as PEM. It is its own authority.
    ///
    /// # Panics
    /// If it can't be read.
    #[must_use]
    pub fn certificate(&self) -> String {
        std::fs::read_to_string(self.directory.join("tls.crt")).expect("the certificate")
    }

    /// The access log so far, line by line. nginx writes a line when the answer is out, so that
    /// it may come a moment after the client has the answer.
    ///
    /// # Panics
    /// If a line is no JSON.
    #[must_use]
    pub fn access_log(&self) -> Vec<Value> {
        let text = self.access_log_text();
        // The last line may be half written.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))
            })
            .collect()
    }

    /// The access log so far, as it was written.
    #[must_use]
    pub fn access_log_text(&self) -> String {
        std::fs::read_to_string(self.directory.join("access.log")).unwrap_or_default()
    }

    /// What it printed, and its error log.
    #[must_use]
    pub fn printed(&self) -> String {
        let read = |name| std::fs::read_to_string(self.directory.join(name)).unwrap_or_default();
        read("printed") + &read("error.log")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // A master that is killed at once would leave its workers behind.
        let _ = Command::new("kill").arg(self.pid().to_string()).status();
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > patience {
                // It leads a group of its own, in which its workers are.
                let group = format!("-{}", self.pid());
                let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
                let _ = self.process.wait();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        if std::thread::panicking() {
            eprintln!("nginx on port {} printed:\n{}", self.http_port, self.printed());
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// What `nginx -t` says of the configuration with these options.
///
/// # Panics
/// If it can't be run.
#[must_use]
pub fn check_configuration(options: &NginxOptions) -> Output {
    let directory = prepare(options, free_port(), free_port());
    let output = starter(options, &directory).env("NGINX_CHECK", "on").output();
    let _ = std::fs::remove_dir_all(&directory);
    output.expect("sh can be run")
}

/// `nginx/start.sh`, which becomes nginx.
fn starter(options: &NginxOptions, directory: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .arg(workspace_root().join("nginx/start.sh"))
        .current_dir(directory)
        .env("NGINX_BINARY", nginx_binary())
        .env("NGINX_CONF", directory.join("shipped.conf"))
        .env("NGINX_RENDERED", directory.join("nginx.conf"))
        .envs(options.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .process_group(0);
    command
}

/// A directory with the adapted configuration and a certificate.
fn prepare(options: &NginxOptions, http_port: u16, https_port: u16) -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let directory =
        std::env::temp_dir().join(format!("openclaw-nginx-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for nginx");
    let shipped = std::fs::read_to_string(workspace_root().join("nginx/nginx.conf"));
    let here = directory.to_string_lossy();
    let servers: String = options
        .upstreams
        .iter()
        .map(|address| format!("server {address} max_fails=3 fail_timeout=2s;\n"))
        .collect();
    let adapted = [
        ("server gateway:18789 resolve max_fails=3 fail_timeout=2s;", servers.as_str()),
        ("listen 80 ", &format!("listen 127.0.0.1:{http_port} ")),
        ("listen 443 ", &format!("listen 127.0.0.1:{https_port} ")),
        (" /tmp/", &format!(" {here}/")),
        ("/etc/nginx/certificates/", &format!("{here}/")),
        ("/dev/stderr", &format!("{here}/error.log")),
        ("/dev/stdout", &format!("{here}/access.log")),
    ]
    .iter()
    .fold(shipped.expect("nginx/nginx.conf"), |text, (from, to)| {
        assert!(text.contains(from), "nginx.conf has no '{from}' any more");
        text.replace(from, to)
    });
    let adapted = match options.upstream {
        Upstream::Kept => adapted,
        Upstream::Closed => closing(&adapted),
    };
    std::fs::write(directory.join("shipped.conf"), adapted).expect("the configuration");
    make_certificate(&directory);
    directory
}

/// The same configuration, with a connection to a replica for each request.
fn closing(configuration: &str) -> String {
    [("keepalive 64;", ""), ("Connection \"\";", "Connection \"close\";")].iter().fold(
        configuration.to_owned(),
        |text, (from, to)| {
            assert!(text.contains(from), "nginx.conf has no '{from}' any more");
            text.replace(from, to)
        },
    )
}

/// A certificate as the deployment makes it at its first start.
fn make_certificate(directory: &Path) {
    let made = Command::new(gateway_binary())
        .args(["certificate", "--out"])
        .arg(directory)
        .args(["--name", "localhost"])
        .output()
        .expect("the gateway's binary can be started");
    assert!(made.status.success(), "no certificate: {}", String::from_utf8_lossy(&made.stderr));
}

/// The nginx to test with: the one that `cargo xtask` names, the one that it has installed, or
/// the one on the PATH.
///
/// # Panics
/// If there is none.
pub fn nginx_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let named = std::env::var_os("OPENCLAW_NGINX").map(PathBuf::from);
        let installed = workspace_root().join("target/tools/nginx");
        let found = named.or_else(|| installed.is_file().then_some(installed));
        found.unwrap_or_else(|| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path)
                .map(|folder| folder.join("nginx"))
                .find(|program| program.is_file())
                .expect("nginx 1.27.3 or later; `cargo xtask test` installs it")
        })
    })
}
