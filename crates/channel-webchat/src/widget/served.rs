//! The files as browsers get them: scripts without what only people read, the panel's modules as one,
//! and the loader with the name of the set of files that it goes with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::content::{Content, digest};
use super::sources::{DEMO, DEMO_PAGE, LOADER, PANEL, Source};

/// Where the loader and the demo page name the set.
const PLACEHOLDER: &str = "__ASSETS__";

/// What the loader fetches.
const PANEL_FILE: &str = "panel.js";

/// All files.
pub(crate) struct Widget {
    /// What sites embed.
    pub(crate) loader: Content,
    /// The page that shows it.
    pub(crate) demo: Content,
    /// The name of the set of all other files: it changes with any of them.
    pub(crate) set: String,
    /// Those files.
    pub(crate) files: BTreeMap<&'static str, Content>,
}

/// The files of this binary, made ready when they are first asked for.
pub(crate) fn widget() -> &'static Widget {
    static WIDGET: LazyLock<Widget> = LazyLock::new(Widget::new);
    &WIDGET
}

impl Widget {
    fn new() -> Self {
        let mut files: BTreeMap<_, _> =
            DEMO.iter().map(|(name, text)| (*name, file(name, text))).collect();
        files.insert(PANEL_FILE, Content::new(SCRIPT, joined(PANEL)));
        let tags: Vec<&str> = files.values().map(|file| file.tag.as_str()).collect();
        let set = digest(tags.concat().as_bytes());
        let loader = slim(LOADER).replace(PLACEHOLDER, &set);
        let demo = DEMO_PAGE.replace(PLACEHOLDER, &set);
        Self {
            loader: Content::new(SCRIPT, loader),
            demo: Content::new("text/html; charset=utf-8", demo),
            set,
            files,
        }
    }
}

fn file(name: &str, text: &str) -> Content {
    if name.ends_with(".css") {
        Content::new("text/css; charset=utf-8", text.to_owned())
    } else {
        Content::new(SCRIPT, slim(text))
    }
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Modules as one: a browser asks once instead of for one after the other, and what they have in
/// common is compressed. Their names are those of one module then, so no two may be the same.
fn joined(modules: &[Source]) -> String {
    let slim: String = modules.iter().map(|(_, text)| slim(text)).collect();
    let lines = slim.lines().filter(|line| !line.starts_with("import "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A script without the lines that are comments as a whole, and without indentation. Nothing within
/// a line is touched, so no text can be mistaken for a comment.
fn slim(script: &str) -> String {
    let mut in_comment = false;
    let mut slim = String::with_capacity(script.len());
    for line in script.lines().map(str::trim) {
        let begins = line.starts_with("/*");
        if in_comment || begins {
            in_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            slim.push_str(line);
            slim.push('\n');
        }
    }
    slim
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limits that the widget promises, in bytes of gzip.
    const LOADER_LIMIT: usize = 3_000;
    const PANEL_LIMIT: usize = 25_000;

    #[test]
    fn the_loader_and_the_panel_keep_to_their_sizes() {
        let loader = widget().loader.zipped().unwrap().len();
        assert!((1..=LOADER_LIMIT).contains(&loader), "the loader has {loader} bytes");
        let panel = widget().files[PANEL_FILE].zipped().unwrap().len();
        assert!((1..=PANEL_LIMIT).contains(&panel), "the panel has {panel} bytes");
    }

    #[test]
    fn loader_and_page_fetch_the_very_set_that_is_served() {
        for (file, fetched) in [(&widget().loader, "panel.js"), (&widget().demo, "demo.css")] {
            let text = std::str::from_utf8(&file.plain).unwrap();
            assert!(text.contains(&format!("assets/{}/{fetched}", widget().set)), "{text}");
            assert!(!text.contains(PLACEHOLDER));
            assert!(widget().files.contains_key(fetched));
        }
    }

    #[test]
    fn every_module_stands_after_those_that_it_imports() {
        let mut imports = 0;
        for (place, (name, module)) in PANEL.iter().enumerate() {
            for imported in module.split("from './").skip(1) {
                let imported = imported.split('\'').next().unwrap();
                let before = PANEL[..place].iter().any(|(earlier, _)| *earlier == imported);
                assert!(before, "{imported} must stand before {name}, which imports it");
                imports += 1;
            }
        }
        assert!(imports > 10, "{imports}");
        let panel = std::str::from_utf8(&widget().files[PANEL_FILE].plain).unwrap();
        assert!(!panel.contains("from './") && panel.contains("export function mount("));
    }

    #[test]
    fn no_two_modules_of_the_panel_have_the_same_name_in_them() {
        let mut names = BTreeMap::new();
        for (module, text) in PANEL {
            for line in text.lines() {
                let words = line.trim_start_matches("export ").trim_start_matches("async ");
                let kinds = ["const ", "let ", "function ", "class "];
                let Some(rest) = kinds.iter().find_map(|kind| words.strip_prefix(kind)) else {
                    continue;
                };
                let name = rest.split(|end: char| !end.is_alphanumeric() && end != '_').next();
                let name = name.unwrap();
                assert!(!name.is_empty(), "{module}: one name a line: {line}");
                let other = names.insert(name, module);
                assert_eq!(other, None, "{name} is in {module}, too");
            }
        }
        assert!(names.len() > 80, "{}", names.len());
    }

    #[test]
    fn only_whole_lines_of_comment_are_left_out() {
        let script =
            "// a\n  /** b\n   * c\n   */\n  let d = 'https://e'; // f\n\n/* g */\nd */ 2;\n";
        assert_eq!(slim(script), "let d = 'https://e'; // f\nd */ 2;\n");
    }
}
