//! What every operation of the municipal system needs.

use pmh_service::Counters;
use pmh_store::Store;
use tokio_util::sync::CancellationToken;

use crate::keys::Keys;

pub(crate) struct Municipal {
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) counters: Counters,
    pub(crate) shutdown: CancellationToken,
}
