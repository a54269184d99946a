//! The JSON Schema.

use serde_json::{Value, json};
use settings::schema;

fn definition<'s>(schema: &'s Value, name: &str) -> &'s Value {
    &schema["$defs"][name]["properties"]
}

#[test]
fn the_schema_says_what_is_allowed_and_what_is_usual() {
    let schema = schema();
    assert_eq!(schema["title"], "OpenClaw gateway settings");
    let gateway = definition(&schema, "Gateway");
    assert_eq!(gateway["port"]["minimum"], 1);
    assert_eq!(gateway["port"]["maximum"], 65535);
    assert_eq!(gateway["port"]["default"], 18789);
    assert_eq!(gateway["bind"]["default"], "loopback");
    let words = &gateway["bind"]["anyOf"][0]["oneOf"];
    assert_eq!((&words[0]["const"], &words[1]["const"]), (&json!("loopback"), &json!("lan")));
    assert_eq!(definition(&schema, "Skills")["directory"]["default"], "skills");
    let provider = definition(&schema, "Provider");
    assert_eq!(provider["maxConcurrent"]["maximum"], 65536);
    assert_eq!(provider["apiKey"]["writeOnly"], true);
    assert_eq!(provider["models"]["type"], "array");
    assert_eq!(provider["models"]["items"]["$ref"], "#/$defs/ProviderModel");
    let input = &definition(&schema, "ProviderModel")["input"]["items"]["anyOf"][0]["oneOf"];
    assert_eq!((&input[0]["const"], &input[1]["const"]), (&json!("text"), &json!("image")));
}

#[test]
fn every_setting_is_described_and_none_is_required() {
    let schema = schema();
    let mut settings = 0;
    let definitions = schema["$defs"].as_object().unwrap();
    for (name, section) in definitions.iter().chain([(&"root".to_owned(), &schema)]) {
        assert!(section.get("required").is_none(), "{name}");
        assert_ne!(section.get("additionalProperties"), Some(&json!(false)), "{name}");
        for (key, property) in section["properties"].as_object().unwrap() {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(description.len() > 10, "{name}.{key}");
            settings += 1;
        }
    }
    assert!(settings > 35, "{settings}");
}
