//! One gateway process that is killed and started again on the same port, behind a proxy of its
//! own to Redis.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::gateway_process::{faulty_gateway_binary, gateway_binary};
use support::http::send;
use support::ports::free_port;
use support::tcp_proxy::TcpProxy;
use tokio::time::sleep;

/// The signal that can't be caught.
const KILLED: i32 = 9;
/// How long a gateway may take to be ready, or to end, on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which gateway is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// The one that ships.
    Plain,
    /// The one with faults built in.
    Faulty,
}

/// A place for a gateway.
pub struct Replica {
    pub port: u16,
    /// Between this gateway and Redis.
    pub proxy: TcpProxy,
    build: Build,
    environment: Vec<(String, String)>,
    directory: PathBuf,
    process: Option<Child>,
}

impl Replica {
    /// Starts a gateway, which may not be ready yet.
    pub async fn start(
        redis: u16,
        settings: &str,
        build: Build,
        environment: Vec<(String, String)>,
    ) -> Self {
        let port = free_port();
        let name = format!("openclaw-drill-{}-{port}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(directory.join("skills")).expect("a directory for the gateway");
        let settings = settings.replace("\"skills\"", &format!("{:?}", directory.join("skills")));
        std::fs::write(directory.join("openclaw.json"), settings).expect("the settings file");
        let proxy = TcpProxy::start(redis).await;
        let mut replica = Self { port, proxy, build, environment, directory, process: None };
        replica.start_again();
        replica
    }

    /// Starts the gateway again that has ended or was killed.
    pub fn start_again(&mut self) {
        let log = File::options().create(true).append(true).open(self.directory.join("log"));
        let log = log.expect("a log file");
        let process = self
            .command()
            .stdout(log.try_clone().expect("a second handle on the log"))
            .stderr(log)
            .spawn();
        self.process = Some(process.expect("the gateway's binary can be started"));
    }

    /// Runs one of the gateway's commands with the same settings, to its good end.
    pub fn run(&self, arguments: &[&str]) {
        let output = self.command().args(arguments).output().expect("the gateway can be started");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    fn command(&self) -> Command {
        let mut command = Command::new(match self.build {
            Build::Plain => gateway_binary(),
            Build::Faulty => faulty_gateway_binary(),
        });
        command
            .current_dir(&self.directory)
            .env_clear()
            .env("OPENCLAW_CONFIG_PATH", self.directory.join("openclaw.json"))
            .env("OPENCLAW_GATEWAY_PORT", self.port.to_string())
            .env("REDIS_URL", format!("redis://127.0.0.1:{}", self.proxy.port()))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Waits until it takes work.
    pub async fn wait_until_ready(&self) {
        let patience = Instant::now() + PATIENCE;
        loop {
            let asked = tokio::time::timeout(
                Duration::from_secs(1),
                send(self.port, "GET", "/readyz", &[], ""),
            );
            if asked.await.is_ok_and(|answer| answer.is_ok_and(|answer| answer.status == 200)) {
                return;
            }
            assert!(Instant::now() < patience, "not ready; it printed:\n{}", self.log());
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Kills it as `kill -9` does, and says whether that is what it died of.
    pub fn kill(&mut self) -> bool {
        let Some(mut process) = self.process.take() else { return false };
        let had_ended = process.try_wait().is_ok_and(|status| status.is_some());
        let _ = process.kill();
        let status = process.wait();
        !had_ended && status.is_ok_and(|status| status.signal() == Some(KILLED))
    }

    /// Whether it stands still, as after SIGSTOP.
    pub fn is_stopped(&self) -> bool {
        let Some(process) = &self.process else { return false };
        let state = std::fs::read_to_string(format!("/proc/{}/status", process.id()));
        state.is_ok_and(|state| state.lines().any(|line| line.starts_with("State:\tT")))
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let Some(process) = &self.process else { return };
        let arguments = [format!("-{name}"), process.id().to_string()];
        let sent = Command::new("kill").args(arguments).status().expect("kill can be run");
        assert!(sent.success(), "kill -{name} failed");
    }

    /// Waits until it has ended by itself, which it must do well.
    pub async fn wait_until_ended(&mut self) {
        let patience = Instant::now() + PATIENCE;
        while let Some(process) = &mut self.process {
            if let Some(status) = process.try_wait().expect("the process can be asked") {
                assert!(status.success(), "it ended with {status}:\n{}", self.log());
                self.process = None;
                return;
            }
            assert!(Instant::now() < patience, "it did not end:\n{}", self.log());
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Whether it has died as by `kill -9`.
    pub fn has_died(&mut self) -> bool {
        let status = self.process.as_mut().and_then(|process| process.try_wait().ok().flatten());
        status.is_some_and(|status| status.signal() == Some(KILLED))
    }

    /// All that it printed so far, over all its lives.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
        if std::env::var_os("OPENCLAW_DRILL_KEEP").is_none() {
            let _ = std::fs::remove_dir_all(&self.directory);
        }
    }
}
