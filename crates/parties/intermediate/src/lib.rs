//! The insurers' intermediate server (医療保険者等向け中間サーバー): numbers each person with a PMH-ID.
//!
//! It knows Individual Numbers, the basic five items, linking numbers (紐付番号) and PMH-IDs; never a certificate
//! of subsidy, a pseudonym or a card.
//!
//! | path | file |
//! |---|---|
//! | `POST /numbering/v1/requests` (from the hub) | `numbering/request.rs` |
//! | `POST /linking/v1/entries` (to the OQS) | `linking/deliver.rs` |
//! | `POST /__admin/people`, `POST /__admin/numbers` | `admin/enrol.rs`, `admin/numbers.rs` |
//!
//! `enrolment.rs` is who is insured, `identity.rs` and `keys.rs` are what is sealed and under which keys, `seed.rs`
//! is the first import, `store/` is all SQL. A PMH-ID, its entry for the OQS and the answer to the hub belong to
//! one transaction: whatever was answered survives a crash, and the OQS will be told of it.

mod admin;
mod enrolment;
mod identity;
mod keys;
mod linking;
mod numbering;
mod seed;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use pmh_crypto::{Entropy, MasterKey};
use pmh_service::{
    AdminParts, Counters, DoorOptions, Listeners, PartyEnv, PeerClient, RouteLimits, Running, StartError,
    admin_router, master_key,
};
use pmh_store::{Database, Store};
use pmh_wire::{Door, Party, PeerName, paths};
use tokio::sync::Notify;

use crate::keys::Keys;

pub use store::SCHEMA;

const CONNECTIONS: u32 = 8;
/// Of one enrolment: a town at once.
const ENROL_BYTES_MAX: usize = 64 << 20;

/// What a world may choose about this party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether the basic five items must be equal (001:90). The seeds call the check auxiliary and, at
    /// different dates, planned, in force or absent (000:442), so it can be off.
    pub compare_five_items: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { compare_five_items: true }
    }
}

/// What every operation needs.
struct Intermediate {
    store: Store,
    keys: Keys,
    entropy: Entropy,
    counters: Counters,
    auto_enrol: bool,
    options: Options,
    /// Wakes the delivery of linkings.
    linking_due: Notify,
}

/// Starts the intermediate server with the check of the five items.
pub async fn start(env: PartyEnv, listeners: &mut Listeners) -> Result<Running, StartError> {
    start_with(env, listeners, Options::default()).await
}

/// Starts the intermediate server. The doors open last.
pub async fn start_with(
    env: PartyEnv,
    listeners: &mut Listeners,
    options: Options,
) -> Result<Running, StartError> {
    SCHEMA.prepare(&env.database).await?;
    let store = SCHEMA.open(&env.database, store::APP, CONNECTIONS).await?;
    env.load_clock(&store).await?;
    let keys = Keys::load(&store, &master_key(&env, Party::Intermediate)?, &env.entropy).await?;
    let state = Arc::new(Intermediate {
        store: store.clone(),
        keys,
        entropy: env.entropy.clone(),
        counters: env.counters.clone(),
        auto_enrol: env.auto_enrol,
        options,
        linking_due: Notify::new(),
    });
    seed::import(&env, &state).await?;
    count_what_is_there(&state).await?;

    let own = PeerName { party: Party::Intermediate, name: Party::Intermediate.as_str().to_owned() };
    let oqs = PeerClient::of(&env, &own, Party::Eligibility, Door::Linking)?;
    let mut running = Running::new(Party::Intermediate, &env);
    running.tasks.spawn(linking::deliver::deliver(Arc::clone(&state), oqs, env.shutdown.clone()));
    let admin = admin_router(AdminParts {
        party: Party::Intermediate,
        clock: env.clock.clone(),
        counters: env.counters.clone(),
        store,
        ready: running.ready(),
        on_clock: None,
    });
    let numbering = DoorOptions::between(Door::Numbering, &[Party::Hub]);
    running.open(listeners, numbering, numbering_router(Arc::clone(&state)), Some(&own))?;
    let admin = admin.merge(admin_routes(state));
    running.open(listeners, DoorOptions::plain(Door::IntermediateAdmin), admin, None)?;
    Ok(running)
}

fn numbering_router(state: Arc<Intermediate>) -> Router {
    Router::new().route(paths::NUMBERING, post(numbering::request::request)).with_state(state)
}

fn admin_routes(state: Arc<Intermediate>) -> Router {
    let enrol = post(admin::enrol::enrol).layer(RouteLimits::body_bytes(ENROL_BYTES_MAX));
    Router::new()
        .route(paths::ADMIN_PEOPLE, enrol)
        .route(paths::ADMIN_NUMBERS, post(admin::numbers::command))
        .with_state(state)
}

/// The count of PMH-IDs goes on over a restart; counters of events begin anew.
async fn count_what_is_there(state: &Intermediate) -> Result<(), StartError> {
    let mut tx = state.store.read().await?;
    let pmh_ids = store::people::count_numbered(&mut tx).await?;
    tx.commit().await?;
    state.counters.add("pmh_ids", pmh_ids);
    Ok(())
}

/// Refuses a database whose keys were wrapped by another master key.
pub async fn check_master_key(database: &Database, master: &MasterKey) -> Result<(), StartError> {
    let store = SCHEMA.open(database, store::APP, 1).await?;
    let checked = Keys::load(&store, master, &Entropy::new()).await;
    store.close().await;
    checked.map(drop)
}
