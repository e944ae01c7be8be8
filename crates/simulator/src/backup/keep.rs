//! Which backups stay at a place: the oldest go first (001:437), and the one just made never goes.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use pmh_domain::{Clock, SystemClock};

use super::manifest::Manifest;
use super::{BackupError, file};

/// Whole backups have this in front of their time, in Japan and of fixed width: their order is that of their names.
pub(super) const WHOLE: &str = "backup-";
/// What is being written or taken away; whatever is left of a process that ended is cleared by the next one.
pub(super) const UNFINISHED: &str = ".unfinished-";
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How many and how long. Age goes by real time (*assumed*): a backup is a file, and the virtual clock of the world
/// may be set to anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep {
    pub count: Option<NonZeroUsize>,
    pub days: Option<u32>,
}

/// Removes what is too many or too old; answers the folders that went, oldest first.
pub(super) fn remove_oldest(place: &Path, made: &Path, keep: Keep) -> Result<Vec<PathBuf>, BackupError> {
    let mut others = Vec::new();
    for entry in fs::read_dir(place).map_err(BackupError::file(place))? {
        let path = entry.map_err(BackupError::file(place))?.path();
        let is_whole = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(WHOLE));
        // What cannot be read is nobody's to count on, and not ours to throw away.
        if is_whole
            && path != made
            && let Ok(manifest) = Manifest::read(&path)
        {
            others.push((path, manifest.taken_ms));
        }
    }
    others.sort();
    let too_many = keep.count.map_or(0, |count| (others.len() + 1).saturating_sub(count.get()));
    let before_ms = keep.days.map(|days| SystemClock.now_ms() - i64::from(days) * DAY_MS);
    let mut removed = Vec::new();
    for (position, (path, taken_ms)) in others.into_iter().enumerate() {
        if position < too_many || before_ms.is_some_and(|before_ms| taken_ms < before_ms) {
            remove(place, &path)?;
            removed.push(path);
        }
    }
    Ok(removed)
}

/// Out of sight first: half a backup must not look whole.
fn remove(place: &Path, path: &Path) -> Result<(), BackupError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let leaving = place.join(format!("{UNFINISHED}{name}"));
    fs::rename(path, &leaving).map_err(BackupError::file(path))?;
    file::sync(place)?;
    fs::remove_dir_all(&leaving).map_err(BackupError::file(&leaving))
}

/// What a process that was killed left here. The caller holds the lock of the place.
pub(super) fn clear_unfinished(place: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(place).map_err(BackupError::file(place))? {
        let entry = entry.map_err(BackupError::file(place))?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path()).map_err(BackupError::file(&entry.path()))?;
        }
    }
    Ok(())
}
