//! The front matter of a skill file: finds it, and takes what is ours from it.
//!
//! Everything else in it is left alone, whatever it is, so that skills written for other
//! programs load as they are.

use std::path::Path;

use strsim::osa_distance;

use crate::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use crate::loading::yaml::{self, Fault, Field, Value};
use crate::problem::{Position, Problem};

pub(crate) use crate::loading::yaml::Placed;

/// What is expected of the synonyms.
const SYNONYMS: &str = "`synonyms` must be a list of texts such as `parcel, package, shipment`";

/// What the front matter says about its skill.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FrontMatter {
    /// Its name.
    pub(crate) name: Option<Placed>,
    /// What it is about, in one line.
    pub(crate) description: Option<String>,
    /// Groups of words that mean the same to customers, each as one text.
    pub(crate) synonyms: Vec<String>,
    /// Keys that are probably misspelled.
    pub(crate) warnings: Vec<Problem>,
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
    let mut fields = yaml::fields(yaml)
        .map_err(|Fault { position, message }| vec![Problem::at(path, position, message)])?;
    let mut problems = Vec::new();
    let mut note = |position: Position, message: String| {
        problems.push(Problem::at(path, position, message));
    };
    let mut front = FrontMatter::default();
    if let Some(Field { value, position, .. }) = fields.remove("name") {
        match text(value, "name").and_then(|name| check_name(&name)) {
            Ok(text) => front.name = Some(Placed { text, position }),
            Err(message) => note(position, message),
        }
    }
    if let Some(Field { value, position, .. }) = fields.remove("description") {
        match text(value, "description").and_then(|description| check_description(&description)) {
            Ok(description) => front.description = Some(description),
            Err(message) => note(position, message),
        }
    }
    match fields.remove("synonyms") {
        None => {}
        Some(Field { value: Value::List(groups), .. }) => {
            front.synonyms = groups.into_iter().map(|group| group.text).collect();
        }
        Some(Field { position, .. }) => note(position, SYNONYMS.to_owned()),
    }
    front.warnings = fields.iter().filter_map(|(key, field)| doubt(path, key, field)).collect();
    if problems.is_empty() { Ok(front) } else { Err(problems) }
}

/// A warning if a key is none of ours, but nearly: one slip for every three letters. Other
/// programs' keys are hardly ever so near.
fn doubt(path: &Path, key: &str, field: &Field) -> Option<Problem> {
    let meant = ["name", "description", "synonyms"].into_iter().find(|ours| {
        key.len() <= 2 * ours.len() && osa_distance(&key.to_lowercase(), ours) <= ours.len() / 3
    })?;
    let message = format!("the front matter has an unknown key here; did you mean `{meant}`?");
    Some(Problem { position: Some(field.key_position), ..Problem::warning(path, message) })
}

fn text(value: Value, key: &str) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::List(_) | Value::Other => Err(format!("`{key}` must be a text")),
    }
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
        assert_eq!(front.description.unwrap(), "Two lines.");
        assert_eq!(front.warnings, []);
    }

    #[test]
    fn a_key_that_is_nearly_one_of_ours_is_doubted_where_it_stands() {
        let front = read_text("Name: a\ndescripton: b\nlicense: c\nsynonym:\n  - d\n").unwrap();
        let warnings: Vec<_> = front.warnings.iter().map(ToString::to_string).collect();
        let doubt = |place, meant| {
            format!(
                "A.md:{place}: warning: the front matter has an unknown key here; did you mean \
                 `{meant}`?"
            )
        };
        assert_eq!(
            warnings,
            [doubt("2:1", "name"), doubt("3:1", "description"), doubt("5:1", "synonyms")]
        );
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
    fn synonyms_are_a_list_of_groups() {
        let front = read_text("synonyms:\n  - parcel, package\n  - price, cost\n").unwrap();
        assert_eq!(front.synonyms, ["parcel, package", "price, cost"]);
        let problems = read_text("name: a\nsynonyms: parcel\n").unwrap_err();
        assert!(problems[0].starts_with("A.md:3:11: `synonyms` must be a list"), "{problems:?}");
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
