//! The online eligibility verification system, OQS (オンライン資格確認等システム): mints linkage keys and relays
//! answers.
//!
//! It knows linking numbers (紐付番号), card serials, PMH-IDs, portal pseudonyms (仮名識別子) and who is insured;
//! never an Individual Number, and of the subsidies it passes through it stores none.
//!
//! | path | file |
//! |---|---|
//! | `POST /linking/v1/entries` (from the intermediate server) | `linking/receive.rs` |
//! | `POST /introduction/v1/entries` (to the portal) | `introduction/deliver.rs` |
//! | `POST /confirmation/v1/confirmations` (from institutions) | `confirmation/confirm.rs` |
//! | `POST /eligibility/v1/epochs`, `POST /eligibility/v1/queries` (to the hub) | `hub.rs` |
//! | `GET /audit/v1/checkpoints` (to the hub), `GET /__admin/witnesses` | `witness.rs` |
//! | `POST /__admin/people`, `POST /__admin/cards` | `admin/enrol.rs`, `admin/cards.rs` |
//!
//! `enrolment.rs` is who holds which card, `keys.rs` what is sealed and under which keys, `seed.rs` the first
//! import, `store/` all SQL. A PMH-ID and the mark that the portal has to be told of it are one row: whatever was
//! acknowledged survives a crash. Epochs and linkage keys do not, on purpose.

mod admin;
mod confirmation;
mod enrolment;
pub mod hub;
mod introduction;
mod keys;
mod linking;
mod seed;
mod store;
#[cfg(test)]
mod tests;
mod witness;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use pmh_crypto::{Entropy, MasterKey};
use pmh_domain::VirtualClock;
use pmh_service::{
    AdminParts, Counters, DoorOptions, Listeners, PartyEnv, PeerClient, RouteLimits, Running, StartError,
    admin_router, master_key,
};
use pmh_store::{Database, Store};
use pmh_wire::{Door, Party, PeerName, paths};
use tokio::sync::Notify;

use crate::confirmation::together::Asked;
use crate::hub::Epochs;
use crate::keys::Keys;

pub use store::SCHEMA;

const CONNECTIONS: u32 = 8;
/// Of one enrolment: a town at once.
const ENROL_BYTES_MAX: usize = 64 << 20;
/// An epoch and two queries fit into the time that an institution waits.
const HUB_TIMEOUT: Duration = Duration::from_secs(8);

/// What every operation needs.
struct Eligibility {
    store: Store,
    /// Of the role that looks presented cards up.
    reception: Store,
    presented: Asked,
    keys: Keys,
    entropy: Entropy,
    clock: VirtualClock,
    counters: Counters,
    auto_enrol: bool,
    hub: Epochs,
    /// Wakes the delivery of introductions.
    introduction_due: Notify,
    /// Wakes the witness.
    witness_due: Notify,
}

/// Starts the OQS. The doors open last.
pub async fn start(env: PartyEnv, listeners: &mut Listeners) -> Result<Running, StartError> {
    SCHEMA.prepare(&env.database).await?;
    let store = SCHEMA.open(&env.database, store::APP, CONNECTIONS).await?;
    let reception = SCHEMA.open(&env.database, store::RECEPTION, CONNECTIONS).await?;
    env.load_clock(&store).await?;
    let keys = Keys::load(&store, &master_key(&env, Party::Eligibility)?, &env.entropy).await?;
    let own = PeerName { party: Party::Eligibility, name: Party::Eligibility.as_str().to_owned() };
    let hub = PeerClient::of(&env, &own, Party::Hub, Door::HubEligibility)?.with_timeout(HUB_TIMEOUT);
    let state = Arc::new(Eligibility {
        store: store.clone(),
        presented: Asked::new(reception.together_max()),
        reception,
        keys,
        entropy: env.entropy.clone(),
        clock: env.clock.clone(),
        counters: env.counters.clone(),
        auto_enrol: env.auto_enrol,
        hub: Epochs::new(hub.clone(), env.entropy.clone(), env.clock.clone(), env.counters.clone()),
        introduction_due: Notify::new(),
        witness_due: Notify::new(),
    });
    seed::import(&env, &state).await?;

    let portal = PeerClient::of(&env, &own, Party::Portal, Door::Introduction)?;
    let mut running = Running::new(Party::Eligibility, &env);
    running.tasks.spawn(introduction::deliver::deliver(Arc::clone(&state), portal, env.shutdown.clone()));
    running.tasks.spawn(witness::keep(Arc::clone(&state), hub, env.shutdown.clone()));
    let clocked = Arc::clone(&state);
    let admin = admin_router(AdminParts {
        party: Party::Eligibility,
        clock: env.clock.clone(),
        counters: env.counters.clone(),
        store,
        ready: running.ready(),
        on_clock: Some(Arc::new(move |_change| {
            clocked.witness_due.notify_one();
            Box::pin(async { Ok(()) })
        })),
    });
    let confirmation = DoorOptions::between(Door::Confirmation, &[Party::Institution]);
    running.open(listeners, confirmation, confirmation_router(Arc::clone(&state)), Some(&own))?;
    let linking = DoorOptions::between(Door::Linking, &[Party::Intermediate]);
    running.open(listeners, linking, linking_router(Arc::clone(&state)), Some(&own))?;
    let admin = admin.merge(admin_routes(state));
    running.open(listeners, DoorOptions::plain(Door::EligibilityAdmin), admin, None)?;
    Ok(running)
}

fn confirmation_router(state: Arc<Eligibility>) -> Router {
    Router::new().route(paths::CONFIRMATIONS, post(confirmation::confirm::confirm)).with_state(state)
}

fn linking_router(state: Arc<Eligibility>) -> Router {
    Router::new().route(paths::LINKING, post(linking::receive::receive)).with_state(state)
}

fn admin_routes(state: Arc<Eligibility>) -> Router {
    let enrol = post(admin::enrol::enrol).layer(RouteLimits::body_bytes(ENROL_BYTES_MAX));
    Router::new()
        .route(paths::ADMIN_PEOPLE, enrol)
        .route(paths::ADMIN_CARDS, post(admin::cards::command))
        .route(paths::ADMIN_EPOCHS, post(admin::renew_epoch::renew_epoch))
        .route(paths::ADMIN_WITNESSES, get(witness::show))
        .with_state(state)
}

/// Refuses a database whose keys were wrapped by another master key.
pub async fn check_master_key(database: &Database, master: &MasterKey) -> Result<(), StartError> {
    let store = SCHEMA.open(database, store::APP, 1).await?;
    let checked = Keys::load(&store, master, &Entropy::new()).await;
    store.close().await;
    checked.map(drop)
}
