//! The life of key versions (design: added → loaded by every live process → primary → retiring → disabled →
//! destroyed), the master key, and the shredding of a municipality. `docs/decisions/0012-the-life-of-keys.md`.
//!
//! | step | who takes it | what it waits for |
//! |---|---|---|
//! | `rotate.rs`: added | the operator | the last rotation's end |
//! | `keep.rs`: primary | whichever process sees it first | every live process has loaded the version |
//! | `reseal.rs`: rows move | every process | every live process seals under the new primary |
//! | `retire.rs`: disabled, and back | the operator | no row is left |
//! | `retire.rs`: destroyed | the operator | every live process has loaded that it is disabled |
//!
//! What is waited for is asked once more inside the transaction that changes something, and the last word has the
//! database: a key version under which a row stands cannot be deleted, and no row can be written under one that is
//! gone. A process that was away for longer than [`keep::DEAD_AFTER_MS`] is not waited for; what it then writes
//! under a stale ring is refused if the version is destroyed, and sealed anew later if it is not.

mod body;
mod command;
mod keep;
mod list;
mod master;
mod reseal;
mod retire;
mod rotate;
mod shred;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use pmh_service::{MasterKeyFile, PartyEnv, Refused, RouteLimits, StartError};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, KeyArea, Party, paths};
use tokio::sync::{Mutex, Notify};

use crate::audit::Entry;
use crate::erasure::Erasing;
use crate::keys::Masters;

pub(crate) use keep::keep_keys;
pub(crate) use reseal::reseal_in_background;

/// Counting the rows of every partition takes its time.
const COMMAND_TIMEOUT: Duration = Duration::from_mins(10);
const COMMAND_BYTES_MAX: usize = 4 << 10;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct KeyLife(Arc<KeyLifeParts>);

pub(crate) struct KeyLifeParts {
    erasing: Erasing,
    masters: Masters,
    /// Names this process among those on the database.
    process: [u8; 16],
    /// The generation that this process has loaded; −1 before the first time.
    loaded: AtomicI64,
    /// Keys have changed: look at once.
    changed: Notify,
    /// Rows may wait under older versions: look at once.
    reseal: Notify,
    /// One command at a time in this process. Between processes the generation's row does that.
    one: Mutex<()>,
}

impl std::ops::Deref for KeyLife {
    type Target = KeyLifeParts;

    fn deref(&self) -> &KeyLifeParts {
        &self.0
    }
}

impl KeyLife {
    pub(crate) fn new(env: &PartyEnv, erasing: Erasing) -> Self {
        let entropy = &env.entropy;
        Self(Arc::new(KeyLifeParts {
            erasing,
            masters: Masters(MasterKeyFile::of(&env.data, Party::Hub, entropy)),
            process: entropy.bytes(),
            loaded: AtomicI64::new(-1),
            changed: Notify::new(),
            reseal: Notify::new(),
            one: Mutex::new(()),
        }))
    }
}

/// The route of the hub's admin door.
pub(crate) fn admin_router(life: KeyLife) -> Router {
    let limits = RouteLimits::body_bytes(COMMAND_BYTES_MAX).within(COMMAND_TIMEOUT);
    Router::new()
        .route(paths::ADMIN_KEYS, get(list::list).post(command::command).layer(limits))
        .with_state(life)
}

/// Why a command is not carried out.
enum Fault {
    Refused(Code),
    Store(StoreError),
    Keys(StartError),
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self::Refused(code)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<StartError> for Fault {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => Self::Store(error),
            error => Self::Keys(error),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(code) => code.into(),
            Fault::Store(error) => error.into(),
            Fault::Keys(error) => {
                tracing::error!(%error, "the keys cannot be changed");
                Code::Internal.into()
            }
        }
    }
}

/// Binds the transaction to the partition; the hub's own has no rows that row-level security hides.
async fn bind(tx: &mut Tx, partition: &str) -> Result<(), StoreError> {
    tx.for_municipality(partition).await
}

/// What is done with a municipality's keys stands in its own log (001:346).
fn entry(partition: &str, act: &'static str, area: KeyArea, version: i64) -> Entry {
    Entry::of(partition, act, "operator:keys").with_outcome(format!("{area} {version}"))
}
