use pmh_service::MasterKeyFile;
use tempfile::TempDir;

use super::*;
use crate::stand::Stand;

#[tokio::test]
async fn another_master_key_is_named_as_what_is_wrong() {
    let stand = Stand::new().await;
    let other = MasterKey::generate(&stand.entropy);
    let osaka = [stand.access.municipality()];
    let desk = DeskKeys::open(&stand.store, &other, &stand.entropy, &osaka).await;
    assert!(matches!(desk.err(), Some(StartError::WrongMasterKey(Party::Hub))));
    let query = QueryKeys::open(&stand.store, &other, &stand.entropy).await;
    assert!(matches!(query.err(), Some(StartError::WrongMasterKey(Party::Hub))));
}

/// A hub's database under the master key of a file.
struct Filed {
    stand: Stand,
    folder: TempDir,
}

impl Filed {
    async fn new() -> Self {
        let filed = Self { stand: Stand::new().await, folder: tempfile::tempdir().unwrap() };
        let mut tx = filed.stand.write().await;
        let now = filed.file().current().unwrap();
        rewrap_all(&mut tx, (&filed.stand.master, &now), &filed.stand.entropy).await.unwrap();
        tx.commit().await.unwrap();
        filed
    }

    fn file(&self) -> MasterKeyFile {
        MasterKeyFile::of(self.folder.path(), Party::Hub, &self.stand.entropy)
    }

    async fn assert_opens(&self, master: &MasterKey) {
        let osaka = [self.stand.access.municipality()];
        DeskKeys::open(&self.stand.store, master, &self.stand.entropy, &osaka).await.unwrap();
        QueryKeys::open(&self.stand.store, master, &self.stand.entropy).await.unwrap();
    }
}

#[tokio::test]
async fn a_rotation_of_the_master_key_that_died_before_its_commit_changes_nothing() {
    let filed = Filed::new().await;
    let old = filed.file().current().unwrap();
    let next = filed.file().prepare_next().unwrap();
    let mut tx = filed.stand.write().await;
    rewrap_all(&mut tx, (&old, &next), &filed.stand.entropy).await.unwrap();
    drop(tx);
    let found = Masters(filed.file()).open(&filed.stand.store).await.unwrap();
    assert_eq!(found.to_text(), old.to_text());
    filed.assert_opens(&found).await;
}

#[tokio::test]
async fn a_rotation_of_the_master_key_that_died_after_its_commit_is_finished_by_the_next_start() {
    let filed = Filed::new().await;
    let old = filed.file().current().unwrap();
    let next = filed.file().prepare_next().unwrap();
    let mut tx = filed.stand.write().await;
    rewrap_all(&mut tx, (&old, &next), &filed.stand.entropy).await.unwrap();
    tx.commit().await.unwrap();
    let found = Masters(filed.file()).open(&filed.stand.store).await.unwrap();
    assert_eq!(found.to_text(), next.to_text());
    filed.assert_opens(&found).await;
    assert_eq!(filed.file().current().unwrap().to_text(), next.to_text());
    assert!(filed.file().next().unwrap().is_none());
    let osaka = [filed.stand.access.municipality()];
    let refused = DeskKeys::open(&filed.stand.store, &old, &filed.stand.entropy, &osaka).await;
    assert!(matches!(refused.err(), Some(StartError::WrongMasterKey(Party::Hub))));
}

/// Two processes on one database: one seals under the new version, the other has not loaded it.
#[tokio::test]
async fn a_value_under_a_version_that_is_not_loaded_yet_is_busy_and_not_damaged() {
    let stand = Stand::new().await;
    let osaka = [stand.access.municipality()];
    let stale = DeskKeys::open(&stand.store, &stand.master, &stand.entropy, &osaka).await.unwrap();
    let mut tx = stand.write().await;
    let maker = Maker { master: &stand.master, entropy: &stand.entropy };
    let added = maker.add(stand.access.code(), Area::Identity, 2).unwrap();
    let ring = (stand.access.code(), KeyArea::Identity);
    let generation = key_life::next_generation(&mut tx).await.unwrap();
    key_life::add(&mut tx, ring, &WrappedKey { state: ACTIVE, ..added }, generation).await.unwrap();
    tx.commit().await.unwrap();
    stand.keys.reload(&stand.store, &stand.master).await.unwrap();

    let sealed = stand.keys.identity(&stand.access).unwrap().seal_file_name(b"task", "file.csv");
    let read = |keys: &DeskKeys| keys.identity(&stand.access).unwrap().open_file_name(b"task", &sealed);
    assert!(matches!(read(&stale), Err(StoreError::Busy)));
    stale.reload(&stand.store, &stand.master).await.unwrap();
    assert_eq!(read(&stale).unwrap(), "file.csv");
}
