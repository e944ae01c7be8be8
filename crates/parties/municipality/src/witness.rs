//! Keeps the signed heads of the hub's audit, so that nobody can cut its end off or write it anew unseen: every minute
//! of real time, and whenever the virtual clock was changed. `GET /__admin/witnesses` shows what is kept; it holds
//! nothing personal.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use pmh_audit_verify::compare_heads;
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::audit::{Checkpoints, WitnessOf};
use pmh_wire::paths;
use tokio::sync::watch;

use crate::RegistrationClient;
use crate::municipality::Municipal;
use crate::store::witness;

const EVERY: Duration = Duration::from_mins(1);

/// Until shutdown. `clock_changes` moves with every change of the clock.
pub(crate) async fn keep(
    municipal: Arc<Municipal>,
    client: RegistrationClient,
    mut clock_changes: watch::Receiver<()>,
) {
    loop {
        tokio::select! {
            () = municipal.shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
            changed = clock_changes.changed() => if changed.is_err() { return },
        }
        match client.heads().await {
            Ok(shown) => {
                if let Err(error) = keep_newer(&municipal, &client, &shown).await {
                    tracing::warn!(%error, "signed heads were not kept; tried again in a minute");
                }
            }
            Err(error) => tracing::debug!(?error, "the hub shows no signed heads now"),
        }
    }
}

async fn keep_newer(
    municipal: &Municipal,
    client: &RegistrationClient,
    shown: &Checkpoints,
) -> Result<(), StoreError> {
    let municipality = client.municipality();
    let mut tx = municipal.store.write().await?;
    let kept = witness::list(&mut tx, municipality.as_str()).await?;
    let outcome = compare_heads(&kept, &shown.checkpoints);
    for head in &outcome.newer {
        witness::put(&mut tx, municipality.as_str(), head).await?;
    }
    tx.commit().await?;
    municipal.counters.add("witness_heads", outcome.newer.len() as u64);
    municipal.counters.add("witness_contradictions", outcome.contradictions.len() as u64);
    for finding in outcome.contradictions {
        tracing::warn!(%municipality, %finding, "the hub contradicts what it has signed before");
    }
    Ok(())
}

pub(crate) fn admin_router(municipal: Arc<Municipal>) -> Router {
    Router::new().route(paths::ADMIN_WITNESSES, get(show)).with_state(municipal)
}

async fn show(
    State(municipal): State<Arc<Municipal>>,
    Query(asked): Query<WitnessOf>,
) -> Result<Json<Checkpoints>, Refused> {
    let mut tx = municipal.store.read().await?;
    let checkpoints = witness::list(&mut tx, &asked.municipality).await?;
    Ok(Json(Checkpoints { checkpoints, cuts: Vec::new() }))
}
