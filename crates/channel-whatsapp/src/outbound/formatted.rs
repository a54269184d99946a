//! Text in styles, and how WhatsApp writes styles: `*bold*`, `_italic_`, `~struck~`,
//! `` `code` `` and ```` ```blocks``` ````.

use std::ops::Range;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) struck: bool,
    pub(super) code: Code,
}

/// Whether a text is code. Code has no other style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Code {
    /// It is none.
    #[default]
    No,
    /// Within a line.
    Inline,
    /// Lines of its own.
    Block,
}

const BLOCK: &str = "```";

/// A text in styles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Formatted {
    text: String,
    /// Where each run ends, and how it looks.
    runs: Vec<(usize, Style)>,
}

impl Formatted {
    pub(super) fn push(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        match self.runs.last_mut() {
            Some((end, last)) if *last == style => *end = self.text.len(),
            Some(_) | None => self.runs.push((self.text.len(), style)),
        }
    }

    /// The words without their styles.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Ends the text after its last word.
    pub(super) fn trim_end(&mut self) {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        let keep = self.runs.partition_point(|(run, _)| *run < end);
        self.runs.truncate(keep + 1);
        if let Some((last, _)) = self.runs.last_mut() {
            *last = end;
        }
    }

    /// A piece of the text as WhatsApp writes it; every style that it begins, it ends.
    pub(super) fn render(&self, range: Range<usize>) -> String {
        let mut out = String::with_capacity(range.len() + 16);
        let mut open: Vec<&'static str> = Vec::new();
        let mut start = 0;
        for &(end, style) in &self.runs {
            let piece = start.max(range.start)..end.min(range.end);
            start = end;
            if piece.is_empty() {
                continue;
            }
            if let Some(text) = self.text.get(piece) {
                change_style(&mut out, &mut open, style);
                out.push_str(text);
            }
        }
        change_style(&mut out, &mut open, Style::default());
        out
    }
}

/// Ends the styles that don't go on and begins those that are new, the innermost first and last.
fn change_style(out: &mut String, open: &mut Vec<&'static str>, style: Style) {
    let wanted = marks(style);
    let stays = open.iter().take_while(|mark| wanted.contains(mark)).count();
    for mark in open.drain(stays..).rev() {
        out.push_str(mark);
    }
    for mark in wanted {
        if !open.contains(&mark) {
            out.push_str(mark);
            open.push(mark);
        }
    }
}

fn marks(style: Style) -> Vec<&'static str> {
    match style.code {
        Code::Block => vec![BLOCK],
        Code::Inline => vec!["`"],
        Code::No => [(style.bold, "*"), (style.italic, "_"), (style.struck, "~")]
            .into_iter()
            .filter_map(|(is_on, mark)| is_on.then_some(mark))
            .collect(),
    }
}
