//! Puts a backup in the place of a world that does not run.
//!
//! Everything is made ready in a folder of its own, `restoring`. Its new name, `restored`, is the moment from which
//! the world is the restored one: whoever is stopped after it leaves files that the next start of each party puts in
//! place, and whoever is stopped before it leaves the world as it was.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pmh_crypto::{Entropy, MasterKey};
use pmh_hub::NotRestored;
use pmh_service::{MasterKeyFile, StartError, WORLD_FILE, World, make_private_folder};
use pmh_store::{Database, StoreError, file_path};
use pmh_wire::Party;

use super::manifest::Manifest;
use super::{BackupError, KEY_HOLDERS, file};
use crate::ownership::Ownership;
use crate::topology::SCHEMAS;

const RESTORING: &str = "restoring";
const RESTORED: &str = "restored";

#[derive(Clone, Copy)]
pub struct Restoring<'a> {
    /// The folder of one backup.
    pub from: &'a Path,
    pub data: &'a Path,
    /// Goes on when nobody can tell who was erased since the backup.
    pub accept_lost_erasures: bool,
}

/// What stands again.
#[derive(Debug)]
pub struct Back {
    pub manifest: Manifest,
    pub hub: pmh_hub::Restored,
}

pub async fn restore(restoring: Restoring<'_>, progress: &(dyn Fn(u64) + Sync)) -> Result<Back, BackupError> {
    let Restoring { from, data, .. } = restoring;
    let manifest = Manifest::read(from)?;
    make_private_folder(data)?;
    let _ownership = Ownership::take(data, &Party::ALL)?;
    for party in Party::ALL {
        install(data, party)?;
    }
    let here = same_world(data, &manifest)?;
    let masters = secrets(data)?;
    let ready = data.join(RESTORING);
    remove_folder(&ready)?;
    make_private_folder(&ready)?;
    manifest.copy_files(from, &ready, progress)?;
    let hub = make_fit(&restoring, &ready, &masters).await?;
    for party in Party::ALL {
        let path = file_path(&ready, party.as_str());
        if path.with_extension("sqlite-wal").exists() {
            // Somebody still has it open; the log would be left behind.
            return Err(StoreError::Busy.into());
        }
        file::sync(&path)?;
    }
    if !here {
        World::read(&ready)?.write(data)?;
    }
    file::sync(&ready)?;
    let restored = data.join(RESTORED);
    fs::rename(&ready, &restored).map_err(BackupError::file(&restored))?;
    file::sync(data)?;
    for party in Party::ALL {
        install(data, party)?;
    }
    remove_folder(&restored)?;
    Ok(Back { manifest, hub })
}

/// Puts the restored file of one party in its place, if one waits. The caller owns the party.
pub(crate) fn install(data: &Path, party: Party) -> Result<(), StartError> {
    let waiting = file_path(&data.join(RESTORED), party.as_str());
    if !waiting.is_file() {
        return Ok(());
    }
    let place = file_path(data, party.as_str());
    let failed = |source| StartError::File { path: place.clone(), source };
    // A log of the former file must not be applied to this one.
    for suffix in ["-wal", "-shm"] {
        let mut beside = place.clone().into_os_string();
        beside.push(suffix);
        match fs::remove_file(PathBuf::from(beside)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    fs::rename(&waiting, &place).map_err(failed)?;
    fs::File::open(data).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Whether there is a plan of the world; one of another world is refused.
fn same_world(data: &Path, manifest: &Manifest) -> Result<bool, BackupError> {
    if !data.join(WORLD_FILE).exists() {
        return Ok(false);
    }
    let here = World::read(data)?.name;
    if here == manifest.world {
        return Ok(true);
    }
    Err(BackupError::OtherWorld { backup: manifest.world.clone(), here })
}

/// What is in no backup must be there before.
fn secrets(data: &Path) -> Result<Vec<(Party, MasterKey)>, BackupError> {
    let certificates = data.join("pki");
    if !certificates.is_dir() {
        return Err(BackupError::NoSecret(certificates));
    }
    let entropy = Entropy::new();
    let keys =
        KEY_HOLDERS.into_iter().map(|party| match MasterKeyFile::of(data, party, &entropy).find()? {
            Some(master) => Ok((party, master)),
            None => Err(BackupError::NoSecret(data.join("keys").join(format!("{party}.key")))),
        });
    keys.collect()
}

/// Brings the copies to the present form, and makes sure that they open and may serve.
async fn make_fit(
    restoring: &Restoring<'_>,
    ready: &Path,
    masters: &[(Party, MasterKey)],
) -> Result<pmh_hub::Restored, BackupError> {
    let database = Database::Sqlite { folder: ready.to_owned() };
    for schema in SCHEMAS {
        schema.prepare(&database).await?;
    }
    let mut hub = None;
    for (party, master) in masters {
        match party {
            Party::Municipality => pmh_municipality::check_master_key(&database, master).await?,
            Party::Hub => hub = Some(restore_hub(restoring, &database, master).await?),
            Party::Intermediate => pmh_intermediate::check_master_key(&database, master).await?,
            Party::Eligibility => pmh_eligibility::check_master_key(&database, master).await?,
            Party::Portal => pmh_portal::check_master_key(&database, master).await?,
            Party::Institution => {}
        }
    }
    Ok(hub.expect("the hub is among those that hold keys"))
}

async fn restore_hub(
    restoring: &Restoring<'_>,
    database: &Database,
    master: &MasterKey,
) -> Result<pmh_hub::Restored, BackupError> {
    let Restoring { data, accept_lost_erasures, .. } = *restoring;
    let here = Database::Sqlite { folder: data.to_owned() };
    let stands = file_path(data, Party::Hub.as_str()).is_file();
    if !stands && !accept_lost_erasures {
        return Err(BackupError::LostErasures("the hub's database is gone".to_owned()));
    }
    let Database::Sqlite { folder: ready } = database else { unreachable!("backups are files of SQLite") };
    let with = async |replaced| {
        let clock = World::read(ready)?.clock();
        let restored = pmh_hub::restore(pmh_hub::Restoring { database, replaced, master, clock }).await;
        restored.map_err(refused)
    };
    match with(stands.then_some(&here)).await {
        Err(BackupError::LostErasures(_)) if accept_lost_erasures => with(None).await,
        other => other,
    }
}

fn refused(error: NotRestored) -> BackupError {
    match error {
        // A newer program's database is no reason to throw away what it tells.
        NotRestored::Replaced(newer @ StartError::Store(StoreError::NewerDatabase { .. })) => newer.into(),
        NotRestored::Replaced(_) | NotRestored::AnotherHub => BackupError::LostErasures(error.to_string()),
        NotRestored::Start(error) => error.into(),
        NotRestored::Store(error) => error.into(),
        error @ NotRestored::Audit(_) => BackupError::Hub(error),
    }
}

fn remove_folder(path: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(BackupError::File { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_waits_is_put_in_place_without_the_former_log_and_once() {
        let data = tempfile::tempdir().unwrap();
        let path = |name: &str| data.path().join(name);
        install(data.path(), Party::Portal).unwrap();
        fs::create_dir(path(RESTORED)).unwrap();
        fs::write(path("restored/portal.sqlite"), b"restored").unwrap();
        for former in ["portal.sqlite", "portal.sqlite-wal", "portal.sqlite-shm", "hub.sqlite-wal"] {
            fs::write(path(former), b"former").unwrap();
        }
        install(data.path(), Party::Portal).unwrap();
        assert_eq!(fs::read(path("portal.sqlite")).unwrap(), b"restored");
        assert!(!path("portal.sqlite-wal").exists() && !path("portal.sqlite-shm").exists());
        assert!(path("hub.sqlite-wal").exists(), "another party's");
        fs::write(path("portal.sqlite"), b"later").unwrap();
        install(data.path(), Party::Portal).unwrap();
        assert_eq!(fs::read(path("portal.sqlite")).unwrap(), b"later");
    }
}
