//! Notes in square brackets that stand for what is neither words nor a file.
//!
//! The model reads them as told by us. What customers chose stands in them on one line, and has no
//! brackets of its own, so that nobody can end a note and begin another one.

use conversation::aside;

use crate::wire::{Checklist, Contact, Content, Dice, Location, Poll, Sticker, Venue};

/// The longest piece of a note, in characters.
const PIECE_CHARS: usize = 200;
/// How many lines of a poll or a checklist are told.
const LINES: usize = 20;

/// The note of a message, or none if there is nothing to note.
pub(super) fn note(content: &Content) -> Option<String> {
    let note = if let Some(sticker) = &*content.sticker {
        of_sticker(sticker)
    } else if let Some(contact) = &*content.contact {
        of_contact(contact)
    } else if let Some(venue) = &*content.venue {
        of_venue(venue)
    } else if let Some(location) = &*content.location {
        format!("location: {}", of_location(location)?)
    } else if let Some(dice) = &*content.dice {
        of_dice(dice)
    } else if let Some(poll) = &*content.poll {
        of_poll(poll)
    } else if let Some(checklist) = &*content.checklist {
        of_checklist(checklist)
    } else if let Some(game) = &*content.game {
        titled("game", game.title.as_deref())
    } else if let Some(invoice) = &*content.invoice {
        titled("invoice", invoice.title.as_deref())
    } else if content.story.is_some() {
        "story".to_owned()
    } else if content.paid_media.is_some() {
        "paid media".to_owned()
    } else {
        return None;
    };
    Some(aside(&note))
}

/// A text on one line of at most `most` characters, without those that turn its direction.
pub(super) fn line(text: &str, most: usize) -> String {
    let turns = |char: &char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text: String = text.chars().filter(|char| !turns(char)).collect();
    let words: Vec<&str> = text
        .split(|char: char| char.is_whitespace() || char.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let mut line = words.join(" ");
    if let Some((end, _)) = line.char_indices().nth(most) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// The same, for a text that stands inside of a note.
pub(super) fn inside(text: &str, most: usize) -> String {
    line(text, most).replace('[', "(").replace(']', ")")
}

fn piece(text: &str) -> String {
    inside(text, PIECE_CHARS)
}

/// The pieces that are there, separated by commas.
fn listed<'a>(pieces: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let pieces = pieces.into_iter().flatten().map(piece).filter(|piece| !piece.is_empty());
    pieces.take(LINES).collect::<Vec<_>>().join(", ")
}

fn titled(what: &str, title: Option<&str>) -> String {
    match title.map(piece) {
        Some(title) if !title.is_empty() => format!("{what}: {title}"),
        Some(_) | None => what.to_owned(),
    }
}

fn of_sticker(sticker: &Sticker) -> String {
    titled("sticker", sticker.emoji.as_deref())
}

fn of_contact(contact: &Contact) -> String {
    let names = [contact.first_name.as_deref(), contact.last_name.as_deref()];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    titled("contact", Some(&listed([Some(name.as_str()), contact.phone_number.as_deref()])))
}

fn of_location(location: &Location) -> Option<String> {
    let (latitude, longitude) = location.latitude.zip(*location.longitude)?;
    Some(format!("{latitude}, {longitude}"))
}

fn of_venue(venue: &Venue) -> String {
    let place = venue.location.as_ref().and_then(of_location);
    let pieces = [venue.title.as_deref(), venue.address.as_deref(), place.as_deref()];
    titled("place", Some(&listed(pieces)))
}

fn of_dice(dice: &Dice) -> String {
    let emoji = dice.emoji.as_deref().map(piece).unwrap_or_default();
    match *dice.value {
        Some(value) => format!("dice {emoji}: {value}"),
        None => format!("dice {emoji}"),
    }
}

fn of_poll(poll: &Poll) -> String {
    let options = listed(poll.options.iter().map(|option| option.text.as_deref()));
    format!("{} ({options})", titled("poll", poll.question.as_deref()))
}

fn of_checklist(checklist: &Checklist) -> String {
    let tasks = listed(checklist.tasks.iter().map(|task| task.text.as_deref()));
    format!("{} ({tasks})", titled("checklist", checklist.title.as_deref()))
}
