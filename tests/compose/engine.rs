//! A Docker engine of the test's own, with its own socket and its own data, and Compose.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::gateway_process::workspace_root;

use crate::commands::{output, shell};

/// A running engine. It ends when dropped; images and build cache stay for the next time.
pub struct Engine {
    directory: PathBuf,
    compose: PathBuf,
    process: Child,
}

impl Engine {
    /// Starts it, or says why this machine can't.
    pub fn start() -> Result<Self, String> {
        if std::fs::File::open("/etc/shadow").is_err() {
            return Err("an engine can be started by root only".to_owned());
        }
        let compose = std::env::var_os("OPENCLAW_COMPOSE").map(PathBuf::from);
        let compose = compose.ok_or("no Docker Compose; run `cargo xtask compose-test`")?;
        let directory = workspace_root().join("target/compose-engine");
        std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        let log =
            std::fs::File::create(directory.join("log")).map_err(|error| error.to_string())?;
        let process = Command::new("dockerd")
            .arg("--data-root")
            .arg(directory.join("data"))
            .arg("--exec-root")
            .arg(directory.join("exec"))
            .arg("--pidfile")
            .arg(directory.join("pid"))
            .arg("--host")
            .arg(format!("unix://{}", directory.join("socket").display()))
            .args(["--bridge", "none"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|error| error.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("dockerd can't be run: {error}"))?;
        let mut engine = Self { directory, compose, process };
        let patience = Instant::now() + Duration::from_secs(30);
        while output(engine.docker().arg("version")).is_err() {
            let ended = engine.process.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > patience {
                return Err(format!(
                    "dockerd doesn't run here ({ended:?}): {}",
                    engine.last_words()
                ));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(engine)
    }

    /// `docker`, talking to this engine.
    pub fn docker(&self) -> Command {
        let mut command = Command::new("/usr/bin/docker");
        self.aim(&mut command);
        command
    }

    /// `docker compose` of a project directory, talking to this engine.
    pub fn compose(&self, project: &Path) -> Command {
        let mut command = Command::new(&self.compose);
        // No variable of the caller's may set what the file leaves to its defaults.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.directory);
        self.aim(&mut command);
        command.arg("--project-directory").arg(project);
        command.arg("--file").arg(project.join("docker-compose.yml"));
        command
    }

    /// Whether it has an image of this name.
    pub fn has_image(&self, name: &str) -> bool {
        output(self.docker().args(["image", "inspect", name])).is_ok()
    }

    fn aim(&self, command: &mut Command) {
        let socket = format!("unix://{}", self.directory.join("socket").display());
        command.env("DOCKER_HOST", socket).env("DOCKER_BUILDKIT", "1");
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(3)..].join("\n")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = shell(&format!("kill {} || true", self.process.id()));
        let _ = self.process.wait();
    }
}
