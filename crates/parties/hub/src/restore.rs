//! What a backup of the hub needs before it may serve again. It stands as it stood when it was taken; what must not
//! come back with it is told by the database that it replaces.
//!
//! | what would come back | what is done |
//! |---|---|
//! | people, and whole partitions, that were erased since | erased again, with the records of their erasures |
//! | rows that waited then, which may hold somebody erased | their tasks are cancelled, where anybody was erased since |
//! | epochs under which linkage keys were used since | every epoch is retired |
//! | counts of people, accounts and epochs given since | the counters are raised |
//!
//! Not brought over: the audit since the backup. It ends there, and goes on in a new lane whose first entry says so;
//! a witness of the time between finds the lanes cut off.

mod audited;

use std::collections::HashSet;
use std::sync::Arc;

use pmh_crypto::{CheckpointSigner, Entropy, MasterKey};
use pmh_domain::{MunicipalityCode, VirtualClock};
use pmh_service::{StartError, restore_clock};
use pmh_store::{Database, Store, StoreError};
use pmh_wire::ErasureScope;

use crate::access::PartitionAccess;
use crate::audit::{Entry, Lane, Removed};
use crate::erasure::{body, rows};
use crate::keys::{DeskKeys, QueryKeys};
use crate::start::open_signer;
use crate::store::epochs::HUB_PARTITION;
use crate::store::erased::Counters;
use crate::store::erasures::{CountRow, ErasureRow};
use crate::store::{DESK, QUERY, SCHEMA, audit, epochs, erased, erasures, municipalities, people, tasks};

pub use audited::AuditFault;

/// A backup that was copied to a database of its own.
pub struct Restoring<'a> {
    pub database: &'a Database,
    /// The hub's database that the backup replaces. Without one nobody can tell who was erased since.
    pub replaced: Option<&'a Database>,
    pub master: &'a MasterKey,
    /// Shows the time of a world whose clock nobody changed.
    pub clock: VirtualClock,
}

/// What was done, and what was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    pub people_erased: u64,
    pub partitions_erased: u64,
    pub tasks_cancelled: u64,
    pub epochs_retired: u64,
    pub audit_rows: u64,
    /// Signed heads that the audit reaches, of the backup and of the replaced database.
    pub signed_heads: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum NotRestored {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the audit of the backup does not verify: {0}")]
    Audit(#[from] AuditFault),
    /// It is there and does not tell who was erased.
    #[error("the database that is replaced cannot be read: {0}")]
    Replaced(StartError),
    /// It tells nothing of the people of the backup, and counts its own.
    #[error("the database that is replaced is another hub's")]
    AnotherHub,
}

/// Makes the copy fit to serve. The hub of neither database runs.
pub async fn restore(restoring: Restoring<'_>) -> Result<Restored, NotRestored> {
    SCHEMA.prepare(restoring.database).await?;
    let desk = SCHEMA.open(restoring.database, DESK, 2).await?;
    let query = SCHEMA.open(restoring.database, QUERY, 2).await?;
    let hub = Hub::open(&restoring, (desk, query)).await?;
    let restored = hub.restore_after(&restoring).await;
    hub.desk.close().await;
    hub.query.close().await;
    restored
}

/// What happened after the backup was taken, as the replaced database tells it.
#[derive(Default)]
struct Since {
    partitions: Vec<Partition>,
    last_epoch: i64,
    checkpoints: Vec<audit::CheckpointRow>,
    public_key: [u8; 32],
}

struct Partition {
    municipality: MunicipalityCode,
    erasures: Vec<(ErasureRow, Vec<CountRow>)>,
    people: Vec<i64>,
    counters: Counters,
}

impl Since {
    async fn read(database: &Database, master: &MasterKey) -> Result<Self, StartError> {
        SCHEMA.prepare(database).await?;
        let desk = SCHEMA.open(database, DESK, 1).await?;
        let query = SCHEMA.open(database, QUERY, 1).await?;
        let entropy = Entropy::new();
        let keys = QueryKeys::open(&query, master, &entropy).await?;
        let public_key = open_signer(&desk, &keys.subsidy, &entropy).await?.public_key();
        let mut since = Self { public_key, ..Self::default() };
        for municipality in list_municipalities(&desk).await? {
            since.partitions.push(Partition::read(&desk, municipality).await?);
        }
        let mut tx = query.read().await?;
        since.last_epoch = epochs::find_last_id(&mut tx).await?;
        since.checkpoints = audit::list_checkpoints(&mut tx).await?;
        drop(tx);
        desk.close().await;
        query.close().await;
        Ok(since)
    }
}

impl Partition {
    async fn read(desk: &Store, municipality: MunicipalityCode) -> Result<Self, StoreError> {
        let access = PartitionAccess::of_the_hub(municipality);
        let mut tx = desk.read().await?;
        tx.for_municipality(access.code()).await?;
        let mut records = Vec::new();
        for row in erasures::list_by_status(&mut tx, &access, erasures::ERASED).await? {
            let counts = erasures::list_counts(&mut tx, &access, &row.erasure).await?;
            records.push((row, counts));
        }
        let people = erased::list(&mut tx, &access).await?;
        let counters = erased::counters(&mut tx, &access).await?;
        Ok(Self { municipality, erasures: records, people, counters })
    }
}

async fn list_municipalities(desk: &Store) -> Result<Vec<MunicipalityCode>, StoreError> {
    let mut tx = desk.read().await?;
    Ok(municipalities::list(&mut tx).await?.into_iter().map(|(code, _)| code).collect())
}

/// The restored hub, without doors and workers.
struct Hub {
    desk: Store,
    query: Store,
    keys: DeskKeys,
    desk_lane: Lane,
    query_lane: Lane,
    signer: CheckpointSigner,
}

impl Hub {
    async fn open(restoring: &Restoring<'_>, (desk, query): (Store, Store)) -> Result<Self, NotRestored> {
        let (master, entropy) = (restoring.master, Entropy::new());
        restore_clock(&desk, &restoring.clock).await?;
        let municipalities = list_municipalities(&desk).await?;
        let keys = DeskKeys::open(&desk, master, &entropy, &municipalities).await?;
        let query_keys = QueryKeys::open(&query, master, &entropy).await?;
        let signer = open_signer(&desk, &keys.subsidy, &entropy).await?;
        let clock = &restoring.clock;
        let desk_lane = Lane::new(Arc::clone(&keys.subsidy), entropy.clone(), clock.clone());
        let query_lane = Lane::new(query_keys.subsidy, entropy, clock.clone());
        Ok(Self { desk, query, keys, desk_lane, query_lane, signer })
    }

    async fn restore_after(&self, restoring: &Restoring<'_>) -> Result<Restored, NotRestored> {
        let Some(replaced) = restoring.replaced else { return self.restore(Since::default()).await };
        let since = Since::read(replaced, restoring.master).await.map_err(NotRestored::Replaced)?;
        if since.public_key != self.signer.public_key() {
            return Err(NotRestored::AnotherHub);
        }
        self.restore(since).await
    }

    async fn restore(&self, since: Since) -> Result<Restored, NotRestored> {
        let mut tx = self.query.read().await?;
        let audited = audited::check(&mut tx, &self.signer, since.checkpoints).await?;
        drop(tx);
        let mut restored =
            Restored { audit_rows: audited.rows, signed_heads: audited.signed_heads, ..Restored::default() };
        for partition in &since.partitions {
            self.erase_again(partition, &mut restored).await?;
        }
        restored.epochs_retired = self.retire_epochs(since.last_epoch).await?;
        Ok(restored)
    }

    async fn erase_again(&self, partition: &Partition, restored: &mut Restored) -> Result<(), StoreError> {
        let access = PartitionAccess::of_the_hub(partition.municipality);
        let mut turn = self.desk_lane.turn().await;
        let mut tx = self.desk.write().await?;
        tx.for_municipality(access.code()).await?;
        let known: HashSet<Vec<u8>> = erasures::list_by_status(&mut tx, &access, erasures::ERASED)
            .await?
            .into_iter()
            .map(|row| row.erasure)
            .collect();
        let gone: HashSet<i64> = erased::list(&mut tx, &access).await?.into_iter().collect();
        let new: Vec<_> =
            partition.erasures.iter().filter(|(row, _)| !known.contains(&row.erasure)).collect();
        let people: Vec<i64> =
            partition.people.iter().copied().filter(|person| !gone.contains(person)).collect();
        erased::raise_counters(&mut tx, &access, partition.counters).await?;
        if new.is_empty() && people.is_empty() {
            return tx.commit().await;
        }
        let whole = body::scope_code(ErasureScope::Partition);
        let mut removed = Vec::new();
        if new.iter().any(|(row, _)| row.scope == whole) {
            rows::erase_partition(&access, &mut tx).await?;
            removed.push(Removed::partition());
            restored.partitions_erased += 1;
        } else {
            restored.tasks_cancelled += tasks::cancel_waiting(&mut tx, &access).await?;
        }
        for person in people {
            if people::list_by_persons(&mut tx, &access, &[person]).await?.is_empty() {
                erased::add(&mut tx, &access, person).await?;
            } else {
                rows::erase_person(&self.keys, &access, &mut tx, person).await?;
                removed.push(Removed::person(person));
                restored.people_erased += 1;
            }
        }
        for (row, counts) in &new {
            erasures::put_erased(&mut tx, &access, row).await?;
            erasures::add_counts(&mut tx, &access, &row.erasure, counts).await?;
        }
        let told = format!("{} erasures since the backup carried out again", new.len());
        let entry =
            Entry::of(access.code(), "restore", access.principal()).with_outcome(told).removed(removed);
        turn.append(&mut tx, &[entry]).await?;
        turn.commit(tx).await
    }

    async fn retire_epochs(&self, last_epoch: i64) -> Result<u64, StoreError> {
        let mut turn = self.query_lane.turn().await;
        let mut tx = self.query.write().await?;
        let retired = epochs::retire_all(&mut tx).await?;
        epochs::raise_last_id(&mut tx, last_epoch).await?;
        let told = format!("from a backup; {retired} epochs retired");
        turn.append(&mut tx, &[Entry::of(HUB_PARTITION, "restore", "hub").with_outcome(told)]).await?;
        turn.commit(tx).await?;
        Ok(retired)
    }
}
