//! What the doors and workers of the hub share. Two states for two capabilities.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use pmh_crypto::{CheckpointSigner, Entropy};
use pmh_domain::{MunicipalityCode, VirtualClock};
use pmh_service::{Counters, PeerClient};
use pmh_store::Store;
use pmh_wire::registration::Rules;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::PartitionAccess;
use crate::audit::Lane;
use crate::eligibility::Epochs;
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
    pub(crate) users: UserRules,
    /// SHA-256 of each municipality's credential.
    pub(crate) token_hashes: Vec<(Vec<u8>, MunicipalityCode)>,
    pub(crate) bells: HashMap<MunicipalityCode, Bell>,
}

/// Wakes the worker of one municipality, and says for whom its numbering waits.
#[derive(Default)]
pub(crate) struct Bell {
    pub(crate) rows: Notify,
    pub(crate) numbering: Notify,
    pub(crate) waiting_for: Mutex<Option<&'static str>>,
}

impl Desk {
    pub(crate) fn new(parts: DeskParts) -> Self {
        Self(Arc::new(parts))
    }

    /// New rows stand: let the municipality's worker look.
    pub(crate) fn wake(&self, municipality: MunicipalityCode) {
        if let Some(bell) = self.bells.get(&municipality) {
            bell.rows.notify_one();
        }
    }

    /// Whom numbering waits for, in words for the municipality.
    pub(crate) fn waiting_for(&self, access: &PartitionAccess) -> Option<String> {
        let bell = self.bells.get(&access.municipality())?;
        let waiting = *bell.waiting_for.lock().expect("nobody panics while holding it");
        waiting.map(str::to_owned)
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
    pub(crate) clock: VirtualClock,
    pub(crate) entropy: Entropy,
    pub(crate) counters: Counters,
    pub(crate) epochs: Epochs,
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
