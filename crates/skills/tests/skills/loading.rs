//! Which files are skills, and how every mistake in one is reported.

use std::fs;

use skills::limits::{
    MAX_DESCRIPTION_CHARS, MAX_FILE_BYTES, MAX_FILES, MAX_NAME_CHARS, MAX_TOTAL_BYTES,
};
use skills::{Options, Severity, SkillLibrary, check};

use crate::shelf::{Shelf, in_words, names, shipped};

#[test]
fn both_layouts_are_read_and_named_by_front_matter_or_by_file() {
    let shelf = Shelf::with(&[
        ("PRICES", "# Prices\n\nLow."),
        ("b", "---\nname: Opening hours\n---\nNine."),
    ]);
    shelf.write("returns/SKILL.md", "---\ndescription: >\n  How to\n  return.\n---\nSend it back.");
    let (library, problems) = shelf.load();
    assert_eq!(problems, []);
    assert_eq!(names(&library), ["Opening hours", "PRICES", "returns"]);
    let snapshot = library.snapshot();
    let about: Vec<_> = snapshot.skills().iter().map(|skill| skill.description()).collect();
    assert_eq!(about, ["", "Prices", "How to return."]);
    assert_eq!(snapshot.skills()[2].path(), shelf.path("returns/SKILL.md"));
}

#[test]
fn files_that_are_no_skills_are_left_alone() {
    let shelf = Shelf::with(&[("a", "Text.")]);
    for name in
        ["README.md", "readme.MD", ".hidden.md", "a.md~", "a.md.swp", "notes.txt", "LICENSE"]
    {
        shelf.write(name, b"\xFF broken on purpose");
    }
    shelf.write("folder/other.md", "Not a skill.");
    shelf.write(".git/SKILL.md", "Not a skill.");
    shelf.write("deep/er/SKILL.md", "Not a skill.");
    fs::create_dir(shelf.path("directory.md")).unwrap();
    let (library, problems) = shelf.load();
    assert_eq!(problems, []);
    assert_eq!(names(&library), ["a"]);
}

#[test]
fn every_mistake_is_named_by_file_line_and_column_and_all_at_once() {
    let shelf = Shelf::new();
    let long_name = "n".repeat(MAX_NAME_CHARS + 1);
    let long_about = "d".repeat(MAX_DESCRIPTION_CHARS + 1);
    shelf.write("a.md", "---\nname: [1]\ndescription:\n  more: here\n---\n");
    shelf.write("b.md", "---\nname: fine\nBody without an end of the front matter.\n");
    shelf.write("c.md", "---\nname: \"x\n---\nText.\n");
    shelf.write("d.md", b"# T\n\nab\xC3\x28\n");
    shelf.write("e.md", "---\nname: e\n---\n\n   \n");
    shelf.write("f.md", "\n# Only a heading\n\n## And another\n");
    shelf.write("g.md", "Text.\n\n<!-- never closed\n\nMore.\n");
    shelf.write("h.md", format!("---\nname: {long_name}\ndescription: {long_about}\n---\nText."));
    shelf.write("i.md", "x".repeat(MAX_FILE_BYTES + 1));
    shelf.write("j.md", "Text with a \u{7}bell.");
    shelf.write("k!.md", "Text.");
    shelf.write("l.md", "---\n- a\n- list\n---\nText.");
    shelf.write("m.md", "");
    let expected = [
        "a.md:2:7: `name` must be a text",
        "a.md:4:3: `description` must be a text",
        "a.md:6:1: the skill has no body; write down what to know",
        "b.md:1:1: the front matter that begins here has no end; close it with a line `---`",
        "c.md:2:7: the YAML is wrong: while scanning a quoted scalar, found unexpected end of stream",
        "d.md:3:3: the file is not UTF-8 from here on; save the file as UTF-8",
        "e.md:4:1: the skill has no body; write down what to know",
        "f.md:2:1: the skill has headings or marks, but no text under them",
        "g.md:3:1: the comment that begins here has no end; close it with `-->`",
        "h.md:2:7: `name` has 65 characters, and may have 64",
        "h.md:3:14: `description` has 1025 characters, and may have 1024",
        "i.md: the file is larger than 65536 bytes; split it",
        "j.md:1:13: the file holds the control character U+0007, which is no text",
        "k!.md:1:1: the file's name can't name the skill: `name` must begin with a letter or \
         digit and go on with letters, digits, spaces and `-`, `_`, `.`",
        "l.md:2:1: the front matter must be `key: value` lines",
        "m.md:1:1: the skill has no body; write down what to know",
    ];
    assert_eq!(shelf.problems(), expected);
}

#[test]
fn a_misspelled_key_is_a_warning_for_as_long_as_it_stands_there() {
    let shelf = Shelf::with(&[("a", "---\ndescripton: Prices\nversion: 1\n---\nText.")]);
    let (library, _) = shelf.load();
    library.reload();
    assert_eq!(names(&library), ["a"]);
    assert_eq!(
        in_words(&library.problems(), &shelf.directory()),
        ["a.md:2:1: warning: the front matter has an unknown key here; did you mean \
          `description`?"]
    );
}

#[test]
fn a_bad_file_is_left_out_and_the_others_serve() {
    let shelf = Shelf::with(&[("good", "Text."), ("bad", "---\nname: bad\n")]);
    let (library, problems) = shelf.load();
    assert_eq!(names(&library), ["good"]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, Severity::Error);
    assert_eq!(library.problems(), problems);
}

#[test]
fn two_files_of_one_name_are_a_mistake_in_the_second() {
    let shelf = Shelf::with(&[
        ("a", "---\nname: Prices\n---\nOne."),
        ("b", "---\n\nname: prices\n---\nTwo."),
    ]);
    let (library, _) = shelf.load();
    assert_eq!(names(&library), ["Prices"]);
    let other = shelf.path("a.md");
    let expected = format!(
        "b.md:3:7: the skill is named `prices`, and so is {}; rename one of them",
        other.display()
    );
    assert_eq!(check(&shelf.options()).len(), 1);
    assert!(check(&shelf.options())[0].to_string().ends_with(&expected));
}

#[test]
fn a_later_directory_replaces_skills_of_the_same_name_with_a_warning() {
    let shelf = Shelf::with(&[("prices", "Old."), ("hours", "Nine.")]);
    let extra = Shelf::with(&[("PRICES", "New.")]);
    let options = Options {
        directory: shelf.directory(),
        extra_dirs: vec![extra.directory(), shelf.directory()],
    };
    let (library, problems) = SkillLibrary::load(options);
    assert_eq!(names(&library), ["hours", "PRICES"]);
    let expected = format!(
        "PRICES.md: warning: this skill replaces the skill `PRICES` of {}",
        shelf.path("prices.md").display()
    );
    assert_eq!(in_words(&problems, &extra.directory()), [expected]);
}

#[test]
fn a_missing_directory_is_empty_with_a_warning() {
    let shelf = Shelf::new();
    let options = Options { directory: shelf.beside("nowhere"), extra_dirs: Vec::new() };
    let (library, problems) = SkillLibrary::load(options);
    assert!(names(&library).is_empty());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, Severity::Warning);
    assert!(problems[0].to_string().ends_with(
        "nowhere: warning: the skills directory is not there, so no skills come from it"
    ));
}

#[test]
fn a_file_in_place_of_the_directory_is_an_error() {
    let shelf = Shelf::with(&[("a", "Text.")]);
    let options = Options { directory: shelf.path("a.md"), extra_dirs: Vec::new() };
    let problems = check(&options);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, Severity::Error);
}

#[test]
fn more_files_than_allowed_are_not_read() {
    let shelf = Shelf::new();
    for number in 0..MAX_FILES + 2 {
        shelf.write(&format!("s{number:04}.md"), "Text.");
    }
    let (library, problems) = shelf.load();
    assert_eq!(names(&library).len(), MAX_FILES);
    assert_eq!(names(&library).last().unwrap(), &format!("s{:04}", MAX_FILES - 1));
    assert!(problems[0].message.contains("only 200 are read"), "{problems:?}");
}

#[test]
fn what_exceeds_the_total_size_is_left_out() {
    let shelf = Shelf::new();
    let body = "Words. ".repeat(9_000);
    let fitting = MAX_TOTAL_BYTES / body.len();
    for number in 0..=fitting {
        shelf.write(&format!("s{number:02}.md"), &body);
    }
    let (library, problems) = shelf.load();
    assert_eq!(names(&library).len(), fitting);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("all skills together"), "{problems:?}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_regular_files_only() {
    use std::os::unix::fs::symlink;
    let shelf = Shelf::with(&[]);
    fs::write(shelf.beside("real.md"), "Text.").unwrap();
    fs::create_dir(shelf.beside("folder")).unwrap();
    fs::write(shelf.beside("folder").join("SKILL.md"), "Text.").unwrap();
    symlink(shelf.beside("real.md"), shelf.path("linked.md")).unwrap();
    symlink(shelf.beside("folder"), shelf.path("linked-folder")).unwrap();
    symlink("/dev/zero", shelf.path("endless.md")).unwrap();
    symlink(shelf.beside("nowhere.md"), shelf.path("broken.md")).unwrap();
    let (library, _) = shelf.load();
    assert_eq!(names(&library), ["linked"]);
    let problems = shelf.problems();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("broken.md: the file can't be read: "), "{problems:?}");
}

#[test]
fn equal_skills_have_equal_revisions_wherever_they_are() {
    let one = Shelf::with(&[("a", "Text."), ("b", "---\nname: c\n---\nMore.")]);
    let other = Shelf::new();
    other.write("a/SKILL.md", "Text.");
    other.write("z.md", "---\nname: c\n---\nMore.");
    let revision = |shelf: &Shelf| shelf.load().0.snapshot().revision().clone();
    assert_eq!(revision(&one), revision(&other));
    assert_eq!(revision(&one).len(), 12);
    other.write("a/SKILL.md", "Text!");
    assert_ne!(revision(&one), revision(&other));
    one.write("A.md", "---\nname: x\n---\nText.");
    fs::remove_file(one.path("a.md")).unwrap();
    assert_ne!(revision(&one), revision(&Shelf::with(&[])));
}

#[test]
fn the_shipped_skills_are_without_a_problem() {
    assert_eq!(names(&shipped()), ["complaints", "estimates", "tracking"]);
}
