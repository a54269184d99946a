//! A thread that ends the process when the async runtime has stopped answering, because what
//! runs containers restarts only what exits.
//!
//! It lives outside the runtime, and keeps handing it tasks that beat. Any worker may take one,
//! so a single blocked worker silences nothing; when none comes back for ten looks in a row, all
//! of them are stuck. It counts looks and not seconds: while the process is stopped or the
//! machine sleeps nobody looks, and on waking the runtime has all its time again.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::runtime::Handle;

/// The exit code of a process that was ended so: `EX_SOFTWARE` of sysexits.h.
pub(crate) const STUCK: u8 = 70;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How many looks in a row must find no beat.
const PATIENCE: u32 = 10;
/// A look that comes so much later than planned says that this thread did not get to run
/// either, and so nothing of the runtime.
const LATE: Duration = Duration::from_secs(3);
/// How long the log line may take: what blocks the runtime may be the log itself.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Watches until it is dropped.
pub(crate) struct Watchdog {
    _leash: Sender<()>,
}

/// Starts to watch a runtime.
pub(crate) fn watch(runtime: Handle) -> anyhow::Result<Watchdog> {
    let (leash, loose) = mpsc::channel();
    let work = move || {
        let (beats, mut looks) = (Arc::new(AtomicU64::new(0)), Looks::default());
        loop {
            let beat = Arc::clone(&beats);
            runtime.spawn(async move {
                // By way of a timer, so that a runtime whose timers are stuck doesn't beat.
                tokio::time::sleep(Duration::from_millis(1)).await;
                beat.fetch_add(1, Ordering::Relaxed);
            });
            let paused = Instant::now();
            match loose.recv_timeout(PAUSE) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
            match looks.look(beats.load(Ordering::Relaxed), paused.elapsed()) {
                Verdict::Answers => {}
                Verdict::Stuck => end_process(),
            }
        }
    };
    thread::Builder::new()
        .name("watchdog".to_owned())
        .spawn(work)
        .context("the watchdog's thread can't be started")?;
    Ok(Watchdog { _leash: leash })
}

/// What the looks have found so far.
#[derive(Default)]
struct Looks {
    beats: u64,
    silent: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Answers,
    Stuck,
}

impl Looks {
    /// Takes in how many beats there were in all, and how long ago the look before was.
    fn look(&mut self, beats: u64, after: Duration) -> Verdict {
        if beats != self.beats || after >= LATE {
            *self = Self { beats, silent: 0 };
            return Verdict::Answers;
        }
        self.silent += 1;
        if self.silent < PATIENCE { Verdict::Answers } else { Verdict::Stuck }
    }
}

/// Says why in the log, and ends the process, whether or not the log takes it.
fn end_process() -> ! {
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        let silence = PAUSE * PATIENCE;
        tracing::error!(
            ?silence,
            exit_code = STUCK,
            "the async runtime has stopped answering: ending the process, to be started again"
        );
        let _ = said.send(());
    });
    let _ = heard.recv_timeout(LAST_WORDS);
    process::exit(i32::from(STUCK));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(looks: &mut Looks, number: u32, beats: u64) -> Vec<Verdict> {
        (0..number).map(|_| looks.look(beats, PAUSE)).collect()
    }

    #[test]
    fn ten_silent_looks_in_a_row_mean_that_the_runtime_is_stuck() {
        let mut watched = Looks::default();
        assert_eq!(watched.look(1, PAUSE), Verdict::Answers);
        let verdicts = looks(&mut watched, PATIENCE, 1);
        assert!(verdicts[..9].iter().all(|verdict| *verdict == Verdict::Answers));
        assert_eq!(verdicts[9], Verdict::Stuck);
    }

    #[test]
    fn one_beat_in_between_begins_the_count_anew() {
        let mut watched = Looks::default();
        for beats in 0..5 {
            assert!(!looks(&mut watched, PATIENCE - 1, beats).contains(&Verdict::Stuck));
        }
    }

    #[test]
    fn a_look_after_a_sleep_says_nothing_about_the_runtime() {
        let mut watched = Looks::default();
        looks(&mut watched, PATIENCE - 1, 0);
        assert_eq!(watched.look(0, Duration::from_secs(3600)), Verdict::Answers);
        assert!(!looks(&mut watched, PATIENCE - 1, 0).contains(&Verdict::Stuck));
        assert_eq!(watched.look(0, PAUSE), Verdict::Stuck);
    }
}
