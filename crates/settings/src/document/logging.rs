//! `logging`: how much is logged, and in which form.

use crate::decode::{choice, section};

section! {
    /// What is logged, and how.
    struct Logging {
        /// The least important kind of event that is logged. Default `info`. `LOG_LEVEL` overrides
        /// it.
        level: LogLevel = LogLevel::Info,
        /// The form of a log line. Default `pretty`, since the first reader is a person at a
        /// terminal.
        console_style: ConsoleStyle = ConsoleStyle::Pretty,
    }
}

choice! {
    /// How much is logged.
    pub enum LogLevel {
        /// Only what went wrong.
        Error = "error",
        /// Also what looks wrong.
        Warn = "warn",
        /// Also what happened.
        Info = "info",
        /// Also how it happened.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

choice! {
    /// The form of a log line.
    pub enum ConsoleStyle {
        /// Lines for people.
        Pretty = "pretty",
        /// One JSON object per line, for log collectors.
        Json = "json",
    }
}
