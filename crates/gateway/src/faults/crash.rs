//! The points at which a process can be made to kill or to freeze itself.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Signal, getpid, kill_process};

/// How long a process takes at most until all of its threads stand still.
const FREEZING: Duration = Duration::from_millis(500);

/// A step on a message's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// A message is about to be stored.
    BeforeAccept,
    /// It is stored, and nobody knows.
    AfterAccept,
    /// Its caller is about to be told so.
    Before200,
    /// A conversation is claimed.
    AfterClaim,
    /// Some words of the answer have come.
    MidStream,
    /// The answer is about to be committed.
    BeforeCommit,
    /// It is committed.
    AfterCommit,
    /// The reply is about to leave: its intent is written down, or its caller is there.
    BeforeSend,
    /// The reply has left, and nothing says so yet.
    AfterSend,
    /// The claim is about to be given back.
    BeforeRelease,
}

impl Point {
    const ALL: [Self; 10] = [
        Self::BeforeAccept,
        Self::AfterAccept,
        Self::Before200,
        Self::AfterClaim,
        Self::MidStream,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::BeforeSend,
        Self::AfterSend,
        Self::BeforeRelease,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::BeforeAccept => "before-accept",
            Self::AfterAccept => "after-accept",
            Self::Before200 => "before-200",
            Self::AfterClaim => "after-claim",
            Self::MidStream => "mid-stream",
            Self::BeforeCommit => "before-commit",
            Self::AfterCommit => "after-commit",
            Self::BeforeSend => "before-send",
            Self::AfterSend => "after-send",
            Self::BeforeRelease => "before-release",
        }
    }

    fn named(name: &str) -> anyhow::Result<Self> {
        let known = Self::ALL.into_iter().find(|point| point.name() == name);
        known.with_context(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no point '{name}'; there are {names}")
        })
    }
}

/// Where this process is to die, or to freeze.
pub(super) struct Crash {
    at: Option<(Point, Signal)>,
    passages_left: AtomicU64,
    once: Option<PathBuf>,
}

impl Crash {
    /// What the environment asks for.
    pub(super) fn of_environment() -> anyhow::Result<Self> {
        let once = std::env::var_os("OPENCLAW_CRASH_ONCE").map(PathBuf::from);
        let asked = |name| std::env::var(name).ok();
        let death = asked("OPENCLAW_CRASH_AT").map(|at| (at, Signal::KILL));
        let frost = asked("OPENCLAW_FREEZE_AT").map(|at| (at, Signal::STOP));
        let Some((at, signal)) = death.or(frost) else {
            return Ok(Self { at: None, passages_left: AtomicU64::new(0), once });
        };
        let (name, passage) = at.split_once(':').unwrap_or((&at, "1"));
        let passage = passage.parse().with_context(|| format!("'{at}' is not POINT:NUMBER"))?;
        let at = Some((Point::named(name)?, signal));
        Ok(Self { at, passages_left: AtomicU64::new(passage), once })
    }

    /// Passes a point, or dies there as by `kill -9`, or freezes there as by `kill -STOP`.
    pub(super) fn pass(&self, point: Point) {
        let Some((at, signal)) = self.at else { return };
        if at != point || self.passages_left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        if self.once.as_deref().is_none_or(is_first) {
            let _ = kill_process(getpid(), signal);
            // SIGSTOP first reaches any of the threads and this one a moment later, which must not
            // take the step meanwhile.
            std::thread::sleep(FREEZING);
        }
    }
}

/// Whether nobody died over this file yet. Making it is one step, so only one process succeeds.
fn is_first(file: &Path) -> bool {
    OpenOptions::new().write(true).create_new(true).open(file).is_ok()
}
