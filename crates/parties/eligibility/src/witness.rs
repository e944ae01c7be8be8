//! Keeps the signed heads of the hub's audit, as the municipalities do: a party that the hub's operator does not run
//! must have seen what was written. Every minute of real time, and whenever the virtual clock was changed.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use pmh_audit_verify::compare_heads;
use pmh_service::{PeerClient, Refused};
use pmh_store::StoreError;
use pmh_wire::audit::Checkpoints;
use pmh_wire::paths;
use tokio_util::sync::CancellationToken;

use crate::Eligibility;
use crate::store::witness;

const EVERY: Duration = Duration::from_mins(1);

/// Until shutdown.
pub(crate) async fn keep(state: Arc<Eligibility>, hub: PeerClient, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
            () = state.witness_due.notified() => {}
        }
        match hub.get::<Checkpoints>(paths::CHECKPOINTS).await {
            Ok(shown) => {
                if let Err(error) = keep_newer(&state, &shown).await {
                    tracing::warn!(%error, "signed heads were not kept; tried again in a minute");
                }
            }
            Err(error) => tracing::debug!(?error, "the hub shows no signed heads now"),
        }
    }
}

async fn keep_newer(state: &Eligibility, shown: &Checkpoints) -> Result<(), StoreError> {
    let mut tx = state.store.write().await?;
    let outcome = compare_heads(&witness::list(&mut tx).await?, &shown.checkpoints);
    for head in &outcome.newer {
        witness::put(&mut tx, head).await?;
    }
    tx.commit().await?;
    state.counters.add("witness_heads", outcome.newer.len() as u64);
    state.counters.add("witness_contradictions", outcome.contradictions.len() as u64);
    for finding in outcome.contradictions {
        tracing::warn!(%finding, "the hub contradicts what it has signed before");
    }
    Ok(())
}

/// `GET /__admin/witnesses`. It holds nothing personal.
pub(crate) async fn show(State(state): State<Arc<Eligibility>>) -> Result<Json<Checkpoints>, Refused> {
    let mut tx = state.store.read().await?;
    Ok(Json(Checkpoints { checkpoints: witness::list(&mut tx).await?, cuts: Vec::new() }))
}
