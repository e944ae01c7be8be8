//! The municipal system in front of a hub that is only just there.

mod client;
mod submission;
mod support;
mod watch;
