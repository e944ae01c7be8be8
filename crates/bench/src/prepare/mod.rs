//! Brings a hub to where it can be asked: people are enrolled, registered and numbered, an epoch is agreed on, citizens
//! are bound. Everything over the doors of the parties, under the certificates of those who do it in the world.

mod doors;
mod epoch;
mod people;

pub use doors::Doors;
pub use epoch::agree;
pub use people::{Inhabitant, bind, enrol, number, register};

use pmh_service::{CallError, PkiError, StartError, WorldError};
use pmh_wire::Task;

use crate::load::TargetError;

#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Pki(#[from] PkiError),
    #[error(transparent)]
    Credential(#[from] StartError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("not everybody was registered: {} of {} rows rejected, {} not applied", .0.rejected, .0.received, .0.not_applied)]
    Rejected(Box<Task>),
    #[error("{missing} of {asked} people were not numbered")]
    NotNumbered { missing: u64, asked: u64 },
    #[error("{0} that nobody agreed on")]
    NotAgreed(&'static str),
}
