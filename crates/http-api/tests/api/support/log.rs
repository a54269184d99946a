//! Everything that this crate logs while the tests run.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What was logged so far.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The log of this process. All tests write into it, since what is logged by whom can't be
    /// told apart reliably while they run side by side.
    pub(crate) fn shared() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(Self::install).clone()
    }

    fn install() -> Self {
        let log = Self::default();
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("http_api=trace"))
            .with_ansi(false)
            .with_writer(log.clone())
            .init();
        log
    }

    pub(crate) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(bytes.clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
