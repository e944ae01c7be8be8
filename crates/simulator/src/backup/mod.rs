//! Backups of a world, and their way back (001:421, 437).
//!
//! A backup is a folder that appears whole or not at all: a copy of every party's database, all of one moment, the
//! plan of the world, and a manifest with the hash of each file. Master keys, certificates' keys and credentials are
//! **not** in it: who finds a backup finds sealed values. Their keeper keeps them elsewhere.
//!
//! Not here: worlds on PostgreSQL, whose own tools copy them (`docs/decisions/0014-backup-and-restore.md`).

mod file;
mod keep;
mod make;
mod manifest;
mod restore;

use std::io;
use std::path::{Path, PathBuf};

use pmh_hub::NotRestored;
use pmh_service::{StartError, WorldError};
use pmh_store::StoreError;
use pmh_wire::Party;

pub use keep::Keep;
pub use make::{Made, Making, make};
pub use manifest::{Copy, MANIFEST_FILE, Manifest};
pub(crate) use restore::install;
pub use restore::{Back, Restoring, restore};

/// What needs a master key. An institution keeps nothing.
const KEY_HOLDERS: [Party; 5] =
    [Party::Municipality, Party::Hub, Party::Intermediate, Party::Eligibility, Party::Portal];

/// Why there is no backup, or no world again.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot read or write {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is missing: the {party} has never run here", path.display())]
    NoDatabase { party: Party, path: PathBuf },
    #[error("{} is in the folder of the world: both would be lost together", .0.display())]
    Inside(PathBuf),
    #[error("the second place is the first one: {}", .0.display())]
    SamePlace(PathBuf),
    #[error("another backup is being written to {}", .0.display())]
    Busy(PathBuf),
    #[error("there is no backup in {}: it has no {MANIFEST_FILE}", .0.display())]
    NoBackup(PathBuf),
    #[error("the backup in {} is damaged: {file}", folder.display())]
    Damaged { folder: PathBuf, file: String },
    #[error("the backup is of the world \"{backup}\", here is \"{here}\"")]
    OtherWorld { backup: String, here: String },
    #[error("{} is missing: it is not in a backup; put it there from where its keeper keeps it", .0.display())]
    NoSecret(PathBuf),
    #[error("nobody can tell who was erased since the backup: {0}")]
    LostErasures(String),
    #[error(transparent)]
    Hub(NotRestored),
}

impl BackupError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}
