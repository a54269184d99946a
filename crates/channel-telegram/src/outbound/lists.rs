//! Lists, which Telegram's HTML doesn't have: bullets and numbers are written as text.

/// The lists that are open, from the outermost to the innermost.
#[derive(Default)]
pub(super) struct Lists(Vec<Numbering>);

enum Numbering {
    Bullets,
    Numbers(u64),
}

/// How deep a list is shown; deeper ones are shown like this.
const DEEPEST: usize = 6;

impl Lists {
    pub(super) fn begin(&mut self, first: Option<u64>) {
        self.0.push(first.map_or(Numbering::Bullets, Numbering::Numbers));
    }

    pub(super) fn end(&mut self) {
        self.0.pop();
    }

    pub(super) fn is_inside(&self) -> bool {
        !self.0.is_empty()
    }

    /// What stands before the next item.
    pub(super) fn mark(&mut self) -> String {
        let depth = self.0.len().saturating_sub(1);
        let indent = "  ".repeat(depth.min(DEEPEST));
        match self.0.last_mut() {
            Some(Numbering::Numbers(number)) => {
                let mark = format!("{indent}{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            Some(Numbering::Bullets) if depth % 2 == 1 => format!("{indent}◦ "),
            Some(Numbering::Bullets) | None => format!("{indent}• "),
        }
    }
}
