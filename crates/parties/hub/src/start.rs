//! Brings the hub up: tables, keys, what a stopped process left, workers, doors.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};

use axum::{Extension, Router};
use pmh_crypto::{CheckpointSigner, Entropy, MasterKey};
use pmh_domain::{Change, MunicipalityCode};
use pmh_service::{
    AdminParts, DoorOptions, Listeners, MasterKeyFile, PartyEnv, PeerClient, Refused, Running, admin_router,
};
use pmh_store::{GroupCommit, Store, StoreError, setting};
use pmh_wire::{Door, Party, PeerName, SeedHub};
use tokio::sync::Notify;

use crate::access::PartitionAccess;
use crate::audit::{self, Lane, Lanes};
use crate::eligibility::{self, Epochs};
use crate::erasure::{self, Erasing, Retention};
use crate::key_life::{self, KeyLife};
use crate::keys::{DeskKeys, Masters, QueryKeys, SubsidyRings};
use crate::state::{Bell, Desk, DeskParts, Inquiry, InquiryParts};
use crate::store::{DESK, QUERY, SCHEMA, municipalities, sealed_settings, tasks};
use crate::users::{UserOptions, UserRules, import_seed as import_seed_of_users};
use crate::{numbering, portal, registration, worker};

/// Connections of each role. A lane writes one transaction at a time; the rest read.
const CONNECTIONS: u32 = 8;
const SEEDED: &str = "seeded";
const SIGNER: &str = "audit-signer";

/// Why the hub does not start.
pub use pmh_service::StartError;

/// What an operator decides about the hub.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub users: UserOptions,
    pub retention: Retention,
}

/// Starts the hub on its listeners, without users: a municipality's certificate alone opens its door.
pub async fn start(env: PartyEnv, listeners: &mut Listeners) -> Result<Running, StartError> {
    start_with(env, listeners, Options::default()).await
}

/// Starts the hub with other options than the usual ones.
pub async fn start_with(
    env: PartyEnv,
    listeners: &mut Listeners,
    options: Options,
) -> Result<Running, StartError> {
    SCHEMA.prepare(&env.database).await?;
    let desk_store = SCHEMA.open(&env.database, DESK, CONNECTIONS).await?;
    let query_store = SCHEMA.open(&env.database, QUERY, CONNECTIONS).await?;
    import_seed(&env, &desk_store).await?;
    env.load_clock(&desk_store).await?;
    let master = Masters(MasterKeyFile::of(&env.data, Party::Hub, &env.entropy)).open(&desk_store).await?;
    let (desk, inquiry) = open_states(&env, (desk_store, query_store), &master, options).await?;
    drop(master);
    import_seed_of_users(&desk, || env.read_seed(Party::Hub)).await?;
    for municipality in desk.bells.keys() {
        clean_up(&desk, *municipality).await?;
    }
    let erasing = Erasing { desk: desk.clone(), inquiry: inquiry.clone() };
    let life = KeyLife::new(&env, erasing);
    life.join().await?;
    spawn_workers(&env, &desk, &inquiry);
    env.tracker.spawn(key_life::keep_keys(life.clone(), env.shutdown.clone()));
    env.tracker.spawn(key_life::reseal_in_background(life.clone(), env.shutdown.clone()));
    serve_doors(&env, listeners, (&desk, &inquiry), &life)
}

async fn open_states(
    env: &PartyEnv,
    (desk_store, query_store): (Store, Store),
    master: &MasterKey,
    options: Options,
) -> Result<(Desk, Inquiry), StartError> {
    let mut tx = desk_store.read().await?;
    let known = municipalities::list(&mut tx).await?;
    drop(tx);
    let codes: Vec<MunicipalityCode> = known.iter().map(|(code, _)| *code).collect();
    let entropy = env.entropy.clone();
    let keys = DeskKeys::open(&desk_store, master, &entropy, &codes).await?;
    let query_keys = QueryKeys::open(&query_store, master, &entropy).await?;
    let signer = Arc::new(open_signer(&desk_store, &keys.subsidy, &entropy).await?);
    let hub = PeerName { party: Party::Hub, name: "hub".to_owned() };
    let intermediate = PeerClient::of(env, &hub, Party::Intermediate, Door::Numbering)?;
    let desk = Desk::new(DeskParts {
        lane: Lane::new(Arc::clone(&keys.subsidy), entropy.clone(), env.clock.clone()),
        store: desk_store,
        keys,
        signer,
        clock: env.clock.clone(),
        entropy: entropy.clone(),
        intermediate,
        counters: env.counters.clone(),
        tracker: env.tracker.clone(),
        shutdown: env.shutdown.clone(),
        rules: env.rules,
        layouts: registration::read_layouts(&env.data, &codes)?,
        retention: options.retention,
        untruncated: AtomicBool::new(true),
        audit_cut_ms: AtomicI64::new(i64::MIN),
        users: UserRules::new(options.users, &entropy),
        token_hashes: known.into_iter().map(|(code, hash)| (hash, code)).collect(),
        bells: codes.into_iter().map(|code| (code, Bell::default())).collect::<HashMap<_, _>>(),
    });
    let lane = Lane::new(Arc::clone(&query_keys.subsidy), entropy.clone(), env.clock.clone());
    let at_once = query_store.together_max();
    let inquiry = Inquiry::new(InquiryParts {
        lanes: Lanes::with(&lane, at_once),
        lane,
        store: query_store,
        keys: query_keys,
        signer: Arc::clone(&desk.signer),
        clock: env.clock.clone(),
        entropy,
        counters: env.counters.clone(),
        epochs: Epochs::default(),
        clock_moved: Notify::new(),
        questions: GroupCommit::new(at_once),
    });
    Ok((desk, inquiry))
}

/// Municipalities and hashes of their credentials, once.
pub(crate) async fn import_seed(env: &PartyEnv, store: &Store) -> Result<(), StartError> {
    let mut tx = store.write().await?;
    if setting::find(&mut tx, SEEDED).await?.is_some() {
        return Ok(());
    }
    let seed: SeedHub = env.read_seed(Party::Hub)?;
    for municipality in &seed.municipalities {
        let code = municipality.code.parse().map_err(|_| StartError::Seed("a municipality's code"))?;
        let hash =
            hex::decode(&municipality.token_hash).map_err(|_| StartError::Seed("a credential's hash"))?;
        municipalities::put(&mut tx, code, &municipality.name, &hash).await?;
    }
    setting::save(&mut tx, SEEDED, b"1").await?;
    tx.commit().await?;
    Ok(())
}

/// The key that signs checkpoints, sealed under the hub's own ring.
pub(crate) async fn open_signer(
    store: &Store,
    rings: &SubsidyRings,
    entropy: &Entropy,
) -> Result<CheckpointSigner, StoreError> {
    let damaged = |_| StoreError::Inconsistent { table: "sealed_setting", column: "sealed" };
    let mut tx = store.write().await?;
    if let Some(sealed) = sealed_settings::find(&mut tx, SIGNER).await? {
        let pkcs8 = rings.open_setting(SIGNER, &sealed)?;
        return CheckpointSigner::from_pkcs8(&pkcs8).map_err(damaged);
    }
    let signer = CheckpointSigner::generate(entropy);
    let (sealed, key_version) = rings.seal_setting(SIGNER, signer.expose_pkcs8())?;
    sealed_settings::add(&mut tx, SIGNER, (&sealed, key_version)).await?;
    tx.commit().await?;
    Ok(signer)
}

/// What a stopped process was still receiving was never acknowledged. Listed before the doors open: later it
/// could not be told from what is being received now.
async fn clean_up(desk: &Desk, municipality: MunicipalityCode) -> Result<(), StoreError> {
    let access = PartitionAccess::of_the_hub(municipality);
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    for task in tasks::list_receiving(&mut tx, &access).await? {
        registration::delete_in_background(desk, &access, task);
    }
    Ok(())
}

fn spawn_workers(env: &PartyEnv, desk: &Desk, inquiry: &Inquiry) {
    for municipality in desk.bells.keys() {
        env.tracker.spawn(worker::apply_rows(desk.clone(), *municipality, env.shutdown.clone()));
        env.tracker.spawn(worker::number_people(desk.clone(), *municipality, env.shutdown.clone()));
    }
    env.tracker.spawn(numbering::follow_joins(desk.clone(), env.shutdown.clone()));
    let erasing = Erasing { desk: desk.clone(), inquiry: inquiry.clone() };
    env.tracker.spawn(erasure::keep_house(erasing, env.shutdown.clone()));
    env.tracker.spawn(audit::watch_reviews(desk.clone(), env.shutdown.clone()));
    env.tracker.spawn(eligibility::forget_used_keys(inquiry.clone(), env.shutdown.clone()));
    env.tracker.spawn(audit::keep_checkpoints(
        inquiry.store.clone(),
        Arc::clone(&desk.signer),
        std::iter::once(&desk.lane).chain(inquiry.lanes.iter()).cloned().collect(),
        env.clock.clone(),
        env.shutdown.clone(),
    ));
}

fn serve_doors(
    env: &PartyEnv,
    listeners: &mut Listeners,
    (desk, inquiry): (&Desk, &Inquiry),
    life: &KeyLife,
) -> Result<Running, StartError> {
    let hub = PeerName { party: Party::Hub, name: "hub".to_owned() };
    let mut running = Running::new(Party::Hub, env);
    let erasing = Erasing { desk: desk.clone(), inquiry: inquiry.clone() };
    let registration = registration::router(desk.clone()).layer(Extension(erasing.inquiry.clone()));
    running.open(
        listeners,
        DoorOptions::between(Door::HubRegistration, &[Party::Municipality]),
        registration.clone(),
        Some(&hub),
    )?;
    if listeners.has(Door::HubRegistrationPlain) {
        running.open(listeners, DoorOptions::plain(Door::HubRegistrationPlain), registration, None)?;
    }
    running.open(
        listeners,
        DoorOptions::between(Door::HubEligibility, &[Party::Eligibility]),
        eligibility::router(inquiry.clone()),
        Some(&hub),
    )?;
    running.open(
        listeners,
        DoorOptions::between(Door::HubPortal, &[Party::Portal]),
        portal::router(inquiry.clone()),
        Some(&hub),
    )?;
    let admin = admin(env, &erasing, &running).merge(key_life::admin_router(life.clone()));
    running.open(listeners, DoorOptions::plain(Door::HubAdmin), admin, None)?;
    Ok(running)
}

fn admin(env: &PartyEnv, erasing: &Erasing, running: &Running) -> Router {
    let clocked = erasing.clone();
    let common = admin_router(AdminParts {
        party: Party::Hub,
        clock: env.clock.clone(),
        counters: env.counters.clone(),
        store: erasing.desk.store.clone(),
        ready: running.ready(),
        on_clock: Some(Arc::new(move |change: Change| {
            let erasing = clocked.clone();
            Box::pin(async move {
                if change.went_back() {
                    eligibility::retire_epochs(&erasing.inquiry).await?;
                }
                eligibility::follow_clock(&erasing.inquiry).await?;
                // Whoever moves the clock past a period finds erased what the period was for.
                erasure::erase_old(&erasing).await?;
                audit::note_overdue(&erasing.desk).await?;
                Ok::<(), Refused>(())
            })
        })),
    });
    common.merge(erasure::admin_router(erasing.clone())).merge(audit::admin_router(erasing.desk.clone()))
}
