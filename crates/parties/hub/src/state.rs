//! What the doors and workers of the hub share. Two states for two capabilities.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex, PoisonError};

use pmh_crypto::{CheckpointSigner, Entropy};
use pmh_domain::{InstitutionCode, MunicipalityCode, VirtualClock, rfc3339_japan};
use pmh_service::{Counters, PeerClient};
use pmh_store::{GroupCommit, Store};
use pmh_wire::registration::{Rules, Waiting, WaitsFor};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::{Lane, Lanes};
use crate::eligibility::{Answered, Epochs, Question};
use crate::erasure::Retention;
use crate::keys::{DeskKeys, QueryKeys};
use crate::registration::Layouts;
use crate::users::UserRules;

/// Registration and numbering: both areas of one municipality at a time.
#[derive(Clone)]
pub(crate) struct Desk(Arc<DeskParts>);

pub(crate) struct DeskParts {
    pub(crate) store: Store,
    pub(crate) keys: DeskKeys,
    pub(crate) lane: Lane,
    pub(crate) signer: Arc<CheckpointSigner>,
    pub(crate) clock: VirtualClock,
    pub(crate) entropy: Entropy,
    pub(crate) intermediate: PeerClient,
    pub(crate) counters: Counters,
    pub(crate) tracker: TaskTracker,
    pub(crate) shutdown: CancellationToken,
    pub(crate) rules: Rules,
    /// Of the municipalities whose CSV files have columns of a vendor's own.
    pub(crate) layouts: Layouts,
    pub(crate) retention: Retention,
    /// Rows were erased and the write-ahead log may still hold them. True at the start: the last run may have
    /// died between the two.
    pub(crate) untruncated: AtomicBool,
    /// Rows of the audit that are older than the beginning of this day, in virtual time, are gone.
    pub(crate) audit_cut_ms: AtomicI64,
    pub(crate) users: UserRules,
    /// SHA-256 of each municipality's credential.
    pub(crate) token_hashes: Vec<(Vec<u8>, MunicipalityCode)>,
    pub(crate) bells: HashMap<MunicipalityCode, Bell>,
}

/// Wakes the workers of one municipality, and says for whom they wait.
#[derive(Default)]
pub(crate) struct Bell {
    pub(crate) rows: Notify,
    pub(crate) numbering: Notify,
    pub(crate) rows_wait: Wait,
    pub(crate) numbering_waits: Wait,
}

/// For whom a worker waits, and since when by the virtual clock.
#[derive(Default)]
pub(crate) struct Wait(Mutex<Option<(WaitsFor, i64)>>);

impl Wait {
    /// Keeps the beginning of a wait for the same one.
    pub(crate) fn begin(&self, whom: WaitsFor, now_ms: i64) {
        let mut wait = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if wait.is_none_or(|(before, _)| before != whom) {
            *wait = Some((whom, now_ms));
        }
    }

    pub(crate) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn shown(&self) -> Option<Waiting> {
        let wait = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wait.map(|(whom, since_ms)| Waiting { whom, since: rfc3339_japan(since_ms) })
    }
}

impl Desk {
    pub(crate) fn new(parts: DeskParts) -> Self {
        Self(Arc::new(parts))
    }

    /// Those that have keys: one that was shredded has none.
    pub(crate) fn municipalities(&self) -> impl Iterator<Item = MunicipalityCode> {
        self.bells.keys().copied().filter(|code| self.keys.knows(*code))
    }

    /// New rows stand: let the municipality's worker look.
    pub(crate) fn wake(&self, municipality: MunicipalityCode) {
        if let Some(bell) = self.bells.get(&municipality) {
            bell.rows.notify_one();
        }
    }
}

impl std::ops::Deref for Desk {
    type Target = DeskParts;

    fn deref(&self) -> &DeskParts {
        &self.0
    }
}

/// The eligibility and portal doors: answers at the end of routes, nothing of the identity area.
#[derive(Clone)]
pub(crate) struct Inquiry(Arc<InquiryParts>);

pub(crate) struct InquiryParts {
    pub(crate) store: Store,
    pub(crate) keys: QueryKeys,
    pub(crate) lane: Lane,
    /// Those of questions that go together; `lane` is one of them.
    pub(crate) lanes: Lanes,
    pub(crate) signer: Arc<CheckpointSigner>,
    pub(crate) clock: VirtualClock,
    pub(crate) entropy: Entropy,
    pub(crate) counters: Counters,
    pub(crate) epochs: Epochs,
    /// Rung when keys may have expired all at once.
    pub(crate) clock_moved: Notify,
    /// Each institution has a lane of its own, so that none waits behind another one's rush.
    pub(crate) questions: GroupCommit<InstitutionCode, Question, Answered>,
}

impl Inquiry {
    pub(crate) fn new(parts: InquiryParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for Inquiry {
    type Target = InquiryParts;

    fn deref(&self) -> &InquiryParts {
        &self.0
    }
}
