//! Which file is read.

use std::path::{Path, PathBuf};

use settings::{Environment, Place, Problems, Source, load};

use crate::support::{Directory, nothing_set};

fn port_file(port: u16) -> String {
    format!("{{ gateway: {{ port: {port} }} }}")
}

fn source(directory: &Directory, file: Option<&str>) -> Source {
    Source { file: file.map(PathBuf::from), directory: directory.path().to_owned() }
}

fn only_headline(problems: &Problems) -> String {
    let headlines: Vec<_> = problems.iter().map(|problem| problem.headline()).collect();
    assert_eq!(headlines.len(), 1, "{headlines:#?}");
    headlines.into_iter().next().unwrap()
}

#[test]
fn the_command_line_wins_over_the_variable_and_the_variable_over_the_default() {
    let directory = Directory::new();
    let variable = Environment::from_iter([("OPENCLAW_CONFIG_PATH", "b.json")]);
    let load_port = |file, environment: &Environment| {
        let loaded = load(&source(&directory, file), environment).unwrap();
        (loaded.settings.gateway.port, loaded.path)
    };
    assert_eq!(load_port(None, &nothing_set()), (18789, None));
    directory.write("config/openclaw.json", port_file(1));
    assert_eq!(load_port(None, &nothing_set()), (1, Some("config/openclaw.json".into())));
    directory.write("b.json", port_file(2));
    assert_eq!(load_port(None, &variable), (2, Some("b.json".into())));
    directory.write("c.json", port_file(3));
    assert_eq!(load_port(Some("c.json"), &variable), (3, Some("c.json".into())));
}

#[test]
fn a_missing_file_that_was_named_is_refused() {
    let directory = Directory::new();
    let by_line = load(&source(&directory, Some("none.json")), &nothing_set()).unwrap_err();
    assert_eq!(
        only_headline(&by_line),
        "none.json: no such file: expected the settings file that the command line names"
    );
    let variable = Environment::from_iter([("OPENCLAW_CONFIG_PATH", "none.json")]);
    let by_variable = load(&source(&directory, None), &variable).unwrap_err();
    assert_eq!(
        only_headline(&by_variable),
        "none.json: no such file: expected the settings file that OPENCLAW_CONFIG_PATH names"
    );
}

#[test]
fn what_is_no_settings_file_is_refused() {
    let directory = Directory::new();
    directory.write("config/openclaw.json/file", "");
    let problems = directory.load(&[]).unwrap_err();
    assert!(only_headline(&problems).starts_with("config/openclaw.json: "), "{problems}");

    directory.write("large.json", vec![b' '; 1024 * 1024 + 1]);
    let large = load(&source(&directory, Some("large.json")), &nothing_set()).unwrap_err();
    assert!(only_headline(&large).contains("a file of more than 1024 KiB"));

    directory.write("latin.json", b"{\n  // caf\xc3\xa9 caf\xe9\n}");
    let latin = load(&source(&directory, Some("latin.json")), &nothing_set()).unwrap_err();
    let place = Place::Point { path: "latin.json".into(), line: 2, column: 14 };
    assert_eq!(latin.errors().map(|problem| &problem.place).collect::<Vec<_>>(), [&place]);
}

#[test]
fn a_file_of_just_the_largest_size_is_read() {
    let directory = Directory::new();
    let text = port_file(7);
    let padding = " ".repeat(1024 * 1024 - text.len());
    directory.write("config/openclaw.json", text + &padding);
    assert_eq!(directory.load(&[]).unwrap().settings.gateway.port, 7);
}

#[test]
fn relative_paths_start_from_the_working_directory() {
    let directory = Directory::new();
    let text = "{ skills: { directory: 'a', load: { extraDirs: ['b', '/c'] } } }";
    directory.write("config/openclaw.json", text);
    let skills = directory.load(&[]).unwrap().settings.skills;
    assert_eq!(skills.directory, directory.path().join("a"));
    assert_eq!(skills.extra_directories, [directory.path().join("b"), PathBuf::from("/c")]);
    let here = Source { file: None, directory: PathBuf::new() };
    let defaults = load(&here, &nothing_set()).unwrap().settings;
    assert_eq!(defaults.skills.directory, Path::new("skills"));
}
