//! Load on the doors of a world, or of somebody else's hub, and a report that can be believed.
//!
//! `report` is what a load run found and every way to show it; it sends nothing and reads no clock.

pub mod report;
