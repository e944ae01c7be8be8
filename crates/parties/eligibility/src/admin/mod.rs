//! The admin door's own paths. They belong to the simulator, not to what is simulated.

pub(crate) mod cards;
pub(crate) mod enrol;
pub(crate) mod renew_epoch;
