//! A Chromium of the test's own, driven by a chromedriver of its own, with a profile of its own.
//! All ends when it is dropped.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::gateway_process::workspace_root;
use support::ports::free_port;
use thirtyfour::{
    CapabilitiesHelper as _, ChromiumLikeCapabilities as _, DesiredCapabilities,
    LoggingPrefsLogLevel, WebDriver,
};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// More browsers at once than this only make each other late.
static ROOM: Semaphore = Semaphore::const_new(2);

/// The program that drives the browser, as Debian calls it.
const DRIVER: &str = "chromedriver";
/// The longest that a machine at work may take to start a browser.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a browser in a test doesn't need, or must not do.
const ARGUMENTS: [&str; 13] = [
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--lang=en-US",
    "--window-size=1280,900",
];

/// A running browser.
pub(crate) struct Browser {
    driver: Option<WebDriver>,
    process: Child,
    profile: PathBuf,
    _room: SemaphorePermit<'static>,
}

impl Browser {
    /// Starts a browser.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a browser with further arguments.
    pub(crate) async fn start_with(arguments: &[String]) -> Self {
        Self::start_as(arguments, json!({})).await
    }

    /// Starts a browser in which no site may keep anything, as where all cookies are blocked.
    pub(crate) async fn start_without_storage() -> Self {
        const FORBIDDEN: u8 = 2;
        let cookies = "profile.default_content_setting_values.cookies";
        Self::start_as(&[], json!({ cookies: FORBIDDEN })).await
    }

    async fn start_as(arguments: &[String], preferences: Value) -> Self {
        let room = ROOM.acquire().await.expect("the room for browsers is never closed");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("openclaw-chromium-{}-{number}", std::process::id());
        let profile = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&profile).expect("a directory for the browser");
        let port = free_port();
        let process = Command::new(DRIVER)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver, Debian's chromium-driver; `cargo xtask test` installs it");
        let mut browser = Self { driver: None, process, profile, _room: room };
        wait_until_ready(port).await;
        let mut capabilities = capabilities(&browser.profile, arguments);
        capabilities.add_experimental_option("prefs", preferences).expect("preferences");
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await;
        browser.driver = Some(driver.expect("Chromium, which `cargo xtask test` installs"));
        let patience = 2 * PATIENCE;
        browser.driver().set_script_timeout(patience).await.expect("a limit for scripts");
        browser
    }

    /// What it is driven by.
    pub(crate) fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("a browser that has started has a driver")
    }

    /// Sends a command of the DevTools protocol.
    pub(crate) async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let answer = self.driver().cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Without a driver that was told to quit, the browser would outlive it.
        drop(self.driver.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

async fn wait_until_ready(port: u16) {
    let end = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < end, "chromedriver does not answer");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn capabilities(profile: &std::path::Path, further: &[String]) -> thirtyfour::ChromeCapabilities {
    static TLS: OnceLock<()> = OnceLock::new();
    // The driver's client would speak TLS, too, so it wants to know by what.
    TLS.get_or_init(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let mut wanted = DesiredCapabilities::chrome();
    let own = [format!("--user-data-dir={}", profile.display())];
    let given = ARGUMENTS.iter().map(|&argument| argument.to_owned());
    for argument in given.chain(own).chain(further.iter().cloned()) {
        wanted.add_arg(&argument).expect("an argument");
    }
    if is_root() {
        // Chromium's sandbox refuses to work for root.
        wanted.add_arg("--no-sandbox").expect("an argument");
    }
    wanted.accept_insecure_certs(true).expect("a capability");
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All).expect("a capability");
    wanted
}

/// Whether this process is root's: its own folder belongs to its effective user.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|folder| folder.uid() == 0)
}

/// Where a picture of this name is kept for whoever wants to see what the tests saw.
pub(crate) fn picture(name: &str) -> PathBuf {
    let folder = workspace_root().join("target/browser");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder.join(format!("{name}.png"))
}
