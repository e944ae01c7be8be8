//! What stands in files, read anew when they have changed.
//!
//! Whoever needs it looks at the files (a `stat` each, nothing allocated) instead of waiting to be told. So what one
//! process has written is in force in all others from their next look on: no message that gets lost, no door that
//! must be reachable, no pause in which the former content still counts. It holds for processes that see the same
//! folder; one elsewhere sees what was brought there.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use crate::PkiError;

pub(crate) struct Watched<T, const FILES: usize> {
    files: [PathBuf; FILES],
    read: Read<T>,
    seen: RwLock<Seen<T, FILES>>,
}

/// Gets what was read before, if anything was.
type Read<T> = Box<dyn Fn(Option<&T>) -> Result<T, PkiError> + Send + Sync>;

struct Seen<T, const FILES: usize> {
    marks: [Option<Mark>; FILES],
    version: u64,
    content: Arc<T>,
}

/// Files are replaced by others, never written over, so another content is another file. `None` where there is none.
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
        let seen = RwLock::new(Seen { marks, version: 0, content });
        Ok(Self { files, read: Box::new(read), seen })
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
        // Taken before the content is read: a file that changes in between is read once more at the next look.
        let marks = marks_of(&self.files);
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if seen.marks == marks {
            return take(&seen);
        }
        drop(seen);
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
        take(&seen)
    }
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
