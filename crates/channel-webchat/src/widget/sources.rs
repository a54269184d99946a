//! The files as they stand in `widget/`. A test sees to it that none is missing here.

/// A file's name and text.
pub(super) type Source = (&'static str, &'static str);

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        &[$( ($name, include_str!(concat!("../../widget/", $name))) ),*]
    };
}

/// What the page embeds.
pub(super) const LOADER: &str = include_str!("../../widget/loader.js");

/// The modules that become the one file that the loader fetches: each after those that it imports.
pub(super) const PANEL: &[Source] = sources![
    "dom.js",
    "requests.js",
    "shelf.js",
    "strings.js",
    "styles.js",
    "transcript.js",
    "inline.js",
    "markdown.js",
    "outbox.js",
    "session.js",
    "stream.js",
    "composer.js",
    "fullscreen.js",
    "messages.js",
    "view.js",
    "chat.js",
    "panel.js",
];

/// The page at `/` that shows the widget.
pub(super) const DEMO_PAGE: &str = include_str!("../../widget/demo.html");

/// What that page loads besides the widget.
pub(super) const DEMO: &[Source] = sources!["demo.css", "demo.js"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_widget_is_served() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/widget");
        let names = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let known = |name: &String| {
            ["loader.js", "demo.html", "README.md"].contains(&name.as_str())
                || PANEL.iter().chain(DEMO).any(|(known, _)| known == name)
        };
        let (known, missing): (Vec<_>, Vec<_>) = names.partition(known);
        assert!(known.len() > 15 && missing.is_empty(), "missing: {missing:?}");
    }
}
