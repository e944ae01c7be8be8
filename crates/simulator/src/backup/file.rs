//! Files of a backup: private, hashed while they are read, synced before anybody is told.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use pmh_crypto::Sha256;

use super::BackupError;

const PIECE_BYTES: usize = 1 << 20;

/// Length and SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// A new file that only its owner reads.
pub(super) fn create(path: &Path) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(BackupError::file(path))
}

pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), BackupError> {
    let mut file = create(path)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(BackupError::file(path))
}

/// A file or folder, and for a folder the names in it.
pub(super) fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupError::file(path))
}

pub(super) fn sum(path: &Path, progress: &dyn Fn(u64)) -> Result<Sum, BackupError> {
    pass(path, progress, |_| Ok(()))
}

/// Writes what it reads, and says what that was: the copy is compared with the manifest.
pub(super) fn copy(from: &Path, to: &Path, progress: &dyn Fn(u64)) -> Result<Sum, BackupError> {
    let mut file = create(to)?;
    let sum = pass(from, progress, |piece| file.write_all(piece).map_err(BackupError::file(to)))?;
    file.sync_all().map_err(BackupError::file(to))?;
    Ok(sum)
}

fn pass(
    path: &Path,
    progress: &dyn Fn(u64),
    mut take: impl FnMut(&[u8]) -> Result<(), BackupError>,
) -> Result<Sum, BackupError> {
    let mut file = File::open(path).map_err(BackupError::file(path))?;
    let mut piece = vec![0; PIECE_BYTES];
    let (mut bytes, mut hash) = (0, Sha256::default());
    loop {
        let length = file.read(&mut piece).map_err(BackupError::file(path))?;
        if length == 0 {
            return Ok(Sum { bytes, sha256: hex::encode(hash.finish()) });
        }
        hash.update(&piece[..length]);
        take(&piece[..length])?;
        bytes += length as u64;
        progress(length as u64);
    }
}
