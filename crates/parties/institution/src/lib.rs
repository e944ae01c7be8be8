//! Medical institutions and pharmacies (医療機関・薬局): the reception terminal.
//!
//! One process plays all institutions of the world, each with its own certificate.
//!
//! | door | operation |
//! |---|---|
//! | terminal (+40, loopback) | `terminal::visit`: a patient's card and consents; the answer as the eligibility system gave it |
//! | admin (+49, loopback) | what every party has; counters `visits_*` |
//!
//! What it holds: the list of its institutions. Nothing of a patient is stored: what was answered belongs to the
//! system that asked. It never sees an Individual Number, a PMH-ID, a pseudonym or a linkage key (001:299).

use std::collections::BTreeMap;
use std::sync::Arc;

use pmh_service::{
    AdminParts, Counters, DoorOptions, Listeners, PartyEnv, PeerClient, Running, SEED_IMPORTED, StartError,
    admin_router,
};
use pmh_store::{Migration, PartySchema, Plans, Role, Store, setting};
use pmh_wire::{Door, Party, PeerName, SeedInstitution};

mod store;
mod terminal;
#[cfg(test)]
mod tests;

pub const SCHEMA: PartySchema = PartySchema {
    party: "institution",
    migrations: &[Migration {
        version: 1,
        name: "institution",
        sqlite: include_str!("../migrations/sqlite/0001_institution.sql"),
        postgres: include_str!("../migrations/postgres/0001_institution.sql"),
    }],
    roles: &[Role {
        name: APP,
        plans: Plans::Estimated,
        grants: &["GRANT SELECT, INSERT, UPDATE ON institution TO {app}"],
    }],
};

const APP: &str = "app";
const CONNECTIONS: u32 = 2;

/// What a terminal needs: for each institution a client under its own certificate.
pub(crate) struct Institutions {
    pub(crate) clients: BTreeMap<String, PeerClient>,
    pub(crate) counters: Counters,
}

pub async fn start(env: PartyEnv, listeners: &mut Listeners) -> Result<Running, StartError> {
    SCHEMA.prepare(&env.database).await?;
    let store = SCHEMA.open(&env.database, APP, CONNECTIONS).await?;
    env.load_clock(&store).await?;
    import_seed(&env, &store).await?;
    let clients = open_clients(&env, &store).await?;
    let institutions = Arc::new(Institutions { clients, counters: env.counters.clone() });
    let mut running = Running::new(Party::Institution, &env);
    let admin = admin_router(AdminParts {
        party: Party::Institution,
        clock: env.clock.clone(),
        counters: env.counters.clone(),
        store,
        ready: running.ready(),
        on_clock: None,
    });
    running.open(listeners, DoorOptions::plain(Door::Terminal), terminal::router(institutions), None)?;
    running.open(listeners, DoorOptions::plain(Door::InstitutionAdmin), admin, None)?;
    Ok(running)
}

async fn import_seed(env: &PartyEnv, store: &Store) -> Result<(), StartError> {
    let mut tx = store.write().await?;
    if setting::find(&mut tx, SEED_IMPORTED).await?.is_none() {
        let seed: SeedInstitution = env.read_seed(Party::Institution)?;
        for institution in &seed.institutions {
            store::put_institution(&mut tx, &institution.code, &institution.name).await?;
        }
        setting::save(&mut tx, SEED_IMPORTED, b"1").await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn open_clients(env: &PartyEnv, store: &Store) -> Result<BTreeMap<String, PeerClient>, StartError> {
    let mut tx = store.read().await?;
    let codes = store::list_codes(&mut tx).await?;
    tx.commit().await?;
    codes
        .into_iter()
        .map(|code| {
            let own = PeerName { party: Party::Institution, name: code.clone() };
            Ok((code, PeerClient::of(env, &own, Party::Eligibility, Door::Confirmation)?))
        })
        .collect()
}
