//! The Lua scripts: loaded once, called by their digest, loaded again when Redis forgot them.

use deadpool_redis::redis::{Cmd, Script};

/// A script and how many keys it takes.
pub(crate) struct Verb {
    script: Script,
    source: String,
    keys: usize,
    effect: Effect,
}

/// What becomes of what a script does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Somebody relies on it, so it must outlive a failover, if anything does.
    Kept,
    /// It matters for a moment only, or changes nothing.
    Passing,
}

const FENCE: &str = include_str!("scripts/fence.lua");
const LEAVING: &str = include_str!("scripts/leaving.lua");
const REMARKS: &str = include_str!("scripts/remarks.lua");
const TRANSCRIPT: &str = include_str!("scripts/transcript.lua");
const UNDELIVERED: &str = include_str!("scripts/undelivered.lua");

impl Verb {
    fn plain(_fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, body.to_owned(), Effect::Kept)
    }

    fn fenced(fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{fence}\n{body}"), Effect::Kept)
    }

    fn remarking(_fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{REMARKS}\n{body}"), Effect::Kept)
    }

    fn transcribing(_fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{REMARKS}\n{TRANSCRIPT}\n{body}"), Effect::Kept)
    }

    fn carrying(_fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{REMARKS}\n{TRANSCRIPT}\n{LEAVING}\n{body}"), Effect::Kept)
    }

    fn giving_up(_fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{UNDELIVERED}\n{body}"), Effect::Kept)
    }

    fn fenced_giving_up(fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{fence}\n{TRANSCRIPT}\n{UNDELIVERED}\n{body}"), Effect::Kept)
    }

    fn fenced_remarking(fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{fence}\n{REMARKS}\n{body}"), Effect::Kept)
    }

    fn fenced_transcribing(fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, format!("{fence}\n{TRANSCRIPT}\n{body}"), Effect::Kept)
    }

    fn passing(_fence: &str, keys: usize, body: &str) -> Self {
        Self::new(keys, body.to_owned(), Effect::Passing)
    }

    fn new(keys: usize, source: String, effect: Effect) -> Self {
        Self { script: Script::new(&source), source, keys, effect }
    }

    /// What becomes of what the script does.
    pub(crate) fn effect(&self) -> Effect {
        self.effect
    }

    /// The call of this script; its keys and then its arguments are to be added.
    pub(crate) fn call(&self) -> Cmd {
        let mut cmd = Cmd::with_capacity(24, 512);
        cmd.arg("EVALSHA").arg(self.script.get_hash()).arg(self.keys);
        cmd
    }

    /// The command that makes Redis know the script.
    pub(crate) fn load(&self) -> Cmd {
        let mut cmd = Cmd::new();
        cmd.arg("SCRIPT").arg("LOAD").arg(&self.source);
        cmd
    }
}

macro_rules! scripts {
    ($($name:ident: $kind:ident($keys:literal),)*) => {
        /// Every script, by the name of its file.
        pub(crate) struct Scripts {
            $(pub(crate) $name: Verb,)*
        }

        impl Scripts {
            pub(crate) fn new() -> Self {
                Self::behind(FENCE)
            }

            /// The same scripts behind a fence that keeps nobody out.
            #[cfg(feature = "fault-injection")]
            pub(crate) fn unfenced() -> Self {
                Self::behind(&format!("{FENCE}\n{}", include_str!("scripts/unfenced.lua")))
            }

            fn behind(fence: &str) -> Self {
                Self {
                    $($name: Verb::$kind(
                        fence,
                        $keys,
                        include_str!(concat!("scripts/", stringify!($name), ".lua")),
                    ),)*
                }
            }

            /// Each of them.
            pub(crate) fn all(&self) -> impl Iterator<Item = &Verb> {
                [$(&self.$name),*].into_iter()
            }
        }
    };
}

scripts! {
    accept: transcribing(9),
    upkeep: plain(2),
    promote: plain(3),
    renew: passing(2),
    interrupt: passing(3),
    revive: remarking(9),
    note: remarking(8),
    receive: giving_up(10),
    carry_in: carrying(9),
    carry_out: carrying(8),
    forget: plain(17),
    watch: passing(3),
    queue: passing(3),
    tidy: passing(1),
    report: passing(1),
    replicas: passing(1),
    pass: passing(1),
    close: passing(1),
    hold: plain(1),
    resign: plain(1),
    agree: plain(1),
    take_over: transcribing(3),
    resume: transcribing(3),
    say: transcribing(6),
    open: fenced_remarking(9),
    commit: fenced_transcribing(10),
    sending: fenced(3),
    delivered: fenced(3),
    drafted: fenced(2),
    release: fenced(3),
    retry_at: fenced(5),
    park: fenced_giving_up(10),
    withdraw: fenced(4),
    forward: fenced(7),
    forwarded: fenced(5),
}
