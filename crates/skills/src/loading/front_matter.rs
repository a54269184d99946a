//! The YAML front matter of a skill file: finds it, and takes `name` and `description` from it.
//!
//! Everything else in it is left alone, whatever it is, so that skills written for other
//! programs load as they are. Read by events: nothing is built from what isn't needed, and an
//! alias can't multiply anything.

use std::collections::BTreeMap;
use std::path::Path;

use saphyr_parser::{Event, Marker, Parser, ScanError};

use crate::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use crate::problem::{Position, Problem};

/// A value of the front matter and where it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) text: String,
    pub(crate) position: Position,
}

/// What the front matter says about its skill.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FrontMatter {
    pub(crate) name: Option<Placed>,
    pub(crate) description: Option<Placed>,
}

/// A file's front matter, if it has one, and the offset at which its body begins.
pub(crate) struct Split<'a> {
    pub(crate) yaml: Option<&'a str>,
    pub(crate) body_offset: usize,
}

/// Splits a file into front matter and body.
pub(crate) fn split<'a>(path: &Path, text: &'a str) -> Result<Split<'a>, Problem> {
    let mut lines = text.split_inclusive('\n');
    let Some(opening) = lines.next().filter(|line| line.trim_end() == "---") else {
        return Ok(Split { yaml: None, body_offset: 0 });
    };
    let start = opening.len();
    let mut end = start;
    for line in lines {
        let after = end + line.len();
        if line.trim_end() == "---" {
            return Ok(Split { yaml: text.get(start..end), body_offset: after });
        }
        end = after;
    }
    let message = "the front matter that begins here has no end; close it with a line `---`";
    Err(Problem::at(path, Position::START, message))
}

/// Reads the front matter, and reports all that is wrong with it.
pub(crate) fn read(path: &Path, yaml: &str) -> Result<FrontMatter, Vec<Problem>> {
    let mut fields = top_level_texts(yaml)
        .map_err(|Fault { position, message }| vec![Problem::at(path, position, message)])?;
    let mut problems = Vec::new();
    let mut take = |key: &'static str, check: fn(&str) -> Result<String, String>| {
        let Field { value, position } = fields.remove(key)?;
        match value.ok_or_else(|| format!("`{key}` must be a text")).and_then(|v| check(&v)) {
            Ok(text) => Some(Placed { text, position }),
            Err(message) => {
                problems.push(Problem::at(path, position, message));
                None
            }
        }
    };
    let name = take("name", check_name);
    let description = take("description", check_description);
    if problems.is_empty() { Ok(FrontMatter { name, description }) } else { Err(problems) }
}

/// Checks the name of a skill, whether it was written down or taken from the file's name.
pub(crate) fn check_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let length = name.chars().count();
    if length > MAX_NAME_CHARS {
        return Err(format!("`name` has {length} characters, and may have {MAX_NAME_CHARS}"));
    }
    let begins_well = name.chars().next().is_some_and(char::is_alphanumeric);
    if begins_well && name.chars().all(|c| c.is_alphanumeric() || " -_.".contains(c)) {
        return Ok(name.to_owned());
    }
    Err("`name` must begin with a letter or digit and go on with letters, digits, spaces and \
         `-`, `_`, `.`"
        .to_owned())
}

fn check_description(description: &str) -> Result<String, String> {
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = description.chars().count();
    if description.is_empty() {
        return Err("`description` is empty; say in a sentence what the skill is about".to_owned());
    }
    if length > MAX_DESCRIPTION_CHARS {
        return Err(format!(
            "`description` has {length} characters, and may have {MAX_DESCRIPTION_CHARS}"
        ));
    }
    Ok(description)
}

/// A field of the top level. The value is `None` if it is a list, a mapping or an alias.
struct Field {
    value: Option<String>,
    position: Position,
}

struct Fault {
    position: Position,
    message: String,
}

impl Fault {
    fn new(position: Position, message: impl Into<String>) -> Self {
        Self { position, message: message.into() }
    }
}

impl From<ScanError> for Fault {
    fn from(error: ScanError) -> Self {
        Self::new(in_file(error.marker()), format!("the YAML is wrong: {}", error.info()))
    }
}

/// The parser counts lines from 1 within the YAML, which begins on the file's second line, and
/// columns from 0.
fn in_file(marker: &Marker) -> Position {
    Position { line: marker.line() + 1, column: marker.col() + 1 }
}

/// What the reader waits for at the top level of the document.
enum Expecting {
    Document,
    Key,
    Value(String),
}

fn top_level_texts(yaml: &str) -> Result<BTreeMap<String, Field>, Fault> {
    let mut fields = BTreeMap::new();
    let mut expecting = Expecting::Document;
    let mut depth = 0_usize;
    let mut parser = Parser::new_from_str(yaml);
    while let Some(event) = parser.next_event() {
        let (event, span) = event?;
        let position = in_file(&span.start);
        let inside = depth;
        match &event {
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => depth = depth.saturating_sub(1),
            Event::Scalar(..) | Event::Alias(_) => {}
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        }
        // A nested value counts once, at its start; what is inside it is passed over.
        if inside > 1 || depth < inside {
            continue;
        }
        expecting = step(expecting, event, position, &mut fields)?;
    }
    Ok(fields)
}

fn step(
    expecting: Expecting,
    event: Event<'_>,
    position: Position,
    fields: &mut BTreeMap<String, Field>,
) -> Result<Expecting, Fault> {
    match (expecting, event) {
        (Expecting::Document, Event::MappingStart(..)) => Ok(Expecting::Key),
        (Expecting::Document, Event::Scalar(text, ..)) if text.is_empty() || text == "~" => {
            Ok(Expecting::Document)
        }
        (Expecting::Document, _) => {
            Err(Fault::new(position, "the front matter must be `key: value` lines"))
        }
        (Expecting::Key, Event::Scalar(key, ..)) if fields.contains_key(key.as_ref()) => {
            Err(Fault::new(position, "this key of the front matter stands there twice"))
        }
        (Expecting::Key, Event::Scalar(key, ..)) => Ok(Expecting::Value(key.into_owned())),
        (Expecting::Key, _) => {
            Err(Fault::new(position, "a key of the front matter must be a text"))
        }
        (Expecting::Value(key), event) => {
            let value = match event {
                Event::Scalar(text, ..) => Some(text.into_owned()),
                _ => None,
            };
            fields.insert(key, Field { value, position });
            Ok(Expecting::Key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(yaml: &str) -> Result<FrontMatter, Vec<String>> {
        read(Path::new("A.md"), yaml)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_file_without_front_matter_is_all_body() {
        let split = split(Path::new("A.md"), "# Title\n---\n").unwrap();
        assert_eq!((split.yaml, split.body_offset), (None, 0));
    }

    #[test]
    fn front_matter_ends_at_the_next_line_of_three_dashes() {
        let split = split(Path::new("A.md"), "---\nname: a\n---\nBody --- body\n---\n").unwrap();
        assert_eq!((split.yaml, split.body_offset), (Some("name: a\n"), 16));
    }

    #[test]
    fn keys_of_other_programs_are_left_alone_whatever_they_hold() {
        let yaml = "name: tracking\nmetadata:\n  openclaw: { emoji: \"x\", requires: [a, {b: c}] }\n\
                    license: MIT\nallowed-tools: [x, y]\n\
                    description: >\n  Two\n  lines.\n";
        let front = read_text(yaml).unwrap();
        assert_eq!(front.name.unwrap().text, "tracking");
        assert_eq!(front.description.unwrap().text, "Two lines.");
    }

    #[test]
    fn wrong_yaml_is_named_by_line_and_column_of_the_file() {
        let problems = read_text("name: a\ndescription: \"open\n").unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("A.md:3:"), "{problems:?}");
        let problems = read_text("name: a\n  bad: [1, 2\n").unwrap_err();
        assert!(problems[0].contains("the YAML is wrong"), "{problems:?}");
    }

    #[test]
    fn all_wrong_values_are_reported_at_once_and_where_they_stand() {
        let long = "n".repeat(MAX_NAME_CHARS + 1);
        let problems = read_text(&format!("name: {long}\ndescription: [a]\n")).unwrap_err();
        assert_eq!(
            problems,
            [
                "A.md:2:7: `name` has 65 characters, and may have 64",
                "A.md:3:14: `description` must be a text"
            ]
        );
    }

    #[test]
    fn a_key_that_stands_there_twice_is_refused() {
        let problems = read_text("name: a\nname: b\n").unwrap_err();
        assert!(problems[0].starts_with("A.md:3:1: "), "{problems:?}");
    }

    #[test]
    fn a_list_is_no_front_matter() {
        let problems = read_text("- a\n- b\n").unwrap_err();
        assert_eq!(problems, ["A.md:2:1: the front matter must be `key: value` lines"]);
    }

    #[test]
    fn empty_front_matter_says_nothing_and_is_fine() {
        assert_eq!(read_text("").unwrap(), FrontMatter::default());
        assert_eq!(read_text("# only a comment\n").unwrap(), FrontMatter::default());
    }

    #[test]
    fn a_name_that_could_pose_as_markup_is_refused() {
        assert!(check_name("a\" onload=\"").is_err());
        assert!(check_name("</skill>").is_err());
        assert!(check_name("").is_err());
        assert_eq!(check_name(" Über uns ").unwrap(), "Über uns");
    }
}
