//! Reads the top level of a front matter's YAML: its texts and its lists of texts, each with
//! its place. Everything deeper is passed over.
//!
//! Read by events: nothing is built from what isn't needed, and an alias can't multiply
//! anything.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScanError};

use crate::problem::Position;

/// A value of the front matter and where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) text: String,
    pub(crate) position: Position,
}

/// A value of the top level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text, or something written like one.
    Text(String),
    /// A list. What isn't a text in it is left out.
    List(Vec<Placed>),
    /// Anything else.
    Other,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) key_position: Position,
    pub(crate) value: Value,
    pub(crate) position: Position,
}

/// What is wrong with the YAML as such, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) position: Position,
    pub(crate) message: String,
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

/// The fields of the top level.
pub(crate) fn fields(yaml: &str) -> Result<BTreeMap<String, Field>, Fault> {
    let mut reader = Reader::default();
    let mut parser = Parser::new_from_str(yaml);
    while let Some(event) = parser.next_event() {
        let (event, span) = event?;
        reader.read(event, in_file(&span.start))?;
    }
    Ok(reader.fields)
}

#[derive(Default)]
struct Reader {
    fields: BTreeMap<String, Field>,
    /// How many mappings and lists are open.
    depth: usize,
    /// The key whose value comes next, or is being read.
    key: Option<String>,
    /// Where the key stands that was read last.
    key_position: Option<Position>,
}

impl Reader {
    fn put(&mut self, key: String, value: Value, position: Position) {
        let key_position = self.key_position.unwrap_or(position);
        self.fields.insert(key, Field { key_position, value, position });
    }

    fn read(&mut self, event: Event<'_>, position: Position) -> Result<(), Fault> {
        match event {
            Event::MappingStart(..) => self.open(Value::Other, position),
            Event::SequenceStart(..) => self.open(Value::List(Vec::new()), position),
            Event::MappingEnd | Event::SequenceEnd => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 1 {
                    self.key = None;
                }
                Ok(())
            }
            Event::Scalar(text, ..) => self.text(text.into_owned(), position),
            Event::Alias(_) => self.alias(position),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, value: Value, position: Position) -> Result<(), Fault> {
        self.depth += 1;
        match (self.depth, self.key.clone(), value) {
            (1, _, Value::Other) => Ok(()),
            (1, ..) => Err(Fault::new(position, "the front matter must be `key: value` lines")),
            (2, None, _) => Err(Fault::new(position, "a key of the front matter must be a text")),
            (2, Some(key), value) => {
                self.put(key, value, position);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: String, position: Position) -> Result<(), Fault> {
        match (self.depth, self.key.take()) {
            (0, _) if text.is_empty() || text == "~" => Ok(()),
            (0, _) => Err(Fault::new(position, "the front matter must be `key: value` lines")),
            (1, None) if self.fields.contains_key(&text) => {
                Err(Fault::new(position, "this key of the front matter stands there twice"))
            }
            (1, None) => {
                self.key = Some(text);
                self.key_position = Some(position);
                Ok(())
            }
            (1, Some(key)) => {
                self.put(key, Value::Text(text), position);
                Ok(())
            }
            (2, Some(key)) => {
                let field = self.fields.get_mut(&key).map(|field| &mut field.value);
                if let Some(Value::List(items)) = field {
                    items.push(Placed { text, position });
                }
                self.key = Some(key);
                Ok(())
            }
            (_, key) => {
                self.key = key;
                Ok(())
            }
        }
    }

    fn alias(&mut self, position: Position) -> Result<(), Fault> {
        match (self.depth, self.key.take()) {
            (1, None) => Err(Fault::new(position, "a key of the front matter must be a text")),
            (1, Some(key)) => {
                self.put(key, Value::Other, position);
                Ok(())
            }
            (_, key) => {
                self.key = key;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_lists_of_the_top_level_are_read_and_the_rest_is_passed_over() {
        let yaml = "a: one\nb:\n  - x, y\n  - {deep: [z]}\n  - w\nc: {d: e}\nf: &x g\nh: *x\ni:\n";
        let fields = fields(yaml).unwrap();
        assert_eq!(fields["a"].value, Value::Text("one".into()));
        let Value::List(items) = &fields["b"].value else { panic!("{fields:?}") };
        assert_eq!(items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>(), ["x, y", "w"]);
        assert_eq!(items[0].position, Position { line: 4, column: 5 });
        assert_eq!(fields["c"].value, Value::Other);
        assert_eq!(fields["f"].value, Value::Text("g".into()));
        assert_eq!(fields["h"].value, Value::Other);
        assert_eq!(fields["i"].value, Value::Text(String::new()));
        assert_eq!(fields.len(), 6);
    }

    #[test]
    fn a_key_that_stands_there_twice_is_refused() {
        let fault = fields("a: b\na: c\n").unwrap_err();
        assert_eq!(fault.position, Position { line: 3, column: 1 });
        assert!(fields("a: [b]\na: {c: d}\n").is_err());
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        for yaml in ["- a\n- b\n", "just words\n", "? [a]\n: b\n"] {
            assert!(fields(yaml).is_err(), "{yaml}");
        }
        assert!(fields("# only a comment\n").unwrap().is_empty());
    }

    #[test]
    fn deep_nesting_is_survived() {
        let yaml = format!("a: {}{}\nname: b\n", "[".repeat(5_000), "]".repeat(5_000));
        let fields = fields(&yaml);
        assert!(fields.is_err() || fields.is_ok_and(|fields| fields.contains_key("name")));
    }
}
