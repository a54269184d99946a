//! A reply as the parts in which it is sent.

use conversation::Part;
use conversation::ports::Waiting;

use super::LONGEST_TEXT;
use super::formatted::{Formatted, Style};
use super::markdown::read;
use super::split::split;

/// One aggregated reply: as few parts as the limit allows, of which the first quotes the newest
/// message if several are answered together. All go to the number that the newest message tells.
#[must_use]
pub fn parts(reply: &str, answered: &[Waiting]) -> Vec<Part> {
    let mut texts = split(&read(reply), LONGEST_TEXT);
    if texts.is_empty() {
        // Nothing but marks: better those than silence.
        texts = split(&plain(reply), LONGEST_TEXT);
    }
    let mut quotes = match answered {
        [_, .., newest] => Some(newest.key.clone()),
        [_] | [] => None,
    };
    let mut newest_first = answered.iter().rev();
    let reach = newest_first.find_map(|waiting| waiting.message.reach.clone());
    texts
        .into_iter()
        .map(|text| Part { text, quotes: quotes.take(), reach: reach.clone(), ..Part::default() })
        .collect()
}

fn plain(reply: &str) -> Formatted {
    let mut formatted = Formatted::default();
    formatted.push(reply, Style::default());
    formatted
}
