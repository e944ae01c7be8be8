//! Numbering (採番): asked automatically for what was registered, in batches of one municipality, until the
//! intermediate server has answered for everybody. What waits stands in the table, so nothing is lost.

mod answer;
mod ask;
mod joins;
mod store;

pub(crate) use ask::{NumberingError, number_next_batch};
pub(crate) use joins::follow_joins;
