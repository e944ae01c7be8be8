//! The municipal registration system (自治体業務システム): the part that a vendor replaces.
//!
//! One process plays all municipalities of the world, each with its own certificate.
//!
//! | part | operation |
//! |---|---|
//! | `submission::import` | the seed files, once: each becomes a pending submission, its records sealed |
//! | `submission::follow` | sends each file to the hub's registration door and follows its task to the end, over failures and restarts |
//! | [`RegistrationClient`] | the same door for a user's own files, for people who sign in, and for what a municipality may demand |
//! | `witness` | keeps the signed heads of the hub's audit |
//! | [`watch`] | a folder's files, one after the other: sent, followed, results fetched, moved away |
//! | admin (+59, loopback) | what every party has; counters `submissions_*` |
//!
//! What it holds: Individual Numbers, basic five items and certificates of files that are not finished, sealed under
//! a ring per municipality. Never a PMH-ID or a pseudonym (*assumed*: the back-office system is not said to see them).

use std::sync::Arc;

use pmh_crypto::{Entropy, MasterKey};
use pmh_domain::MunicipalityCode;
use pmh_service::{
    AdminParts, DoorOptions, Listeners, PartyEnv, PeerClient, Running, SEED_IMPORTED, StartError,
    admin_router, master_key, municipality_credential,
};
use pmh_store::{Database, Migration, PartySchema, Plans, Role, Store, setting};
use pmh_wire::{Door, Party, PeerName, SeedMunicipality};
use tokio::sync::watch as channel;

mod accounts;
mod client;
mod demands;
mod file_body;
mod keys;
mod municipality;
mod store;
mod submission;
#[cfg(test)]
mod tests;
mod watch;
mod witness;

pub use client::{RegistrationClient, SubmitError, TaskFilter, save_pieces};
pub use demands::{Log, LogProof, ReadLog, ReadLogError};
pub use watch::{Folders, Handled, watch};

use keys::Keys;
use municipality::Municipal;
use submission::{follow, import};

pub const SCHEMA: PartySchema = PartySchema {
    party: "municipality",
    migrations: &[
        Migration {
            version: 1,
            name: "municipality",
            sqlite: include_str!("../migrations/sqlite/0001_municipality.sql"),
            postgres: include_str!("../migrations/postgres/0001_municipality.sql"),
        },
        Migration {
            version: 2,
            name: "witness",
            sqlite: include_str!("../migrations/sqlite/0002_witness.sql"),
            postgres: include_str!("../migrations/postgres/0002_witness.sql"),
        },
    ],
    roles: &[Role {
        name: APP,
        plans: Plans::Estimated,
        grants: &[
            "GRANT SELECT, INSERT, UPDATE ON municipality TO {app}",
            "GRANT SELECT, INSERT ON data_key TO {app}",
            "GRANT SELECT, INSERT, UPDATE ON submission, witness TO {app}",
            "GRANT SELECT, INSERT, DELETE ON submission_chunk TO {app}",
        ],
    }],
};

const APP: &str = "app";
const CONNECTIONS: u32 = 8;

pub async fn start(env: PartyEnv, listeners: &mut Listeners) -> Result<Running, StartError> {
    SCHEMA.prepare(&env.database).await?;
    let store = SCHEMA.open(&env.database, APP, CONNECTIONS).await?;
    env.load_clock(&store).await?;
    let keys = load_keys_and_seed(&env, &store).await?;
    let mut running = Running::new(Party::Municipality, &env);
    let municipal = Arc::new(Municipal {
        store: store.clone(),
        keys,
        counters: env.counters.clone(),
        shutdown: env.shutdown.clone(),
    });
    let (turned, turns) = channel::channel(());
    for code in municipal.keys.municipalities() {
        let own = PeerName { party: Party::Municipality, name: code.to_owned() };
        let hub = PeerClient::of(&env, &own, Party::Hub, Door::HubRegistration)?;
        let credential = municipality_credential(&env.data, &own.name)?;
        let hub = credential.and_then(|token| hub.with_bearer(&token)).unwrap_or(hub);
        let code: MunicipalityCode = code.parse().map_err(|_| StartError::Seed("a municipality's code"))?;
        let client = RegistrationClient::new(hub, code);
        running.tasks.spawn(witness::keep(Arc::clone(&municipal), client.clone(), turns.clone()));
        running.tasks.spawn(follow::run(Arc::clone(&municipal), client));
    }
    let admin = admin_router(AdminParts {
        party: Party::Municipality,
        clock: env.clock.clone(),
        counters: env.counters.clone(),
        store,
        ready: running.ready(),
        on_clock: Some(Arc::new(move |_change| {
            turned.send_replace(());
            Box::pin(async { Ok(()) })
        })),
    })
    .merge(witness::admin_router(municipal));
    running.open(listeners, DoorOptions::plain(Door::MunicipalityAdmin), admin, None)?;
    Ok(running)
}

/// Imports the seed, once. The municipalities come first and by themselves: their rings need them, and importing
/// them again after a crash changes nothing.
async fn load_keys_and_seed(env: &PartyEnv, store: &Store) -> Result<Keys, StartError> {
    let mut tx = store.write().await?;
    let seed: Option<SeedMunicipality> = match setting::find(&mut tx, SEED_IMPORTED).await? {
        Some(_) => None,
        None => Some(env.read_seed(Party::Municipality)?),
    };
    if let Some(seed) = &seed {
        import::import_municipalities(&mut tx, seed).await?;
    }
    tx.commit().await?;
    let keys = Keys::load(store, &master_key(env, Party::Municipality)?, env.entropy.clone()).await?;
    if let Some(seed) = seed {
        let mut tx = store.write().await?;
        import::import_files(&mut tx, &seed, &keys).await?;
        setting::save(&mut tx, SEED_IMPORTED, b"1").await?;
        tx.commit().await?;
    }
    Ok(keys)
}

/// Refuses a database whose keys were wrapped by another master key.
pub async fn check_master_key(database: &Database, master: &MasterKey) -> Result<(), StartError> {
    let store = SCHEMA.open(database, APP, 1).await?;
    let checked = Keys::load(&store, master, Entropy::new()).await;
    store.close().await;
    checked.map(drop)
}
