//! Splits a stream of bytes into lines, whatever the pieces it arrives in. Working on bytes
//! keeps a character whole that was cut in two on its way.

use conversation::ports::ModelError;

use super::Progress;

/// The longest line that is taken: far beyond what any vendor sends, far below what hurts.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// The beginning of a line whose end has not come yet.
#[derive(Default)]
pub(super) struct Lines {
    held: Vec<u8>,
}

impl Lines {
    /// Hands every line that `bytes` completes to `take`, without its line end, until `take`
    /// says that it is done.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<Progress, ModelError>,
    ) -> Result<Progress, ModelError> {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            let progress = if self.held.is_empty() {
                take(without_return(line))?
            } else {
                self.hold(line)?;
                let progress = take(without_return(&self.held))?;
                self.held.clear();
                progress
            };
            if progress == Progress::Done {
                return Ok(Progress::Done);
            }
            bytes = rest;
        }
        self.hold(bytes)?;
        Ok(Progress::More)
    }

    /// The last line, if the stream ended without ending it.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        let mut last = std::mem::take(&mut self.held);
        last.truncate(without_return(&last).len());
        (!last.is_empty()).then_some(last)
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        if self.held.len() + bytes.len() > LONGEST_LINE {
            return Err(ModelError::Unintelligible(format!(
                "a line of more than {LONGEST_LINE} bytes"
            )));
        }
        self.held.extend_from_slice(bytes);
        Ok(())
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for piece in pieces {
            lines
                .feed(piece, |line| {
                    found.push(String::from_utf8(line.to_vec()).unwrap());
                    Ok(Progress::More)
                })
                .unwrap();
        }
        found.extend(lines.finish().map(|line| String::from_utf8(line).unwrap()));
        found
    }

    #[test]
    fn lines_come_out_whole_however_they_were_cut() {
        let whole = "a: ü\r\n\r\nb\nlast".as_bytes();
        let expected = ["a: ü", "", "b", "last"];
        assert_eq!(split(&[whole]), expected);
        for cut in 0..=whole.len() {
            let (before, after) = whole.split_at(cut);
            assert_eq!(split(&[before, after]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn nothing_is_read_past_the_line_that_ends_it() {
        let mut lines = Lines::default();
        let mut count = 0;
        let progress = lines
            .feed(b"a\nb\nc\n", |line| {
                count += 1;
                Ok(if line == b"b" { Progress::Done } else { Progress::More })
            })
            .unwrap();
        assert_eq!((progress, count), (Progress::Done, 2));
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let mut lines = Lines::default();
        let piece = vec![b'x'; LONGEST_LINE / 2];
        assert!(lines.feed(&piece, |_| Ok(Progress::More)).is_ok());
        assert!(lines.feed(&piece, |_| Ok(Progress::More)).is_ok());
        let error = lines.feed(b"x", |_| Ok(Progress::More)).unwrap_err();
        assert!(matches!(error, ModelError::Unintelligible(_)), "{error:?}");
    }
}
