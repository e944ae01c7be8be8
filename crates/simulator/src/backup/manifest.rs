//! What a backup says of itself: `manifest.json`, written last.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pmh_wire::Party;
use serde::{Deserialize, Serialize};

use super::{BackupError, file};

pub const MANIFEST_FILE: &str = "manifest.json";
/// Of the backup, not of the databases in it, which say their own.
pub(super) const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    /// Name of the world.
    pub world: String,
    /// The program that made it.
    pub version: String,
    /// Real time: how old a file is, no virtual clock changes.
    pub taken_at: String,
    pub taken_ms: i64,
    /// What time it was in the world, by the hub's clock.
    pub virtual_time: String,
    pub files: Vec<Copy>,
}

/// One file of the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Copy {
    pub name: String,
    /// Whose database it is; `None`: a file of the world.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<i64>,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(MANIFEST_FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(BackupError::NoBackup(folder.to_owned()));
            }
            Err(source) => return Err(BackupError::File { path, source }),
        };
        let damaged = || BackupError::Damaged { folder: folder.to_owned(), file: MANIFEST_FILE.to_owned() };
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        // A name with a path in it would reach out of the folder.
        let is_plain = |copy: &Copy| Path::new(&copy.name).file_name() == Some(copy.name.as_ref());
        let has = |party: &Party| manifest.files.iter().any(|copy| copy.party == Some(*party));
        if manifest.format != FORMAT || !manifest.files.iter().all(is_plain) || !Party::ALL.iter().all(has) {
            return Err(damaged());
        }
        Ok(manifest)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let mut json = serde_json::to_vec_pretty(self).expect("names, numbers and texts become JSON");
        json.push(b'\n');
        file::write(&folder.join(MANIFEST_FILE), &json)
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|copy| copy.bytes).sum()
    }

    /// Copies every file to another folder and compares what was read with what was hashed when it was made.
    pub(super) fn copy_files(
        &self,
        from: &Path,
        to: &Path,
        progress: &dyn Fn(u64),
    ) -> Result<(), BackupError> {
        for copy in &self.files {
            let path: PathBuf = from.join(&copy.name);
            let damaged = || BackupError::Damaged { folder: from.to_owned(), file: copy.name.clone() };
            if !path.is_file() {
                return Err(damaged());
            }
            let sum = file::copy(&path, &to.join(&copy.name), progress)?;
            if (sum.bytes, &sum.sha256) != (copy.bytes, &copy.sha256) {
                return Err(damaged());
            }
        }
        Ok(())
    }
}
