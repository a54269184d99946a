//! Hot reload, by announcements of the file system and without them. Every test awaits the
//! change itself; the deadline only keeps a broken watcher from hanging the tests.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::Knowledge as _;
use skills::{Announcements, Pace, SkillLibrary};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::shelf::{Shelf, names};

/// A library that is being watched.
struct Watched {
    library: Arc<SkillLibrary>,
    revisions: watch::Receiver<Arc<str>>,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Watched {
    fn start(shelf: &Shelf, announcements: Announcements, pace: Pace) -> Self {
        let (library, _) = shelf.load();
        let cancel = CancellationToken::new();
        let watching = Arc::clone(&library).watch_with(announcements, pace, cancel.clone());
        let revisions = library.revisions();
        Self { revisions, cancel, task: tokio::spawn(watching), library }
    }

    /// Waits until the skills that serve contain a text.
    async fn until_it_says(&mut self, text: &str) {
        let library = Arc::clone(&self.library);
        let says = |_: &Arc<str>| library.brief("", usize::MAX).text.contains(text);
        self.until(says).await;
    }

    /// Waits until the skills that serve have these names.
    async fn until_there_are(&mut self, expected: &[&str]) {
        let library = Arc::clone(&self.library);
        self.until(|_: &Arc<str>| names(&library) == expected).await;
    }

    async fn until(&mut self, condition: impl FnMut(&Arc<str>) -> bool) {
        let deadline = Duration::from_secs(60);
        let changed = tokio::time::timeout(deadline, self.revisions.wait_for(condition)).await;
        changed.expect("the change was never seen").unwrap();
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
    }
}

/// Looks only, at the usual pace. Time is paused, so that the pace costs none.
const BY_LOOKING: Announcements = Announcements::Ignore;

/// Hardly ever looks by itself, so that only an announcement can tell in time.
fn by_announcement() -> Pace {
    Pace { look: Duration::from_secs(3_600), ..Pace::default() }
}

/// Changes a shelf in all the ways that editors and deployments do, and waits for each.
async fn is_kept_up_to_date(shelf: Shelf, mut watched: Watched) {
    shelf.write("a.md", "Written in place.");
    watched.until_it_says("Written in place.").await;

    fs::write(shelf.path(".a.md.tmp"), "Renamed over.").unwrap();
    fs::rename(shelf.path(".a.md.tmp"), shelf.path("a.md")).unwrap();
    watched.until_it_says("Renamed over.").await;

    shelf.write("b/SKILL.md", "In a folder that is new.");
    watched.until_there_are(&["a", "b"]).await;
    shelf.write("b/SKILL.md", "In a folder, changed.");
    watched.until_it_says("In a folder, changed.").await;

    fs::remove_file(shelf.path("a.md")).unwrap();
    watched.until_there_are(&["b"]).await;
    fs::remove_dir_all(shelf.path("b")).unwrap();
    watched.until_there_are(&[]).await;
    watched.stop().await;
}

#[tokio::test(start_paused = true)]
async fn every_change_is_seen_by_looking() {
    let shelf = Shelf::with(&[("a", "First.")]);
    let watched = Watched::start(&shelf, BY_LOOKING, Pace::default());
    is_kept_up_to_date(shelf, watched).await;
}

#[tokio::test]
async fn every_change_is_seen_by_announcement() {
    let shelf = Shelf::with(&[("a", "First.")]);
    let watched = Watched::start(&shelf, Announcements::Listen, by_announcement());
    is_kept_up_to_date(shelf, watched).await;
}

/// Replaces the whole directory, and then changes a file in the one that took its place.
async fn survives_a_new_directory(shelf: Shelf, mut watched: Watched) {
    fs::create_dir(shelf.beside("next")).unwrap();
    fs::write(shelf.beside("next").join("b.md"), "In the next directory.").unwrap();
    fs::rename(shelf.directory(), shelf.beside("old")).unwrap();
    fs::rename(shelf.beside("next"), shelf.directory()).unwrap();
    watched.until_there_are(&["b"]).await;

    fs::remove_dir_all(shelf.directory()).unwrap();
    fs::create_dir(shelf.directory()).unwrap();
    shelf.write("c.md", "In a directory made anew.");
    watched.until_there_are(&["c"]).await;
    shelf.write("c.md", "Changed after that.");
    watched.until_it_says("Changed after that.").await;
    watched.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_replaced_is_seen_by_looking() {
    let shelf = Shelf::with(&[("a", "First.")]);
    let watched = Watched::start(&shelf, BY_LOOKING, Pace::default());
    survives_a_new_directory(shelf, watched).await;
}

#[tokio::test]
async fn a_directory_that_is_replaced_is_seen_with_announcements_on() {
    let shelf = Shelf::with(&[("a", "First.")]);
    let pace = Pace { look: Duration::from_millis(50), ..Pace::default() };
    let watched = Watched::start(&shelf, Announcements::Listen, pace);
    survives_a_new_directory(shelf, watched).await;
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_comes_later_is_seen() {
    let shelf = Shelf::new();
    fs::remove_dir(shelf.directory()).unwrap();
    let mut watched = Watched::start(&shelf, BY_LOOKING, Pace::default());
    shelf.write("a.md", "Late.");
    watched.until_there_are(&["a"]).await;
    watched.stop().await;
}

/// The way in which Kubernetes updates a mounted ConfigMap: the files are links through a
/// hidden link, and that one is swapped.
#[cfg(unix)]
fn publish(shelf: &Shelf, version: &str, text: &str) {
    use std::os::unix::fs::symlink;
    let data = shelf.path(&format!("..{version}"));
    fs::create_dir(&data).unwrap();
    fs::write(data.join("a.md"), text).unwrap();
    symlink(format!("..{version}"), shelf.path("..data_tmp")).unwrap();
    fs::rename(shelf.path("..data_tmp"), shelf.path("..data")).unwrap();
    if !Path::new(&shelf.path("a.md")).exists() {
        symlink("..data/a.md", shelf.path("a.md")).unwrap();
    }
}

#[cfg(unix)]
async fn follows_a_swapped_link(announcements: Announcements, pace: Pace) {
    let shelf = Shelf::new();
    publish(&shelf, "1", "Version one.");
    let mut watched = Watched::start(&shelf, announcements, pace);
    watched.until_it_says("Version one.").await;
    publish(&shelf, "2", "Version two.");
    watched.until_it_says("Version two.").await;
    publish(&shelf, "3", "Version three.");
    watched.until_it_says("Version three.").await;
    watched.stop().await;
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_swapped_link_is_seen_by_looking() {
    follows_a_swapped_link(BY_LOOKING, Pace::default()).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_swapped_link_is_seen_by_announcement() {
    follows_a_swapped_link(Announcements::Listen, by_announcement()).await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_file_is_reported_and_its_last_good_version_serves_while_watched() {
    let shelf = Shelf::with(&[("a", "Good."), ("b", "One.")]);
    let mut watched = Watched::start(&shelf, BY_LOOKING, Pace::default());
    shelf.write("a.md", "---\nname: a\n");
    shelf.write("b.md", "Two.");
    watched.until_it_says("Two.").await;
    shelf.write("b.md", "Three.");
    watched.until_it_says("Three.").await;
    let text = watched.library.brief("", usize::MAX).text;
    assert!(text.contains("Good."), "{text}");
    assert_eq!(watched.library.problems().len(), 1);
    watched.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_edit_before_watching_begins_is_not_lost() {
    let shelf = Shelf::with(&[("a", "First.")]);
    let mut watched = Watched::start(&shelf, BY_LOOKING, Pace::default());
    shelf.write("a.md", "Before the first look.");
    watched.until_it_says("Before the first look.").await;
    watched.stop().await;
}

#[tokio::test(start_paused = true)]
async fn watching_ends_when_it_is_cancelled() {
    let shelf = Shelf::with(&[("a", "First.")]);
    for announcements in [Announcements::Listen, Announcements::Ignore] {
        Watched::start(&shelf, announcements, Pace::default()).stop().await;
    }
}
