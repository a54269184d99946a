//! The files as browsers get them: scripts without what only people read, and the loader with the
//! name of the set of modules that it goes with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::content::{Content, digest};
use super::sources::{DEMO, DEMO_PAGE, LOADER, PANEL};

/// Where the loader and the demo page name the set.
const PLACEHOLDER: &str = "__ASSETS__";

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
        let files: BTreeMap<_, _> =
            PANEL.iter().chain(DEMO).map(|(name, text)| (*name, file(name, text))).collect();
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
    const LOADER_LIMIT: usize = 3 * 1024;
    const PANEL_LIMIT: usize = 25 * 1024;

    #[test]
    fn the_loader_and_the_panel_keep_to_their_sizes() {
        let loader = widget().loader.zipped().unwrap().len();
        assert!((1..=LOADER_LIMIT).contains(&loader), "the loader has {loader} bytes");
        let size = |(name, _): &(&str, &str)| widget().files[name].zipped().unwrap().len();
        let panel: usize = PANEL.iter().map(size).sum();
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
    fn every_module_that_is_imported_is_served() {
        let mut imports = 0;
        for (name, module) in &widget().files {
            let text = std::str::from_utf8(&module.plain).unwrap();
            for imported in text.split("from './").skip(1) {
                let imported = imported.split('\'').next().unwrap();
                assert!(widget().files.contains_key(imported), "{name} imports {imported}");
                imports += 1;
            }
        }
        assert!(imports > 10, "{imports}");
    }

    #[test]
    fn only_whole_lines_of_comment_are_left_out() {
        let script =
            "// a\n  /** b\n   * c\n   */\n  let d = 'https://e'; // f\n\n/* g */\nd */ 2;\n";
        assert_eq!(slim(script), "let d = 'https://e'; // f\nd */ 2;\n");
    }
}
