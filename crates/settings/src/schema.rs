//! The JSON Schema of `openclaw.json`, for editors and other tools.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::document::Document;

/// The schema (draft 2020-12), made from the types that the file is read into.
#[must_use]
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Document>().into()
}
