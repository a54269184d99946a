//! The deployed stack, in a copy of the project's directory, so that a test may edit skills.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::gateway_process::workspace_root;
use support::ports::free_port;

use crate::commands::{run, shell};
use crate::engine::Engine;

/// The API's token in this test.
pub const TOKEN: &str = "compose-test-token";

/// The stack. It is taken down with its volumes when dropped.
pub struct Stack<'e> {
    engine: &'e Engine,
    directory: PathBuf,
    http_port: u16,
    https_port: u16,
    variables: Vec<(&'static str, &'static str)>,
}

/// A container of the gateway.
pub struct Replica {
    pub name: String,
    pub address: String,
    /// The process on this machine that is the container's first.
    pub pid: u32,
}

impl<'e> Stack<'e> {
    /// A copy of what the deployment consists of.
    pub fn new(engine: &'e Engine) -> Self {
        let directory = std::env::temp_dir().join(format!("openclaw-stack-{}", std::process::id()));
        let here = workspace_root();
        shell(&format!(
            "mkdir -p {to}; cd {from}; cp -r Dockerfile .dockerignore .env.example Cargo.toml \
             Cargo.lock LICENSE-APACHE LICENSE-MIT docker-compose.yml config crates deploy nginx redis \
             skills {to}/; mkdir -p {to}/xtask {to}/tests; cp xtask/Cargo.toml {to}/xtask/; \
             cp tests/Cargo.toml {to}/tests/",
            from = here.display(),
            to = directory.display()
        ));
        let (http_port, https_port) = (free_port(), free_port());
        Self { engine, directory, http_port, https_port, variables: Vec::new() }
    }

    /// From the next `up` on there is a token, and a load that comes from one address without TLS.
    pub fn take_messages(&mut self) {
        self.variables = vec![("OPENCLAW_GATEWAY_TOKEN", TOKEN), ("NGINX_PLAIN_HTTP", "all")];
    }

    /// The certificate that nginx shows.
    pub fn certificate(&self) -> PathBuf {
        let file = self.file("shown.crt");
        let copied = ["cp", "--follow-link", "oc-nginx:/etc/nginx/certificates/tls.crt"];
        run(self.engine.docker().args(copied).arg(&file));
        file
    }

    /// Builds the image as the Dockerfile says, and returns its size in bytes.
    pub fn build(&self) -> u64 {
        run(self
            .engine
            .docker()
            .args(["build", "--network", "host", "--tag", "openclaw/gateway:latest"])
            .arg(&self.directory));
        let size = run(self.engine.docker().args([
            "image",
            "inspect",
            "--format",
            "{{.Size}}",
            "openclaw/gateway:latest",
        ]));
        size.trim().parse().expect("a size")
    }

    /// Runs `docker compose` with free ports, and otherwise as it ships until `take_messages`.
    pub fn compose(&self, arguments: &[&str]) -> String {
        run(self
            .engine
            .compose(&self.directory)
            .env("HTTP_PORT", self.http_port.to_string())
            .env("HTTPS_PORT", self.https_port.to_string())
            .envs(self.variables.iter().copied())
            .args(arguments))
    }

    /// The port of nginx without TLS.
    pub fn http_port(&self) -> u16 {
        self.http_port
    }

    /// The port of nginx with TLS.
    pub fn https_port(&self) -> u16 {
        self.https_port
    }

    /// A file of the project's copy.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The gateway's containers that run.
    pub fn replicas(&self) -> Vec<Replica> {
        let names = self.compose(&["ps", "--format", "{{.Name}}", "gateway"]);
        names.split_whitespace().map(|name| self.replica(name)).collect()
    }

    fn replica(&self, name: &str) -> Replica {
        let seen = self.inspect(name);
        let address = &seen["NetworkSettings"]["Networks"]["openclaw-ha_edge"]["IPAddress"];
        Replica {
            name: name.to_owned(),
            address: address.as_str().unwrap_or_default().to_owned(),
            pid: seen["State"]["Pid"].as_u64().and_then(|pid| pid.try_into().ok()).unwrap_or(0),
        }
    }

    /// What the engine says of a container.
    pub fn inspect(&self, name: &str) -> Value {
        let text = run(self.engine.docker().args(["inspect", name]));
        serde_json::from_str::<Value>(&text).expect("JSON")[0].take()
    }

    /// The addresses that nginx has passed requests to since this many lines of its log.
    pub fn served_by(&self, since: usize) -> BTreeSet<String> {
        let log = run(self.engine.docker().args(["logs", "oc-nginx"]));
        log.lines()
            .skip(since)
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter_map(|line| line["upstream"].as_str()?.rsplit(", ").next().map(str::to_owned))
            .filter_map(|upstream| Some(upstream.split_once(':')?.0.to_owned()))
            .collect()
    }

    /// How many lines nginx's log has.
    pub fn log_length(&self) -> usize {
        run(self.engine.docker().args(["logs", "oc-nginx"])).lines().count()
    }

    /// Prints what the containers said last, for when a step failed.
    fn print_logs(&self) {
        eprintln!("{}", self.compose(&["ps", "--all"]));
        eprintln!(
            "{}",
            self.compose(&["logs", "--tail", "30", "gateway", "redis", "ollama-model"])
        );
    }
}

impl Drop for Stack<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.print_logs();
        }
        let _ = self.compose(&["down", "--volumes", "--timeout", "5"]);
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// A GET on a container's address.
pub fn get(address: &str, path: &str) -> Option<String> {
    use std::io::{Read, Write};
    let mut stream = TcpStream::connect((address, 18789)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// How long it took until this was so, if not longer than `limit`.
pub fn within(limit: Duration, what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
    begun.elapsed()
}
