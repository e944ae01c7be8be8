//! What keeps the used keys few and the epochs honest.

use std::time::Duration;

use pmh_crypto::{FUTURE_TOLERANCE_MS, LINKAGE_KEY_LIFE_MS};
use pmh_store::{Statements, StoreError};
use tokio_util::sync::CancellationToken;

use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::epochs::{self, HUB_PARTITION, UsedEpoch};

const EVERY: Duration = Duration::from_secs(30);
/// Used keys of one transaction, for which queries wait on SQLite: of more they would notice it, of fewer each flush costs more
/// than what it forgets. At full load half a minute leaves some hundred thousand.
const FORGOTTEN_AT_ONCE: i64 = 2_000;
/// Between two of these, so that queries have most of the time. At most 40,000 keys are forgotten in a second.
const PAUSE: Duration = Duration::from_millis(50);

/// Forgets used keys that the watermark refuses anyway, until shutdown.
pub(crate) async fn forget_used_keys(inquiry: Inquiry, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = inquiry.clock_moved.notified() => {}
            () = shutdown.cancelled() => return,
        }
        if let Err(error) = purge(&inquiry, &shutdown).await {
            tracing::warn!(%error, "used keys were not forgotten; tried again in half a minute");
        }
    }
}

/// After the clock was moved: what has expired by it is accepted from nobody, whenever it is forgotten.
pub(crate) async fn follow_clock(inquiry: &Inquiry) -> Result<(), StoreError> {
    raise_watermarks(inquiry).await?;
    inquiry.clock_moved.notify_one();
    Ok(())
}

/// First the watermarks, then what they refuse: whoever records the use of a forgotten key sees the watermark after it.
/// After `shutdown` the rest is left to the next start.
async fn purge(inquiry: &Inquiry, shutdown: &CancellationToken) -> Result<(), StoreError> {
    raise_watermarks(inquiry).await?;
    let mut last = i64::MIN;
    while let Some(epoch) = find_next_used(inquiry, last).await? {
        let mut from_ms = i64::MIN;
        while let Some(rest_from_ms) = forget_some(inquiry, epoch, from_ms).await? {
            from_ms = rest_from_ms;
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = shutdown.cancelled() => return Ok(()),
            }
        }
        last = epoch.epoch;
    }
    Ok(())
}

/// On the queries' own connection, as all of this: it would read its pages anew after any other one's commit.
async fn raise_watermarks(inquiry: &Inquiry) -> Result<(), StoreError> {
    // Epochs open and retire in a turn too. Without it a time read before the clock was set back could end the
    // epoch that was opened after.
    let turn = inquiry.lane.turn().await;
    let before_ms = inquiry.clock.now_ms() - LINKAGE_KEY_LIFE_MS - FUTURE_TOLERANCE_MS;
    let store = inquiry.store.clone();
    let raising = async move {
        let _turn = turn;
        let mut tx = store.write_together().await?;
        let ended = epochs::raise_watermarks(&mut tx, before_ms).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(ended)
    };
    if inquiry.store.aside(raising).await? > 0 {
        // Their keys are in no database any more; they go from memory too.
        inquiry.epochs.forget_all();
    }
    Ok(())
}

async fn find_next_used(inquiry: &Inquiry, after: i64) -> Result<Option<UsedEpoch>, StoreError> {
    let store = inquiry.store.clone();
    let finding = async move {
        let mut tx = store.write_together().await?;
        let epoch = epochs::find_next_used(&mut tx, after).await?;
        tx.commit().await?;
        Ok(epoch)
    };
    inquiry.store.aside(finding).await
}

async fn forget_some(inquiry: &Inquiry, epoch: UsedEpoch, from_ms: i64) -> Result<Option<i64>, StoreError> {
    let store = inquiry.store.clone();
    let forgetting = async move {
        let mut tx = store.write_together().await?;
        let rest_from_ms = epochs::forget_some(&mut tx, epoch, from_ms, FORGOTTEN_AT_ONCE).await?;
        tx.commit().await?;
        Ok(rest_from_ms)
    };
    inquiry.store.aside(forgetting).await
}

/// After the clock was set back: no key minted so far is accepted again, whatever its time says.
pub(crate) async fn retire_epochs(inquiry: &Inquiry) -> Result<(), StoreError> {
    let mut turn = inquiry.lane.turn().await;
    let mut tx = inquiry.store.write().await?;
    let retired = epochs::retire_all(&mut tx).await?;
    let entry = Entry::of(HUB_PARTITION, "epoch.retire", "hub").with_outcome(retired.to_string());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    inquiry.epochs.forget_all();
    Ok(())
}

#[cfg(test)]
mod tests;
