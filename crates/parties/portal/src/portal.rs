//! What every operation of the portal needs.

use std::sync::atomic::AtomicBool;

use pmh_crypto::Entropy;
use pmh_domain::VirtualClock;
use pmh_service::{Counters, PeerClient};
use pmh_store::Store;
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

use crate::binding::BindWhen;
use crate::keys::Keys;

pub(crate) struct Portal {
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) clock: VirtualClock,
    pub(crate) entropy: Entropy,
    pub(crate) counters: Counters,
    pub(crate) hub: PeerClient,
    pub(crate) bind_when: BindWhen,
    pub(crate) shutdown: CancellationToken,
    /// Wakes the background binding.
    pub(crate) wake: Notify,
    /// Held by whoever writes or deletes a PMH-ID: an introduction must not slip in between the hub's
    /// acknowledgement and the mark that it is bound. One process owns a portal, so a lock in memory is enough.
    pub(crate) book: Mutex<()>,
    /// A PMH-ID was deleted and the write-ahead log may still hold it. True at the start: the last run may have
    /// died between the two.
    pub(crate) untruncated: AtomicBool,
}
