//! What `bench compare` starts this program again for. Not meant to be typed, so not in the help.

mod crowd;
mod fill;
mod floor;
mod forget;

pub(crate) use crowd::WriteCrowd;
pub(crate) use fill::Fill;
pub(crate) use floor::Floor;
pub(crate) use forget::Forget;
