//! Load on the doors of a world, or of somebody else's hub, and a report that can be believed.
//!
//! `prepare` brings a hub to where it can be asked, `workload` says what is asked, `load` sends and measures; `report` is
//! what a load run found and every way to show it; it sends nothing and reads no clock. `compare` measures a hub of this
//! machine on both databases.

pub mod compare;
pub mod find_max;
pub mod load;
pub mod machine;
pub mod prepare;
pub mod report;
pub mod workload;
