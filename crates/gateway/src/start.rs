//! Reads the settings, and says what is wrong with them.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

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
pub(crate) fn complain(text: &str) {
    // There is nowhere left to say that nobody can read this; the exit code tells the rest.
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// Prints to the standard output stream, and says how a command ends that has nothing else to do.
/// A reader who has seen enough, as `head` has, is no failure; output that is lost otherwise is.
pub(crate) fn say(text: &str) -> ExitCode {
    match print(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("the output can't be written: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", text.trim_end())?;
    output.flush()
}
