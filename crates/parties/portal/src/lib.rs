//! The citizen portal (マイナポータル): binds a pseudonym and reads by it.
//!
//! | door | operation |
//! |---|---|
//! | introduction (+31, from the eligibility system) | [`introduction`]: a portal pseudonym and its PMH-ID, kept sealed until it is bound |
//! | citizen (+30, loopback) | `citizen::login`: card serial and PIN, simulated; `citizen::subsidies`: one's own records; a page |
//! | admin (+39, loopback) | `admin::enrol`: accounts, `admin::cards`: what happens to a card; beside what every party has |
//! | the hub's portal door | [`binding`]: PMH-ID and PMH pseudonym, once; own records, by PMH pseudonym |
//!
//! What it holds: card serials and portal pseudonyms as keyed tags, PMH pseudonyms sealed, and a PMH-ID only,
//! sealed, from its introduction to the hub's acknowledgement of the binding (001:544). Never an Individual Number,
//! nor a record of a subsidy.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pmh_crypto::{Entropy, MasterKey};
use pmh_service::{
    AdminParts, DoorOptions, Listeners, PartyEnv, PeerClient, Running, SEED_IMPORTED, StartError,
    admin_router, master_key,
};
use pmh_store::{Database, Migration, PartySchema, Plans, Role, setting};
use pmh_wire::{Door, Party, PeerName, SeedPortal};
use tokio::sync::{Mutex, Notify};

mod admin;
mod binding;
mod citizen;
mod introduction;
mod keys;
mod portal;
mod store;
#[cfg(test)]
mod tests;

pub use binding::BindWhen;

use keys::Keys;
use portal::Portal;

pub const SCHEMA: PartySchema = PartySchema {
    party: "portal",
    migrations: &[
        Migration {
            version: 1,
            name: "portal",
            sqlite: include_str!("../migrations/sqlite/0001_portal.sql"),
            postgres: include_str!("../migrations/postgres/0001_portal.sql"),
        },
        Migration {
            version: 2,
            name: "card-life",
            sqlite: include_str!("../migrations/sqlite/0002_card_life.sql"),
            postgres: include_str!("../migrations/postgres/0002_card_life.sql"),
        },
    ],
    roles: &[Role {
        name: APP,
        plans: Plans::Estimated,
        grants: &[
            "GRANT SELECT, INSERT ON data_key, index_key TO {app}",
            "GRANT SELECT, INSERT, UPDATE ON account TO {app}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON introduction, pseudonym TO {app}",
            "GRANT SELECT, INSERT, DELETE ON session TO {app}",
        ],
    }],
};

const APP: &str = "app";
const CONNECTIONS: u32 = 8;

/// Starts the portal, which binds on the citizen's first use.
pub async fn start(env: PartyEnv, listeners: &mut Listeners) -> Result<Running, StartError> {
    start_binding(env, listeners, BindWhen::default()).await
}

/// Starts the portal with a choice of when it binds.
pub async fn start_binding(
    env: PartyEnv,
    listeners: &mut Listeners,
    bind_when: BindWhen,
) -> Result<Running, StartError> {
    SCHEMA.prepare(&env.database).await?;
    let store = SCHEMA.open(&env.database, APP, CONNECTIONS).await?;
    env.load_clock(&store).await?;
    let keys = Keys::load(&store, &master_key(&env, Party::Portal)?, env.entropy.clone()).await?;
    let own = PeerName { party: Party::Portal, name: Party::Portal.as_str().to_owned() };
    let portal = Arc::new(Portal {
        hub: PeerClient::of(&env, &own, Party::Hub, Door::HubPortal)?,
        store: store.clone(),
        keys,
        clock: env.clock.clone(),
        entropy: env.entropy.clone(),
        counters: env.counters.clone(),
        bind_when,
        shutdown: env.shutdown.clone(),
        wake: Notify::new(),
        book: Mutex::new(()),
        untruncated: AtomicBool::new(true),
    });
    import_seed(&env, &portal).await?;
    let mut running = Running::new(Party::Portal, &env);
    running.tasks.spawn(binding::run(Arc::clone(&portal)));
    let admin = admin_router(AdminParts {
        party: Party::Portal,
        clock: env.clock.clone(),
        counters: env.counters.clone(),
        store,
        ready: running.ready(),
        on_clock: None,
    });
    let introduction = DoorOptions::between(Door::Introduction, &[Party::Eligibility]);
    running.open(listeners, introduction, introduction::router(Arc::clone(&portal)), Some(&own))?;
    running.open(listeners, DoorOptions::plain(Door::Citizen), citizen::router(Arc::clone(&portal)), None)?;
    running.open(
        listeners,
        DoorOptions::plain(Door::PortalAdmin),
        admin.merge(admin::router(portal)),
        None,
    )?;
    Ok(running)
}

/// Enrols the accounts of the seed, once.
async fn import_seed(env: &PartyEnv, portal: &Portal) -> Result<(), StartError> {
    let mut tx = portal.store.write().await?;
    if setting::find(&mut tx, SEED_IMPORTED).await?.is_none() {
        let seed: SeedPortal = env.read_seed(Party::Portal)?;
        admin::enrol::enrol_all(portal, &mut tx, &seed.people)
            .await
            .map_err(|_| StartError::Seed("an account of the portal"))?;
        setting::save(&mut tx, SEED_IMPORTED, b"1").await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Refuses a database whose keys were wrapped by another master key.
pub async fn check_master_key(database: &Database, master: &MasterKey) -> Result<(), StartError> {
    let store = SCHEMA.open(database, APP, 1).await?;
    let checked = Keys::load(&store, master, Entropy::new()).await;
    store.close().await;
    checked.map(drop)
}
