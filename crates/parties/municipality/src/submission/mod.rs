//! Seed files on their way to the hub: imported once, sent until the hub has taken them, followed until it has
//! finished them.

pub(crate) mod follow;
pub(crate) mod import;
mod send;
