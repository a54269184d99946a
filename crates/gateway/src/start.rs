//! Reads the settings, and says what is wrong with them.

use std::path::PathBuf;

use settings::{Environment, Loaded, Problems, Source};

/// The exit code for wrong settings: `EX_CONFIG` of sysexits.h.
pub(crate) const WRONG_SETTINGS: u8 = 78;

/// Reads the settings. All errors are printed at once; what is left is the code to exit with.
pub(crate) fn load(file: Option<PathBuf>) -> Result<Loaded, u8> {
    read(file).map_err(|problems| {
        complain(&problems.to_string());
        WRONG_SETTINGS
    })
}

/// Reads the settings, and prints nothing.
pub(crate) fn read(file: Option<PathBuf>) -> Result<Loaded, Problems> {
    let directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    settings::load(&Source { file, directory }, &Environment::of_process())
}

/// Prints to the standard error stream, before there are logs.
#[allow(clippy::print_stderr, reason = "the command line's own output")]
pub(crate) fn complain(text: &str) {
    eprintln!("{}", text.trim_end());
}

/// Prints to the standard output stream.
#[allow(clippy::print_stdout, reason = "the command line's own output")]
pub(crate) fn say(text: &str) {
    println!("{}", text.trim_end());
}
