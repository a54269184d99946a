//! The Lua scripts: loaded once, called by their digest, loaded again when Redis forgot them.

use deadpool_redis::redis::{Cmd, Script};

/// A script and how many keys it takes.
pub(crate) struct Verb {
    script: Script,
    body: &'static str,
    fenced: bool,
    keys: usize,
}

const FENCE: &str = include_str!("scripts/fence.lua");

impl Verb {
    fn plain(keys: usize, body: &'static str) -> Self {
        Self { script: Script::new(body), body, fenced: false, keys }
    }

    fn fenced(keys: usize, body: &'static str) -> Self {
        Self { script: Script::new(&format!("{FENCE}\n{body}")), body, fenced: true, keys }
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
        cmd.arg("SCRIPT").arg("LOAD");
        if self.fenced {
            cmd.arg(format!("{FENCE}\n{}", self.body));
        } else {
            cmd.arg(self.body);
        }
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
                Self {
                    $($name: Verb::$kind(
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
    accept: plain(6),
    upkeep: plain(2),
    promote: plain(3),
    renew: plain(1),
    revive: plain(8),
    forget: plain(11),
    watch: plain(3),
    queue: plain(3),
    tidy: plain(1),
    report: plain(1),
    replicas: plain(1),
    open: fenced(7),
    commit: fenced(7),
    sending: fenced(3),
    delivered: fenced(3),
    release: fenced(3),
    retry_at: fenced(5),
    park: fenced(8),
}
