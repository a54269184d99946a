//! The watchdog: a process whose async runtime is stuck ends itself, and no other does.

use std::fs::File;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::gateway_process::{
    GatewayOptions, GatewayProcess, faulty_gateway_binary, gateway_binary, get, workspace_root,
};
use support::ports::free_port;

/// The exit code of a process that was ended by its watchdog.
const STUCK: i32 = 70;
/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a process is watched that must live on: half as long again as the watchdog waits.
const WATCHED: Duration = Duration::from_secs(15);

/// A gateway of this test's own, whose binary and output it chooses.
struct Gateway {
    process: Child,
    port: u16,
    log: PathBuf,
}

impl Gateway {
    fn start(binary: &Path, environment: &[(&str, &str)], errors: Option<Stdio>) -> Self {
        let port = free_port();
        let log = std::env::temp_dir().join(format!("openclaw-watched-{port}.log"));
        let file = File::create(&log).unwrap();
        let process = Command::new(binary)
            .current_dir(workspace_root())
            .env_clear()
            .env("OPENCLAW_GATEWAY_PORT", port.to_string())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors.unwrap_or_else(|| file.into()))
            .spawn()
            .unwrap();
        let gateway = Self { process, port, log };
        until(|| get(gateway.port, "/readyz").is_some_and(|(status, _)| status == 200));
        gateway
    }

    fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
        assert!(sent.success());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The code with which it ends by itself.
    fn exit_code(&mut self) -> Option<i32> {
        let mut ended = None;
        until(|| {
            ended = self.process.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap().code()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}

/// Looks until something holds.
fn until(mut holds: impl FnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < patience, "it takes far too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_gateway_whose_workers_are_all_stuck_ends_with_70_and_says_why() {
    let environment = [("OPENCLAW_BLOCK_WORKERS", "all")];
    let mut gateway = Gateway::start(faulty_gateway_binary(), &environment, None);
    gateway.signal("USR1");
    assert_eq!(gateway.exit_code(), Some(STUCK), "{}", gateway.log());
    let log = gateway.log();
    assert!(log.contains("blocking workers"), "{log}");
    assert!(log.contains("ERROR the async runtime has stopped answering"), "{log}");
}

#[test]
fn a_gateway_with_one_stuck_worker_of_several_lives_on() {
    let environment = [("OPENCLAW_BLOCK_WORKERS", "one"), ("TOKIO_WORKER_THREADS", "3")];
    let mut gateway = Gateway::start(faulty_gateway_binary(), &environment, None);
    gateway.signal("USR1");
    until(|| gateway.log().contains("blocking workers"));
    let watched = Instant::now() + WATCHED;
    while Instant::now() < watched {
        assert_eq!(gateway.process.try_wait().unwrap(), None, "{}", gateway.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    until(|| get(gateway.port, "/readyz").is_some_and(|(status, _)| status == 200));
}

#[test]
fn a_gateway_that_was_stopped_for_longer_than_the_watchdog_waits_goes_on() {
    let gateway = GatewayProcess::start(&GatewayOptions::default());
    gateway.signal("STOP");
    std::thread::sleep(WATCHED);
    gateway.signal("CONT");
    // More looks than it takes to end a process that is stuck.
    let watched = Instant::now() + WATCHED;
    while Instant::now() < watched {
        let (status, _) = get(gateway.port(), "/readyz").expect("it answers");
        assert_eq!(status, 200);
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(!gateway.log().contains("stopped answering"), "{}", gateway.log());
}

#[test]
fn a_gateway_that_is_stuck_since_nobody_reads_its_log_ends_with_70_too() {
    let environment = [("LOG_LEVEL", "debug")];
    let mut gateway = Gateway::start(gateway_binary(), &environment, Some(Stdio::piped()));
    // Held, so that writing to it blocks, and never read.
    let _unread = gateway.process.stderr.take().unwrap();
    let port = gateway.port;
    // Every request adds a line, until a line is one too many for the pipe.
    let body = r#"{"channel":"test","user_id":"ann","message":"hello"}"#;
    let request = format!(
        "POST /api/v1/message HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         prefer: wait=0\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let asking = std::thread::spawn(move || {
        let mut connections = Vec::new();
        while connections.len() < 4000 {
            let Ok(mut connection) = TcpStream::connect(("127.0.0.1", port)) else { return };
            if connection.write_all(request.as_bytes()).is_err() {
                return;
            }
            connections.push(connection);
            if connections.len() > 200 {
                connections.remove(0);
            }
        }
    });
    assert_eq!(gateway.exit_code(), Some(STUCK));
    asking.join().unwrap();
}
