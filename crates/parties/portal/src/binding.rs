//! Binding: tells the hub which PMH pseudonym belongs to a PMH-ID, then forgets the PMH-ID (001:544).
//!
//! The pseudonym is stored before it is sent, so every retry sends the same one and the hub keeps one pair
//! (001:38). What the hub has not acknowledged waits, sealed, and is tried again: after a pause that grows, after
//! a restart, and at the citizen's next login.
//!
//! Not promised: that another PMH-ID for a person already bound is ever sent. On PostgreSQL the deleted row's
//! sealed bytes stay in dead tuples and in the server's log until it reuses them; on SQLite they are overwritten.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pmh_domain::PmhPseudonym;
use pmh_service::CallError;
use pmh_store::{StoreError, Tx};
use pmh_wire::{BindingAnswer, BindingRequest, paths};
use zeroize::Zeroize;

use crate::portal::Portal;
use crate::store::introduction::Waiting;
use crate::store::{introduction, pseudonym};

/// How long a login waits for the hub. Real time: it is a time-out.
const DURING_LOGIN_MAX: Duration = Duration::from_secs(2);
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(2);
const WAITING_PER_PAGE: i64 = 64;

/// When the portal makes the PMH pseudonym and binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BindWhen {
    /// On the citizen's first use (001:38).
    #[default]
    FirstUse,
    /// As soon as an enrolled person is introduced: the other reading, 001:544.
    Introduced,
}

/// Makes the pseudonym of a person who has none, in the transaction of the caller.
pub(crate) async fn make_pseudonym(
    portal: &Portal,
    tx: &mut Tx,
    portal_tag: &[u8],
) -> Result<(), StoreError> {
    if pseudonym::find(tx, portal_tag).await?.is_some() {
        return Ok(());
    }
    let made = PmhPseudonym::from_bytes(portal.entropy.bytes());
    let sealed = portal.keys.seal_pseudonym(portal_tag, &made);
    if pseudonym::add_if_absent(tx, portal_tag, &sealed).await? {
        portal.counters.add("pseudonyms_made", 1);
    }
    Ok(())
}

/// One try for one person, at login. `true`: bound now. Whatever fails is left to [`run`].
pub(crate) async fn bind_during_login(portal: &Portal, portal_tag: &[u8]) -> Result<bool, StoreError> {
    let mut tx = portal.store.read().await?;
    let known = pseudonym::find(&mut tx, portal_tag).await?;
    let waiting = introduction::find_waiting(&mut tx, portal_tag).await?;
    tx.commit().await?;
    if known.is_some_and(|pseudonym| pseudonym.bound) {
        return Ok(true);
    }
    let Some(waiting) = waiting else { return Ok(false) };
    let sent = tokio::time::timeout(DURING_LOGIN_MAX, send(portal, &waiting)).await;
    if let Ok(Ok(())) = sent
        && forget(portal, &waiting).await?
    {
        if !truncate(portal).await {
            portal.wake.notify_one();
        }
        return Ok(true);
    }
    portal.wake.notify_one();
    Ok(false)
}

/// Binds whatever waits, until the portal shuts down.
pub(crate) async fn run(portal: Arc<Portal>) {
    let mut pause = PAUSE_MIN;
    loop {
        let settled = bind_all_waiting(&portal).await;
        pause = if settled { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
        let again = async {
            if settled {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(pause).await;
        };
        tokio::select! {
            () = portal.shutdown.cancelled() => return,
            () = portal.wake.notified() => {}
            () = again => {}
        }
    }
}

/// `true`: nothing that could be bound is left, and nothing of what was bound stands in the files.
async fn bind_all_waiting(portal: &Portal) -> bool {
    let bound = bind_pages(portal).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot read the bindings that wait");
        false
    });
    truncate(portal).await && bound
}

async fn bind_pages(portal: &Portal) -> Result<bool, StoreError> {
    let mut settled = true;
    let mut after = Vec::new();
    loop {
        let page = list_page(portal, &after).await?;
        let Some(last) = page.last() else { return Ok(settled) };
        after.clone_from(&last.portal_tag);
        for waiting in page {
            if portal.shutdown.is_cancelled() {
                return Ok(false);
            }
            match bind(portal, &waiting).await {
                Step::Bound => {}
                Step::Left => settled = false,
                Step::HubAway => return Ok(false),
            }
        }
    }
}

enum Step {
    Bound,
    /// This one did not go through; the others still may.
    Left,
    HubAway,
}

async fn bind(portal: &Portal, waiting: &Waiting) -> Step {
    match send(portal, waiting).await {
        Ok(()) => {}
        Err(NotSent::Call(CallError::Refused(problem))) if problem.status < 500 => {
            portal.counters.add("bindings_refused", 1);
            tracing::warn!(code = problem.code, "the hub refused a binding");
            return Step::Left;
        }
        Err(NotSent::Call(error)) => {
            tracing::debug!(%error, "the hub is away, bindings wait");
            return Step::HubAway;
        }
        Err(NotSent::Store(error)) => {
            tracing::error!(%error, "a waiting binding does not open");
            return Step::Left;
        }
    }
    match forget(portal, waiting).await {
        Ok(true) => Step::Bound,
        Ok(false) => Step::Left,
        Err(error) => {
            tracing::warn!(%error, "an acknowledged PMH-ID is still stored, trying again");
            Step::Left
        }
    }
}

async fn list_page(portal: &Portal, after: &[u8]) -> Result<Vec<Waiting>, StoreError> {
    let mut tx = portal.store.read().await?;
    let page = introduction::list_waiting(&mut tx, after, WAITING_PER_PAGE).await?;
    tx.commit().await?;
    Ok(page)
}

enum NotSent {
    Call(CallError),
    Store(StoreError),
}

async fn send(portal: &Portal, waiting: &Waiting) -> Result<(), NotSent> {
    let tag = &waiting.portal_tag;
    let pmh_id = portal.keys.open_pmh_id(tag, &waiting.introduction).map_err(NotSent::Store)?;
    let pseudonym = portal.keys.open_pseudonym(tag, &waiting.sealed_pseudonym).map_err(NotSent::Store)?;
    let request =
        Wiped(BindingRequest { pmh_id: pmh_id.expose_text(), pmh_pseudonym: pseudonym.expose_text() });
    let answer: BindingAnswer = portal.hub.post(paths::BINDINGS, &request.0).await.map_err(NotSent::Call)?;
    if answer.bound {
        Ok(())
    } else {
        Err(NotSent::Call(CallError::Unexpected("the hub answered without binding".to_owned())))
    }
}

/// A request whose PMH-ID is wiped when it is dropped, also when a login waits no longer. The bytes that went out are
/// the transport's.
struct Wiped(BindingRequest);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.pmh_id.zeroize();
    }
}

/// Deletes the acknowledged PMH-ID and marks the pseudonym bound, in one transaction. `false`: another PMH-ID was
/// introduced meanwhile, and that one still waits.
async fn forget(portal: &Portal, waiting: &Waiting) -> Result<bool, StoreError> {
    let _book = portal.book.lock().await;
    let mut tx = portal.store.write().await?;
    let deleted = introduction::delete(&mut tx, &waiting.portal_tag, waiting.introduction.version).await?;
    if deleted {
        pseudonym::mark_bound(&mut tx, &waiting.portal_tag).await?;
    }
    // Not deleted but bound: another try of the same binding (two logins at once) was acknowledged first.
    let bound = pseudonym::find(&mut tx, &waiting.portal_tag).await?.is_some_and(|found| found.bound);
    tx.commit().await?;
    if deleted {
        portal.untruncated.store(true, Ordering::SeqCst);
        portal.counters.add("bindings_made", 1);
    }
    Ok(bound)
}

/// The deleted row is still in the write-ahead log until that is cut. `false`: somebody reads it just now.
async fn truncate(portal: &Portal) -> bool {
    if !portal.untruncated.swap(false, Ordering::SeqCst) {
        return true;
    }
    match portal.store.truncate_wal().await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the write-ahead log is not cut yet, trying again");
            portal.untruncated.store(true, Ordering::SeqCst);
            false
        }
    }
}
