//! The keys of an object: reading the known ones, and warning about the others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::list::LONGEST;
use super::node::Content;
use super::{At, Decode, Node, Origin, Reader, Setting, child, did_you_mean};

/// The type of a section's field: it reads itself from its key.
pub(crate) trait Field: Sized {
    /// The field's value; `default` if the key is absent or wrong.
    fn read(fields: &mut Fields<'_>, key: &str, default: Self) -> Self;
}

/// An object whose keys are known; `section!` implements it.
pub(crate) trait Section: Default {
    fn read(fields: &mut Fields<'_>) -> Self;
}

/// The keys of one object.
pub(crate) struct Fields<'a> {
    reader: &'a Reader<'a>,
    setting: String,
    object: &'a Object<'a>,
    known: Vec<String>,
}

impl<'a> Fields<'a> {
    /// Reads a section, and warns about the keys that it doesn't know. None, after reporting it, if
    /// the value is no object.
    pub(crate) fn section<S: Section>(
        reader: &'a Reader<'a>,
        setting: String,
        value: &'a Value<'a>,
    ) -> Option<S> {
        let object = Node::read(reader, setting.clone(), value)?.object()?;
        let mut fields = Fields { reader, setting, object, known: Vec::new() };
        let section = S::read(&mut fields);
        fields.warn_about_unknown_keys();
        Some(section)
    }

    /// Reads the field that is called `name` in the code.
    pub(crate) fn read<F: Field>(&mut self, name: &str, default: F) -> F {
        let key = camel_case(name);
        let field = F::read(self, &key, default);
        self.known.push(key);
        field
    }

    /// Reads a section within this one.
    pub(crate) fn nested<S: Section>(&mut self, key: &str) -> S {
        self.each(key, |value| Fields::section(self.reader, child(&self.setting, key), value))
            .flatten()
            .unwrap_or_default()
    }

    fn take<T: Decode>(&mut self, key: &str) -> Setting<T> {
        self.each(key, |value| self.decode(key, value)).unwrap_or_default()
    }

    fn decode<T: Decode>(&self, key: &str, value: &'a Value<'a>) -> Setting<T> {
        if !T::MAY_HOLD_A_SECRET {
            self.reader.note_plain(value.range());
        }
        let Some(node) = Node::read(self.reader, child(&self.setting, key), value) else {
            return Setting::Wrong;
        };
        if node.is_blank() {
            return Setting::Absent;
        }
        match T::decode(&node) {
            Some(value) => Setting::Given(At { value, origin: node.origin }),
            None => Setting::Wrong,
        }
    }

    /// Reads every value of a key, and keeps the first. A key that is written twice is an error
    /// anyway, and its later values are read for what else is wrong in them.
    fn each<R>(&self, key: &str, read: impl FnMut(&'a Value<'a>) -> R) -> Option<R> {
        let object: &'a Object<'a> = self.object;
        let of_key = object.properties.iter().filter(|property| property.name.as_str() == key);
        let read: Vec<R> = of_key.map(|property| &property.value).map(read).collect();
        read.into_iter().next()
    }

    fn warn_about_unknown_keys(&self) {
        for property in &self.object.properties {
            let name = property.name.as_str();
            // Editors use this key to find the schema.
            let names_schema = self.setting.is_empty() && name == "$schema";
            if names_schema || self.known.iter().any(|known| known == name) {
                continue;
            }
            let known = || self.known.iter().map(String::as_str);
            let hint = match did_you_mean(name, known()) {
                none if none.is_empty() => {
                    format!("; known here: {}", known().collect::<Vec<_>>().join(", "))
                }
                nearest => nearest,
            };
            let origin =
                Origin { setting: child(&self.setting, name), span: property.name.range() };
            self.reader.warning(&origin, format!("unknown key, ignored{hint}"));
        }
    }
}

impl<'a> Node<'a> {
    fn object(&self) -> Option<&'a Object<'a>> {
        match self.content {
            Content::Object(object) => Some(object),
            Content::Text(_)
            | Content::Number(_)
            | Content::Flag(_)
            | Content::Null
            | Content::List(_) => self.expected("an object { … }"),
        }
    }
}

impl<T: Decode> Field for Setting<T> {
    fn read(fields: &mut Fields<'_>, key: &str, _default: Self) -> Self {
        fields.take(key)
    }
}

impl<T: Decode> Field for T {
    fn read(fields: &mut Fields<'_>, key: &str, default: Self) -> Self {
        fields.take(key).value().unwrap_or(default)
    }
}

/// Sections under names of the operator's choice.
pub(crate) struct Named<S>(pub(crate) BTreeMap<String, Setting<S>>);

impl<S> Default for Named<S> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<S: Section> Field for Named<S> {
    fn read(fields: &mut Fields<'_>, key: &str, _default: Self) -> Self {
        let setting = child(&fields.setting, key);
        fields
            .each(key, |value| {
                let object = Node::read(fields.reader, setting.clone(), value)?.object()?;
                Some(Self::of(object, &setting, fields.reader))
            })
            .flatten()
            .unwrap_or_default()
    }
}

impl<S: Section> Named<S> {
    fn of<'a>(object: &'a Object<'a>, parent: &str, reader: &'a Reader<'a>) -> Self {
        let entries = object.properties.iter().map(|property| {
            let name = property.name.as_str();
            let setting = child(parent, name);
            let origin = Origin { setting: setting.clone(), span: property.name.range() };
            let entry = match Fields::section(reader, setting, &property.value) {
                Some(value) => Setting::Given(At { value, origin }),
                None => Setting::Wrong,
            };
            (name.to_owned(), entry)
        });
        Self(entries.collect())
    }
}

impl<S: JsonSchema> JsonSchema for Named<S> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("NamedOf{}", S::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <BTreeMap<String, S>>::json_schema(generator)
    }
}

/// Sections one after the other. Wrong ones are reported and left out.
pub(crate) struct Sections<S>(pub(crate) Vec<At<S>>);

impl<S> Default for Sections<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: Section> Field for Sections<S> {
    fn read(fields: &mut Fields<'_>, key: &str, _default: Self) -> Self {
        let list = fields.each(key, |value| {
            let node = Node::read(fields.reader, child(&fields.setting, key), value)?;
            let sections = node.elements()?.filter_map(|(setting, element)| {
                let origin = Origin { setting: setting.clone(), span: element.range() };
                let value = Fields::section(fields.reader, setting, element)?;
                Some(At { value, origin })
            });
            Some(Self(sections.collect()))
        });
        list.flatten().unwrap_or_default()
    }
}

impl<S: JsonSchema> JsonSchema for Sections<S> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("SectionsOf{}", S::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<S>();
        json_schema!({ "type": "array", "items": items, "maxItems": LONGEST })
    }
}

/// A field's key in the file: `trusted_proxies` is written `trustedProxies`. The schema's names are
/// made by the same rule.
fn camel_case(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut capital = false;
    for character in name.chars() {
        match character {
            '_' => capital = true,
            letter if capital => {
                key.push(letter.to_ascii_uppercase());
                capital = false;
            }
            letter => key.push(letter),
        }
    }
    key
}
