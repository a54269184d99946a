//! What a reload lets serve, and what keeps its last good version.

use std::fs;

use conversation::ports::Knowledge as _;

use crate::recorder::Remembering;
use crate::shelf::{Shelf, in_words, names};

const BAD: &str = "---\nname: broken\n";

#[test]
fn a_bad_file_keeps_its_last_good_version_while_others_change() {
    let shelf = Shelf::with(&[("a", "Alpha one."), ("b", "Beta one.")]);
    let (library, _) = shelf.load();
    shelf.write("a.md", BAD);
    shelf.write("b.md", "Beta two.");
    shelf.write("c.md", "Gamma.");
    library.reload();
    assert_eq!(names(&library), ["a", "b", "c"]);
    let text = library.brief("", usize::MAX).text;
    assert!(text.contains("Alpha one.") && text.contains("Beta two.") && text.contains("Gamma."));
    let problems = in_words(&library.problems(), &shelf.directory());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("a.md:1:1: "), "{problems:?}");
}

#[test]
fn a_bad_file_stays_at_its_last_good_version_over_many_reloads() {
    let shelf = Shelf::with(&[("a", "Alpha one.")]);
    let (library, _) = shelf.load();
    let revision = library.revision();
    for content in [BAD, "", "# Title only\n", "\u{1}"] {
        shelf.write("a.md", content);
        library.reload();
        assert_eq!(library.revision(), revision);
    }
    shelf.write("a.md", "Alpha two.");
    library.reload();
    assert!(library.brief("", usize::MAX).text.contains("Alpha two."));
    assert_eq!(library.problems(), []);
}

#[test]
fn a_deleted_file_is_gone_even_if_it_was_bad() {
    let shelf = Shelf::with(&[("a", "Alpha."), ("b", "Beta.")]);
    let (library, _) = shelf.load();
    shelf.write("b.md", BAD);
    library.reload();
    assert_eq!(names(&library), ["a", "b"]);
    fs::remove_file(shelf.path("b.md")).unwrap();
    library.reload();
    assert_eq!(names(&library), ["a"]);
    assert_eq!(library.problems(), []);
    fs::remove_file(shelf.path("a.md")).unwrap();
    library.reload();
    assert!(names(&library).is_empty());
    assert_eq!(&*library.brief("", usize::MAX).text, "");
}

#[test]
fn a_vanished_directory_keeps_what_it_held_until_it_is_back() {
    let shelf = Shelf::with(&[("a", "Alpha.")]);
    shelf.write("b/SKILL.md", "Beta.");
    let (library, _) = shelf.load();
    let revision = library.revision();
    fs::rename(shelf.directory(), shelf.beside("away")).unwrap();
    library.reload();
    assert_eq!(library.revision(), revision);
    assert_eq!(library.problems().len(), 1);
    fs::create_dir(shelf.directory()).unwrap();
    shelf.write("c.md", "Gamma.");
    library.reload();
    assert_eq!(names(&library), ["c"]);
    assert_eq!(library.problems(), []);
}

#[test]
fn a_name_taken_by_another_file_leaves_both_as_they_were() {
    let shelf = Shelf::with(&[("a", "Alpha."), ("b", "Beta.")]);
    let (library, _) = shelf.load();
    let revision = library.revision();
    shelf.write("b.md", "---\nname: a\n---\nBeta two.");
    library.reload();
    assert_eq!(library.revision(), revision);
    assert_eq!(library.problems().len(), 1);
}

#[test]
fn a_new_file_does_not_take_the_name_of_one_that_serves() {
    let shelf = Shelf::with(&[("pets", "Pets one.")]);
    let (library, _) = shelf.load();
    shelf.write("foo/SKILL.md", "---\nname: pets\n---\nNewcomer.");
    for (content, serving) in
        [("Pets one.", "Pets one."), ("Pets two.", "Pets two."), (BAD, "Pets two.")]
    {
        shelf.write("pets.md", content);
        library.reload();
        assert_eq!(names(&library), ["pets"]);
        assert_eq!(library.snapshot().skills()[0].path(), shelf.path("pets.md"));
        assert!(library.brief("", usize::MAX).text.contains(serving), "{content}");
        let problems = in_words(&library.problems(), &shelf.directory());
        assert!(problems.iter().any(|it| it.starts_with("foo/SKILL.md:2:7: ")), "{problems:?}");
    }
    fs::remove_file(shelf.path("pets.md")).unwrap();
    library.reload();
    assert!(library.brief("", usize::MAX).text.contains("Newcomer."));
    assert_eq!(library.problems(), []);
}

#[test]
fn a_file_that_is_refused_its_new_name_keeps_its_old_one() {
    let shelf = Shelf::with(&[("a", "Alpha."), ("b", "Beta."), ("c", "Gamma.")]);
    let (library, _) = shelf.load();
    let revision = library.revision();
    shelf.write("a.md", "---\nname: b\n---\nAlpha.");
    shelf.write("b.md", "---\nname: c\n---\nBeta.");
    shelf.write("0.md", "---\nname: a\n---\nNewcomer.");
    library.reload();
    assert_eq!(library.revision(), revision);
    assert_eq!(library.problems().len(), 3);
}

#[test]
fn two_files_may_swap_their_names_at_once() {
    let shelf = Shelf::with(&[("a", "---\nname: x\n---\nOne."), ("b", "---\nname: y\n---\nTwo.")]);
    let (library, _) = shelf.load();
    shelf.write("a.md", "---\nname: y\n---\nOne.");
    shelf.write("b.md", "---\nname: x\n---\nTwo.");
    library.reload();
    assert_eq!(library.problems(), []);
    let paths: Vec<_> =
        library.snapshot().skills().iter().map(|skill| skill.path().to_owned()).collect();
    assert_eq!(paths, [shelf.path("b.md"), shelf.path("a.md")]);
}

#[test]
fn a_snapshot_in_use_stays_as_it_is_through_a_reload() {
    let shelf = Shelf::with(&[("a", "Alpha one.")]);
    let (library, _) = shelf.load();
    let before = library.snapshot();
    shelf.write("a.md", "Alpha two.");
    library.reload();
    assert_eq!(before.skills().len(), 1);
    assert_ne!(before.revision(), library.snapshot().revision());
}

#[test]
fn nothing_is_announced_when_the_content_is_the_same() {
    let shelf = Shelf::with(&[("a", "Alpha.")]);
    let (library, _) = shelf.load();
    let revisions = library.revisions();
    shelf.write("a.md", "Alpha.");
    library.reload();
    assert!(!revisions.has_changed().unwrap());
    shelf.write("a.md", "Beta.");
    library.reload();
    assert!(revisions.has_changed().unwrap());
    assert_eq!(*revisions.borrow(), library.revision());
}

#[test]
fn reloads_and_problems_are_counted() {
    let recorder = Remembering::default();
    metrics::with_local_recorder(&recorder, || {
        let reloads = |outcome: &str| {
            recorder.counter(&format!("openclaw_skills_reload_total{{outcome={outcome}}}"))
        };
        let shelf = Shelf::with(&[("a", "Alpha."), ("b", "Beta.")]);
        let (library, _) = shelf.load();
        assert_eq!(recorder.gauge("openclaw_skills_loaded").to_string(), "2");
        library.reload();
        assert_eq!((reloads("applied"), reloads("partial"), reloads("rejected")), (0, 0, 0));
        shelf.write("a.md", "Alpha two.");
        library.reload();
        assert_eq!((reloads("applied"), reloads("partial"), reloads("rejected")), (1, 0, 0));
        shelf.write("a.md", BAD);
        library.reload();
        library.reload();
        assert_eq!((reloads("applied"), reloads("partial"), reloads("rejected")), (1, 0, 1));
        assert_eq!(recorder.gauge("openclaw_skills_problems").to_string(), "1");
        shelf.write("a.md", "");
        shelf.write("b.md", "Beta two.");
        library.reload();
        assert_eq!((reloads("applied"), reloads("partial"), reloads("rejected")), (1, 1, 1));
        assert_eq!(recorder.gauge("openclaw_skills_loaded").to_string(), "2");
    });
}
