use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::private_file::{Readers, replace};

const HOUR: Duration = Duration::from_hours(1);

struct Stand {
    parent: TempDir,
    watched: Watched<String, 1>,
    now_ms: i64,
}

impl Stand {
    /// A file that was read, and looked at long after its folder was changed.
    fn settled() -> Self {
        let parent = TempDir::new().unwrap();
        fs::create_dir(parent.path().join("pki")).unwrap();
        let file = parent.path().join("pki/list");
        fs::write(&file, "first").unwrap();
        let path = file.clone();
        let read = move |_: Option<&String>| Ok(fs::read_to_string(&path).unwrap());
        let watched = Watched::open([file], read).unwrap();
        let stand = Self { parent, watched, now_ms: SystemClock.now_ms() };
        stand.say_changed(HOUR);
        assert_eq!(stand.told_after(0), "first");
        stand
    }

    fn folder(&self) -> PathBuf {
        self.parent.path().join("pki")
    }

    fn write_over(&self, content: &str) {
        fs::write(self.folder().join("list"), content).unwrap();
    }

    fn replace(&self, content: &str) {
        replace(&self.folder().join("list"), content.as_bytes(), Readers::Owner).unwrap();
    }

    fn say_changed(&self, ago: Duration) {
        let now = UNIX_EPOCH + Duration::from_millis(self.now_ms.try_into().unwrap());
        File::open(self.folder()).unwrap().set_modified(now - ago).unwrap();
    }

    fn told_after(&self, ms: i64) -> String {
        self.watched.look_at(self.now_ms + ms, |seen| seen.content.to_string())
    }
}

#[test]
fn a_file_that_was_replaced_is_read_at_the_next_look() {
    let stand = Stand::settled();
    stand.replace("other");
    assert_eq!(stand.told_after(1), "other");
    assert_eq!(stand.watched.look_at(stand.now_ms + 2, |seen| seen.version), 1);
}

#[test]
fn a_second_replacement_at_the_same_time_is_read_at_the_next_look() {
    let stand = Stand::settled();
    stand.replace("other");
    stand.say_changed(Duration::ZERO);
    assert_eq!(stand.told_after(SETTLED_MS - 1), "other");
    stand.replace("third");
    stand.say_changed(Duration::ZERO);
    assert_eq!(stand.told_after(SETTLED_MS + 1), "third", "the folder was young at the look before");
}

#[test]
fn a_file_that_was_written_over_is_read_within_a_second() {
    let stand = Stand::settled();
    stand.write_over("written over");
    assert_eq!(stand.told_after(SETTLED_MS - 1), "first", "its folder is as it was");
    assert_eq!(stand.told_after(SETTLED_MS), "written over");
}

#[test]
fn a_folder_in_the_place_of_another_one_is_read_within_a_second_and_its_changes_at_once() {
    let stand = Stand::settled();
    fs::rename(stand.folder(), stand.parent.path().join("former")).unwrap();
    fs::create_dir(stand.folder()).unwrap();
    stand.write_over("elsewhere");
    stand.say_changed(HOUR);
    assert_eq!(stand.told_after(SETTLED_MS), "elsewhere");
    stand.replace("other");
    assert_eq!(stand.told_after(SETTLED_MS + 1), "other");
}

#[test]
fn a_clock_that_was_set_back_lets_files_be_looked_at() {
    let stand = Stand::settled();
    stand.write_over("written over");
    assert_eq!(stand.told_after(-1), "written over");
}
