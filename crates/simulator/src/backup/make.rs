//! Makes a backup beside the running world: written under another name, synced, and only then named.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use pmh_domain::{Clock, SystemClock, VirtualClock, rfc3339_japan};
use pmh_service::{VERSION, WORLD_FILE, World, make_private_folder};
use pmh_store::{Copied, copy_together, file_path};
use pmh_wire::Party;

use super::keep::{self, Keep, UNFINISHED, WHOLE};
use super::manifest::{Copy, FORMAT, Manifest};
use super::{BackupError, file};

/// What to copy, and where to.
#[derive(Clone, Copy)]
pub struct Making<'a> {
    pub data: &'a Path,
    pub out: &'a Path,
    /// Far from the first (001:421); the same backup goes there too.
    pub second: Option<&'a Path>,
    pub keep: Keep,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    pub folder: PathBuf,
    pub manifest: Manifest,
    pub second: Option<PathBuf>,
    /// Older ones that went, at both places.
    pub removed: Vec<PathBuf>,
}

/// Makes one. `progress` hears of bytes that were read.
pub async fn make(making: Making<'_>, progress: &(dyn Fn(u64) + Sync)) -> Result<Made, BackupError> {
    let world = World::read(making.data)?;
    let out = Place::open(making.out, making.data)?;
    let second = making.second.map(|second| Place::open(second, making.data)).transpose();
    let second = second.map_err(|error| match error {
        BackupError::Busy(path) if path == out.path => BackupError::SamePlace(path),
        error => error,
    })?;
    let taken_ms = SystemClock.now_ms();
    let name = format!("{WHOLE}{}", rfc3339_japan(taken_ms).replace(':', ""));
    let draft = out.draft(&name)?;
    let copied = copy_databases(making.data, &draft.0).await?;
    let path = draft.0.join(WORLD_FILE);
    let plan = fs::read(making.data.join(WORLD_FILE)).map_err(BackupError::file(&path))?;
    file::write(&path, &plan)?;
    let manifest = Manifest {
        format: FORMAT,
        world: world.name.clone(),
        version: VERSION.to_owned(),
        taken_at: rfc3339_japan(taken_ms),
        taken_ms,
        virtual_time: rfc3339_japan(virtual_now_ms(&world, &copied)),
        files: describe(&draft.0, &copied, progress)?,
    };
    manifest.write(&draft.0)?;
    let folder = out.finish(&draft, &name)?;
    let second = match second {
        None => None,
        Some(second) => {
            let draft = second.draft(&name)?;
            manifest.copy_files(&folder, &draft.0, progress)?;
            manifest.write(&draft.0)?;
            Some((second.finish(&draft, &name)?, second))
        }
    };
    let mut removed = keep::remove_oldest(&out.path, &folder, making.keep)?;
    if let Some((folder, second)) = &second {
        removed.extend(keep::remove_oldest(&second.path, folder, making.keep)?);
    }
    Ok(Made { folder, manifest, second: second.map(|(folder, _)| folder), removed })
}

/// A folder of backups that nobody else writes to meanwhile.
struct Place {
    path: PathBuf,
    _lock: File,
}

impl Place {
    fn open(path: &Path, data: &Path) -> Result<Self, BackupError> {
        make_private_folder(path)?;
        let path = path.canonicalize().map_err(BackupError::file(path))?;
        let data = data.canonicalize().map_err(BackupError::file(data))?;
        if path.starts_with(&data) {
            return Err(BackupError::Inside(path));
        }
        let lock = path.join(".lock");
        let failed = BackupError::file(&lock);
        let file = File::options().create(true).append(true).open(&lock).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(path)),
            Err(TryLockError::Error(source)) => return Err(BackupError::File { path: lock, source }),
        }
        keep::clear_unfinished(&path)?;
        Ok(Self { path, _lock: file })
    }

    fn draft(&self, name: &str) -> Result<Draft, BackupError> {
        let draft = Draft(self.path.join(format!("{UNFINISHED}{name}")));
        make_private_folder(&draft.0)?;
        Ok(draft)
    }

    fn finish(&self, draft: &Draft, name: &str) -> Result<PathBuf, BackupError> {
        let folder = self.path.join(name);
        file::sync(&draft.0)?;
        fs::rename(&draft.0, &folder).map_err(BackupError::file(&folder))?;
        file::sync(&self.path)?;
        Ok(folder)
    }
}

/// A folder that goes again unless it was finished: on a full disk above all.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // What cannot be removed is cleared by the next backup.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The hub first: its transactions are the longest, and nobody else waits while it is waited for.
const ORDER: [Party; 6] = [
    Party::Hub,
    Party::Municipality,
    Party::Intermediate,
    Party::Eligibility,
    Party::Portal,
    Party::Institution,
];

async fn copy_databases(data: &Path, draft: &Path) -> Result<Vec<(Party, Copied)>, BackupError> {
    let mut files = Vec::new();
    for party in ORDER {
        let source = file_path(data, party.as_str());
        if !source.is_file() {
            return Err(BackupError::NoDatabase { party, path: source });
        }
        let target = file_path(draft, party.as_str());
        drop(file::create(&target)?);
        files.push((source, target));
    }
    let copied = copy_together(&files).await?;
    Ok(ORDER.into_iter().zip(copied).collect())
}

fn virtual_now_ms(world: &World, copied: &[(Party, Copied)]) -> i64 {
    let hub = copied.iter().find(|(party, _)| *party == Party::Hub);
    match hub.and_then(|(_, copied)| copied.clock) {
        Some(state) => VirtualClock::from_state(state).now_ms(),
        None => world.clock().now_ms(),
    }
}

fn describe(
    draft: &Path,
    copied: &[(Party, Copied)],
    progress: &dyn Fn(u64),
) -> Result<Vec<Copy>, BackupError> {
    let databases = copied.iter().map(|(party, copied)| {
        let name = file_path(Path::new(""), party.as_str()).display().to_string();
        (name, Some(*party), Some(copied.schema_version))
    });
    let files = databases.chain([(WORLD_FILE.to_owned(), None, None)]);
    let described = files.map(|(name, party, schema_version)| {
        let path = draft.join(&name);
        let sum = file::sum(&path, progress)?;
        file::sync(&path)?;
        Ok(Copy { name, party, schema_version, bytes: sum.bytes, sha256: sum.sha256 })
    });
    described.collect()
}
