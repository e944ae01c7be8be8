//! The hub's keys: its operator at the admin door, and a copy of its wrapped keys and sealed rows in somebody's hands.

use std::fs;

use pmh_crypto::{BlindIndexKey, DataKey, KeyState, MasterKey, Place, Ring, Sealed, WrapPlace};
use pmh_store::{Store, StoreError, on_connection};
use pmh_wire::{Door, KeyArea, KeyCommand, KeyList, KeyName, KeyStanding, KeyVersion, paths};

use super::TestDatabase;
use super::answers::{Answer, until};
use super::world::World;

pub(crate) fn key(partition: &str, area: KeyArea, version: i64) -> KeyName {
    KeyName { partition: partition.to_owned(), area, version }
}

impl World {
    pub(crate) async fn keys(&self) -> KeyList {
        self.plain(Door::HubAdmin).get(paths::ADMIN_KEYS).await.unwrap()
    }

    pub(crate) async fn command_keys(&self, command: &KeyCommand) -> Answer {
        self.post_plain(Door::HubAdmin, paths::ADMIN_KEYS, command).await
    }

    pub(crate) async fn rotate(&self, partition: &str, area: KeyArea) {
        let command = KeyCommand::Rotate { partition: partition.to_owned(), area };
        self.command_keys(&command).await.json::<KeyList>();
    }

    pub(crate) async fn until_key(&self, name: &KeyName, is: impl Fn(&KeyVersion) -> bool) -> KeyVersion {
        until("a key is so far", async || {
            let keys = self.keys().await;
            keys.find(&name.partition, name.area, name.version).filter(|key| is(key)).cloned()
        })
        .await
    }

    /// No row is left under an older version of the ring, whose newest is this one.
    pub(crate) async fn until_resealed(&self, newest: &KeyName) {
        self.until_key(newest, |key| key.standing == KeyStanding::Primary).await;
        for version in 1..newest.version {
            self.command_keys(&KeyCommand::Reseal).await.json::<KeyList>();
            let older = KeyName { version, ..newest.clone() };
            self.until_key(&older, |key| key.rows_left == 0).await;
        }
    }

    /// Disables and destroys it, as soon as every process allows it.
    pub(crate) async fn end(&self, name: &KeyName) {
        for command in [KeyCommand::Disable(name.clone()), KeyCommand::Destroy(name.clone())] {
            until("the key ends", async || {
                self.command_keys(&command).await.status.is_success().then_some(())
            })
            .await;
        }
    }

    /// The hub's master key as it is now.
    pub(crate) fn master_key(&self) -> MasterKey {
        let path = self.data().join("keys").join("hub.key");
        MasterKey::from_text(&fs::read_to_string(path).unwrap()).unwrap()
    }
}

pub(crate) async fn desk(place: &TestDatabase) -> Store {
    pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap()
}

/// (key version, wrapped)
type WrappedKeys = Vec<(i64, Vec<u8>)>;

/// What a stolen database or a backup has of one municipality.
pub(crate) struct Copy {
    partition: String,
    identity: WrappedKeys,
    subsidy: WrappedKeys,
    audit: WrappedKeys,
    index: Vec<u8>,
    /// (person, row version, sealed)
    people: Vec<(i64, i64, Vec<u8>)>,
}

impl Copy {
    pub(crate) async fn take(place: &TestDatabase, partition: &str) -> Self {
        let store = desk(place).await;
        let mut tx = store.read().await.unwrap();
        tx.for_municipality(partition).await.unwrap();
        let mut wrapped = async |sql: &'static str| -> WrappedKeys {
            on_connection!(&mut tx, conn => {
                sqlx::query_as(sql).bind(partition).fetch_all(conn).await.unwrap()
            })
        };
        let identity =
            wrapped("SELECT key_version, wrapped FROM identity_key WHERE municipality_code = $1").await;
        let subsidy =
            wrapped("SELECT key_version, wrapped FROM subsidy_key WHERE municipality_code = $1").await;
        let audit = wrapped("SELECT key_version, wrapped FROM audit_key WHERE municipality_code = $1").await;
        let index = on_connection!(&mut tx, conn => {
            sqlx::query_scalar("SELECT wrapped FROM identity_index_key WHERE municipality_code = $1")
                .bind(partition).fetch_one(conn).await.unwrap()
        });
        let people = on_connection!(&mut tx, conn => {
            sqlx::query_as("SELECT person, version, identity FROM person WHERE municipality_code = $1")
                .bind(partition).fetch_all(conn).await.unwrap()
        });
        Self { partition: partition.to_owned(), identity, subsidy, audit, index, people }
    }

    fn data_keys(&self) -> impl Iterator<Item = (&'static str, i64, &[u8])> {
        let areas = [("identity", &self.identity), ("subsidy", &self.subsidy), ("audit", &self.audit)];
        areas.into_iter().flat_map(|(area, keys)| {
            keys.iter().map(move |(version, wrapped)| (area, *version, wrapped.as_slice()))
        })
    }

    fn place(&self, purpose: &'static str, version: i64) -> WrapPlace<'_> {
        let version = u32::try_from(version).unwrap();
        WrapPlace { party: "hub", partition: &self.partition, purpose, version }
    }

    /// How many keys, blind index included, this master key opens.
    pub(crate) fn keys_opened(&self, master: &MasterKey) -> usize {
        let data = self.data_keys().filter(|(area, version, wrapped)| {
            DataKey::unwrap(master, wrapped, self.place(area, *version)).is_ok()
        });
        let index = BlindIndexKey::unwrap(master, &self.index, self.place("blind-index", 1)).is_ok();
        data.count() + usize::from(index)
    }

    /// The people whose rows this master key opens, as clear text.
    pub(crate) fn people_opened(&self, master: &MasterKey) -> Vec<String> {
        let mut ring = Ring::new(self.partition.as_str(), pmh_crypto::Area::Identity);
        for (version, wrapped) in &self.identity {
            if let Ok(key) = DataKey::unwrap(master, wrapped, self.place("identity", *version)) {
                ring.add(u32::try_from(*version).unwrap(), key, KeyState::Active);
            }
        }
        let open = |(person, version, sealed): &(i64, i64, Vec<u8>)| {
            let place = Place {
                party: "hub",
                partition: &self.partition,
                table: "person",
                column: "identity",
                row: &person.to_be_bytes(),
                version: *version,
            };
            let text = ring.open(&place, &Sealed::from_bytes(sealed.clone()).unwrap()).ok()?;
            Some(String::from_utf8_lossy(&text).into_owned())
        };
        self.people.iter().filter_map(open).collect()
    }
}

/// A row that a hub process with an older ring writes: an answer of nobody, under this version. The transaction is
/// the caller's to end.
pub(crate) async fn write_answer_under(
    tx: &mut pmh_store::Tx,
    partition: &str,
    version: i64,
) -> Result<(), StoreError> {
    tx.for_municipality(partition).await?;
    on_connection!(tx, conn => {
        sqlx::query(
            "INSERT INTO answer (municipality_code, person, sealed, version, key_version) \
             VALUES ($1, 999999, $2, 1, $3)",
        )
        .bind(partition)
        .bind(b"sealed".as_slice())
        .bind(version)
        .execute(conn)
        .await?
        .rows_affected()
    });
    Ok(())
}

const ANOTHER: &[u8] = b"another process";

async fn say_loaded(place: &TestDatabase, generation: i64) {
    let store = desk(place).await;
    let mut tx = store.write().await.unwrap();
    on_connection!(&mut tx, conn => {
        sqlx::query(
            "INSERT INTO hub_process (process, generation, seen_ms) VALUES ($1, $2, $3) \
             ON CONFLICT (process) DO UPDATE SET generation = excluded.generation",
        )
        .bind(ANOTHER)
        .bind(generation)
        .bind(i64::MAX)
        .execute(conn)
        .await
        .unwrap()
        .rows_affected()
    });
    tx.commit().await.unwrap();
}

/// A second hub process that lives and has loaded nothing.
pub(crate) async fn join_as_another_process(place: &TestDatabase) {
    say_loaded(place, -1).await;
}

/// It has loaded whatever there is and will be.
pub(crate) async fn load_as_another_process(place: &TestDatabase) {
    say_loaded(place, i64::MAX).await;
}
