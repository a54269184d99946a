//! Where a status is shown: once on the output, or again and again in the same place.

use std::io::{self, IsTerminal as _, Write as _};

/// The other screen of the terminal, with the cursor hidden; and back.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// To the upper left corner.
const HOME: &str = "\x1b[H";
/// Clears the rest of the line, and of the screen.
const CLEAR_LINE: &str = "\x1b[K\n";
const CLEAR_REST: &str = "\x1b[J";

/// The output.
pub(super) enum Screen {
    /// One after the other.
    Plain,
    /// Each in place of the one before; the last one stays when it ends.
    Live { last: String },
}

impl Screen {
    pub(super) fn plain() -> Self {
        Self::Plain
    }

    /// Live on a terminal, plain elsewhere.
    pub(super) fn live() -> Self {
        if !io::stdout().is_terminal() {
            return Self::Plain;
        }
        // What can't be written now can't be written later either, which is when it shows.
        let _ = write(ENTER);
        Self::Live { last: String::new() }
    }

    /// Shows this.
    ///
    /// # Errors
    /// If nobody reads any more.
    pub(super) fn show(&mut self, text: &str) -> io::Result<()> {
        match self {
            Self::Plain => write(text),
            Self::Live { last } => {
                text.clone_into(last);
                let lines = text.replace('\n', CLEAR_LINE);
                write(&format!("{HOME}{lines}{CLEAR_REST}"))
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        match self {
            Self::Plain => {}
            Self::Live { last } => {
                let _ = write(&format!("{LEAVE}{last}"));
            }
        }
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}
