use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::private_file::{Readers, replace};

/// Seconds since its folder was changed.
const AGE: u64 = 3_600;

struct Stand {
    folder: TempDir,
    watched: Watched<String, 1>,
    now_ms: i64,
}

impl Stand {
    /// A file that was read and looked at long after its folder was changed.
    fn settled() -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("list");
        fs::write(&file, "first").unwrap();
        let path = file.clone();
        let read = move |_: Option<&String>| Ok(fs::read_to_string(&path).unwrap());
        let watched = Watched::open([file], read).unwrap();
        let now_ms = SystemClock.now_ms();
        let stand = Self { folder, watched, now_ms };
        stand.make_old();
        assert_eq!(stand.told_after(0), "first");
        stand
    }

    fn make_old(&self) {
        let changed =
            UNIX_EPOCH + Duration::from_millis(self.now_ms.try_into().unwrap()) - Duration::from_secs(AGE);
        File::open(self.folder.path()).unwrap().set_modified(changed).unwrap();
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("list")
    }

    fn told_after(&self, ms: i64) -> String {
        self.watched.look_at(self.now_ms + ms, |seen| seen.content.to_string())
    }
}

#[test]
fn a_file_that_was_replaced_is_read_at_the_next_look() {
    let stand = Stand::settled();
    replace(&stand.path(), b"other", Readers::Owner).unwrap();
    assert_eq!(stand.told_after(1), "other");
    assert_eq!(stand.watched.look_at(stand.now_ms + 2, |seen| seen.version), 1);
}

#[test]
fn a_second_replacement_at_the_same_time_is_seen_while_the_folder_is_young() {
    let stand = Stand::settled();
    replace(&stand.path(), b"other", Readers::Owner).unwrap();
    assert_eq!(stand.told_after(1), "other");
    let folder = File::open(stand.folder.path()).unwrap();
    let changed = folder.metadata().unwrap().modified().unwrap();
    replace(&stand.path(), b"third", Readers::Owner).unwrap();
    folder.set_modified(changed).unwrap();
    assert_eq!(stand.told_after(2), "third");
}

#[test]
fn a_file_that_was_written_over_is_read_within_a_second() {
    let stand = Stand::settled();
    fs::write(stand.path(), "written over").unwrap();
    assert_eq!(stand.told_after(SETTLED_MS - 1), "first", "its folder is as it was");
    assert_eq!(stand.told_after(SETTLED_MS), "written over");
}

#[test]
fn a_clock_that_was_set_back_lets_files_be_looked_at() {
    let stand = Stand::settled();
    fs::write(stand.path(), "written over").unwrap();
    assert_eq!(stand.told_after(-1), "written over");
}
