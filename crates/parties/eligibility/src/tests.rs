//! Through the doors: real TLS, real sockets, SQLite in a folder that vanishes, and a hub and a portal that are
//! played.

mod cards;
mod confirmation;
mod enrolment;
mod epochs;
mod hub;
mod linking;
mod lost_answers;
mod portal;
mod stand;
