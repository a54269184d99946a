//! The house rules that a compiler doesn't check: a crate imports only from strictly lower
//! floors, rooms of one floor never import each other, and files stay small.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The floor of every crate under `crates/`.
const FLOORS: [(&str, u8); 12] = [
    ("conversation", 0),
    ("settings", 0),
    ("channel-telegram", 1),
    ("channel-webchat", 1),
    ("channel-whatsapp", 1),
    ("dialogue", 1),
    ("language-model", 1),
    ("skills", 1),
    ("store-memory", 1),
    ("store-redis", 1),
    ("http-api", 2),
    ("gateway", 3),
];

/// Settings are read in one place, which hands each room its own small options.
const ONLY_THE_ROOF_IMPORTS_SETTINGS: &str = "settings";

/// The longest a source file of a crate may be, in lines.
const LONGEST_FILE: usize = 400;

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What cargo knows of the workspace's packages.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(workspace_root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The workspace's own normal dependencies, by crate.
fn imports() -> BTreeMap<String, Vec<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let names: Vec<&str> = packages.iter().map(|p| p["name"].as_str().unwrap()).collect();
    let own = |dependency: &&Value| {
        dependency["kind"].is_null() && names.contains(&dependency["name"].as_str().unwrap())
    };
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            let list = dependencies.iter().filter(own);
            let list = list.map(|d| d["name"].as_str().unwrap().to_owned()).collect();
            (package["name"].as_str().unwrap().to_owned(), list)
        })
        .collect()
}

#[test]
fn a_crate_imports_only_from_strictly_lower_floors() {
    let floors: BTreeMap<&str, u8> = FLOORS.into_iter().collect();
    let imports = imports();
    let mut checked = 0;
    for (name, floor) in &floors {
        let list = imports.get(*name).unwrap_or_else(|| panic!("the crate {name} is gone"));
        for import in list {
            let below = floors.get(import.as_str());
            let below =
                below.unwrap_or_else(|| panic!("{name} imports {import}, outside the house"));
            assert!(below < floor, "{name} (floor {floor}) imports {import} (floor {below})");
            checked += 1;
        }
    }
    assert!(checked >= FLOORS.len(), "only {checked} imports were checked");
}

#[test]
fn every_crate_of_the_house_has_a_floor() {
    let folders = std::fs::read_dir(workspace_root().join("crates")).unwrap();
    let mut names: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut known: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(names, known);
}

#[test]
fn only_the_roof_imports_the_settings() {
    for (name, list) in imports() {
        let has = list.iter().any(|import| import == ONLY_THE_ROOF_IMPORTS_SETTINGS);
        assert_eq!(has, name == "gateway", "{name}");
    }
}

/// What exists for tests only and would be dangerous in a release.
const TEST_FEATURES: [&str; 2] = ["fault-injection", "test-time"];

#[test]
fn no_release_has_what_is_for_tests_only() {
    let mut checked = 0;
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let features = package["features"].as_object().unwrap();
        for feature in TEST_FEATURES.iter().filter(|feature| features.contains_key(**feature)) {
            let by_default = features.get("default").map(Value::to_string).unwrap_or_default();
            assert!(!by_default.contains(feature), "{name} has {feature} by default");
            checked += 1;
        }
        for dependency in package["dependencies"].as_array().unwrap() {
            let asked = dependency["features"].to_string();
            let asks = TEST_FEATURES.iter().any(|feature| asked.contains(feature));
            assert!(!asks || dependency["kind"] == "dev", "{name} asks for {asked}");
        }
    }
    assert!(checked >= 3, "only {checked} features were found");
    for recipe in ["Dockerfile", "docker-compose.yml"] {
        let text = std::fs::read_to_string(workspace_root().join(recipe)).unwrap_or_default();
        assert!(!TEST_FEATURES.iter().any(|feature| text.contains(feature)), "{recipe}");
    }
}

#[test]
fn no_file_of_a_crate_is_long() {
    let mut checked = 0;
    let mut folders = vec![workspace_root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let lines = std::fs::read_to_string(&path).unwrap().lines().count();
                assert!(lines <= LONGEST_FILE, "{} has {lines} lines", path.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "only {checked} files were found");
}

/// Whether a line of code spells a line in brackets by itself, such as `"[location: {place}]"`.
fn spells_a_line_in_brackets(code: &str) -> bool {
    let opened = code.match_indices("\"[").map(|(at, found)| &code[at + found.len()..]);
    let is_words =
        |rest: &str| rest.starts_with(|first: char| first.is_lowercase() || first == '{');
    opened.into_iter().any(is_words)
}

#[test]
fn channels_write_lines_in_brackets_only_as_asides_whose_like_nobody_can_type() {
    assert!(spells_a_line_in_brackets(r#"text.push_str("[location: here]")"#));
    assert!(spells_a_line_in_brackets(r#"format!("[{note}]")"#));
    let mut asides = 0;
    for channel in ["channel-telegram", "channel-webchat", "channel-whatsapp"] {
        let mut folders = vec![workspace_root().join("crates").join(channel).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                // What goes out to customers is theirs to read, and in no prompt.
                let is_other = path.ends_with("outbound") || path.ends_with("bot_api");
                if path.is_dir() && !is_other {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    if path.file_stem().unwrap().to_str().unwrap().ends_with("tests") {
                        continue;
                    }
                    let code = std::fs::read_to_string(&path).unwrap();
                    let code = code.split("#[cfg(test)]\nmod").next().unwrap();
                    asides += code.matches("aside(").count();
                    let wrong = code.lines().find(|line| spells_a_line_in_brackets(line));
                    assert_eq!(wrong, None, "{} must use `aside` for it", path.display());
                }
            }
        }
    }
    assert!(asides >= 10, "only {asides} asides were found");
}
