//! Through the doors: real TLS, real sockets, SQLite in a folder that vanishes, and an OQS that is played.

mod delivery;
mod enrolment;
mod numbering;
mod oqs;
mod stand;
