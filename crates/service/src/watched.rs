//! What stands in files, read anew when they have changed.
//!
//! Whoever needs it looks (a `stat`, nothing allocated) instead of waiting to be told. So what one process has written
//! is in force in all others from their next look on: no message that gets lost, no door that must be reachable, no
//! pause in which the former content still counts. It holds for processes that see the same folder; one elsewhere sees
//! what was brought there.
//!
//! Files are replaced by others, which changes their folder: as long as that is as it was, so are they. What changes
//! no folder, a file that is written over or a folder that takes the place of another one, is seen within a second; that
//! it is at once is not promised.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use pmh_domain::{Clock, SystemClock};

use crate::PkiError;

/// So long after a change of the folder, and so often in any case, each file is looked at. Two changes may have the same
/// time where a file system counts in large steps.
const SETTLED_MS: i64 = 1_000;

pub(crate) struct Watched<T, const FILES: usize> {
    files: [PathBuf; FILES],
    read: Read<T>,
    seen: RwLock<Seen<T, FILES>>,
}

/// Gets what was read before, if anything was.
type Read<T> = Box<dyn Fn(Option<&T>) -> Result<T, PkiError> + Send + Sync>;

struct Seen<T, const FILES: usize> {
    /// That of all the files, when they were looked at. `None` where it could not be opened.
    folder: Option<File>,
    /// When the folder was changed last, as it said before the files were looked at.
    changed: Option<SystemTime>,
    /// When the files were looked at.
    looked_ms: i64,
    marks: [Option<Mark>; FILES],
    version: u64,
    content: Arc<T>,
}

/// Another content has another one. `None` where there is no file.
#[derive(PartialEq, Eq)]
struct Mark {
    modified: Option<SystemTime>,
    length: u64,
    number: u64,
}

impl<T, const FILES: usize> Watched<T, FILES> {
    pub(crate) fn open(
        files: [PathBuf; FILES],
        read: impl Fn(Option<&T>) -> Result<T, PkiError> + Send + Sync + 'static,
    ) -> Result<Self, PkiError> {
        let marks = marks_of(&files);
        let content = Arc::new(read(None)?);
        // Looked at once more at the first look.
        let seen = Seen { folder: None, changed: None, looked_ms: 0, marks, version: 0, content };
        Ok(Self { files, read: Box::new(read), seen: RwLock::new(seen) })
    }

    /// What the files hold. While they hold nothing usable it is what they held before, and the log says so.
    pub(crate) fn content(&self) -> Arc<T> {
        self.look(|seen| Arc::clone(&seen.content))
    }

    /// Counts the changes.
    pub(crate) fn version(&self) -> u64 {
        self.look(|seen| seen.version)
    }

    fn look<R>(&self, take: impl FnOnce(&Seen<T, FILES>) -> R) -> R {
        self.look_at(SystemClock.now_ms(), take)
    }

    fn look_at<R>(&self, now_ms: i64, take: impl FnOnce(&Seen<T, FILES>) -> R) -> R {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if seen.stands(now_ms) {
            return take(&seen);
        }
        drop(seen);
        // The folder before the files, and these before they are read: what changes in between is looked at once more at
        // the next look.
        let folder = self.files.first().and_then(|file| File::open(file.parent()?).ok());
        let changed = folder.as_ref().and_then(changed);
        let marks = marks_of(&self.files);
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if seen.marks != marks {
            seen.marks = marks;
            match (self.read)(Some(&seen.content)) {
                Ok(content) => {
                    seen.content = Arc::new(content);
                    seen.version += 1;
                }
                Err(error) => tracing::error!(%error, "what was read before stays in force"),
            }
        }
        (seen.folder, seen.changed, seen.looked_ms) = (folder, changed, now_ms);
        take(&seen)
    }
}

impl<T, const FILES: usize> Seen<T, FILES> {
    /// Whether the files are as they were, by their folder: looked at within a second, and a second after its last change.
    fn stands(&self, now_ms: i64) -> bool {
        let changed = self.folder.as_ref().and_then(changed);
        let changed_ms = changed
            .and_then(|changed| changed.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_millis()).ok());
        changed == self.changed
            && changed_ms.is_some_and(|changed_ms| changed_ms.saturating_add(SETTLED_MS) <= self.looked_ms)
            && (self.looked_ms..self.looked_ms.saturating_add(SETTLED_MS)).contains(&now_ms)
    }
}

fn changed(folder: &File) -> Option<SystemTime> {
    folder.metadata().ok()?.modified().ok()
}

fn marks_of<const FILES: usize>(files: &[PathBuf; FILES]) -> [Option<Mark>; FILES] {
    files.each_ref().map(|file| fs::metadata(file).ok().map(|metadata| mark_of(&metadata)))
}

fn mark_of(metadata: &fs::Metadata) -> Mark {
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let number = 0;
    Mark { modified: metadata.modified().ok(), length: metadata.len(), number }
}

#[cfg(test)]
mod tests;
