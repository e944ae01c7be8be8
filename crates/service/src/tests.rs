//! Doors and clients over real sockets and real TLS.

mod admin;
mod bounds;
mod keys;
mod logging;
mod plain;
mod revocation;
mod rotation;
mod shutdown;
mod stand;
mod streaming;
mod transport;
