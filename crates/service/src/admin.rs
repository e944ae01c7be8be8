//! The admin door of a party: health, status, the virtual clock. It belongs to the simulator, not to what is
//! simulated. A party merges routes of its own into [`admin_router`].

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use http::StatusCode;
use pmh_domain::{Change, VirtualClock, parse_rfc3339, rfc3339_japan};
use pmh_store::{Store, StoreError, clock_state};
use pmh_wire::{ClockAnswer, ClockCommand, Code, Party, StatusAnswer, paths};
use tokio::sync::Mutex;

use crate::{Body, Counters, Ready, Refused, VERSION};

pub struct AdminParts {
    pub party: Party,
    pub clock: VirtualClock,
    pub counters: Counters,
    pub store: Store,
    pub ready: Ready,
    /// Called after the clock was changed and kept, before the answer. When it refuses, the same command may
    /// be sent again: it is told the same change once more.
    #[expect(
        clippy::type_complexity,
        reason = "one use; an alias would only hide what a party has to write"
    )]
    pub on_clock: Option<Arc<dyn Fn(Change) -> BoxFuture<'static, Result<(), Refused>> + Send + Sync>>,
}

struct Admin {
    parts: AdminParts,
    /// The clock as this party last knew it. Several parties of a process may share one clock; then a change
    /// by another's door has already happened when the command comes here, and `Change` must still say that
    /// time went back. The lock also lets one command finish before the next.
    known: Mutex<VirtualClock>,
}

/// `/healthz`, `/readyz`, `/__admin/status` and `/__admin/clock`.
pub fn admin_router(parts: AdminParts) -> Router {
    let known = Mutex::new(VirtualClock::from_state(parts.clock.state()));
    Router::new()
        .route(paths::HEALTHZ, get(|| async { StatusCode::NO_CONTENT }))
        .route(paths::READYZ, get(ready))
        .route(paths::ADMIN_STATUS, get(status))
        .route(paths::ADMIN_CLOCK, post(change_clock))
        .with_state(Arc::new(Admin { parts, known }))
}

/// Lets the clock go on from where the party last kept it; in a new world it stays as it is.
pub async fn restore_clock(store: &Store, clock: &VirtualClock) -> Result<(), StoreError> {
    let mut tx = store.read().await?;
    let Some(state) = clock_state::load(&mut tx).await? else { return Ok(()) };
    clock.set(VirtualClock::from_state(state).now_ms());
    if state.frozen {
        clock.freeze();
    } else {
        clock.resume();
    }
    Ok(())
}

async fn ready(State(admin): State<Arc<Admin>>) -> Result<StatusCode, Refused> {
    if admin.parts.ready.is_ready() { Ok(StatusCode::NO_CONTENT) } else { Err(Code::Unavailable.into()) }
}

async fn status(State(admin): State<Arc<Admin>>) -> Json<StatusAnswer> {
    let parts = &admin.parts;
    let clock = parts.clock.state();
    Json(StatusAnswer {
        party: parts.party,
        version: VERSION.to_owned(),
        ready: parts.ready.is_ready(),
        virtual_now: rfc3339_japan(clock.virtual_ms),
        frozen: clock.frozen,
        counters: parts.counters.read(),
    })
}

/// A world sends one time to all its parties, so it should `set` rather than advance each by itself.
async fn change_clock(
    State(admin): State<Arc<Admin>>,
    Body(command): Body<ClockCommand>,
) -> Result<Json<ClockAnswer>, Refused> {
    let admin_of_task = Arc::clone(&admin);
    // A client that hangs up must not leave a clock that was changed but not kept.
    let changing = tokio::spawn(async move { admin_of_task.change(&command).await });
    Ok(Json(changing.await.map_err(|_| Refused::from(Code::Internal))??))
}

impl Admin {
    async fn change(&self, command: &ClockCommand) -> Result<ClockAnswer, Refused> {
        let clock = &self.parts.clock;
        let mut known = self.known.lock().await;
        let before_ms = known.now_ms();
        match command {
            ClockCommand::Set(time) => {
                let time =
                    parse_rfc3339(time).ok_or_else(|| Code::InvalidMember.problem().at_field("set"))?;
                clock.set(time)
            }
            ClockCommand::AdvanceMs(ms) => clock.advance(*ms),
            ClockCommand::Freeze(true) => clock.freeze(),
            ClockCommand::Freeze(false) => clock.resume(),
        };
        let state = clock.state();
        let mut tx = self.parts.store.write().await?;
        clock_state::save(&mut tx, &state).await?;
        tx.commit().await?;
        let change = Change { before_ms, after_ms: state.virtual_ms };
        if let Some(on_clock) = &self.parts.on_clock {
            on_clock(change).await?;
        }
        *known = VirtualClock::from_state(state);
        Ok(ClockAnswer {
            before: rfc3339_japan(before_ms),
            after: rfc3339_japan(state.virtual_ms),
            frozen: state.frozen,
        })
    }
}
