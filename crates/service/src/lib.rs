//! What every party shares: doors and clients over TLS, who the peer is, problems, limits, the admin door.
//!
//! A party builds an axum `Router` per door and hands it to [`serve_door`] with a listener out of
//! [`Listeners`]; it calls other parties through [`PeerClient`]. Both sides speak TLS 1.3 only, show a
//! certificate of the world's own [`Pki`], resume no session, and take the party from the certificate's SAN
//! URI, never from an address. Doors for people are plain HTTP on loopback.
//!
//! Not promised: answers that hyper gives by itself to what is no HTTP request (400, 431) are bare, without
//! a problem and without the header `x-pmh-sim`.

mod admin;
mod body;
mod bounded;
mod call;
mod client;
mod connection;
mod connector;
mod counters;
mod credential;
mod door;
mod exchanges;
mod guard;
mod limits;
mod listeners;
mod master_key;
mod origin;
mod panic;
mod party_env;
mod peer;
pub mod pki;
mod plain_client;
mod private_file;
mod ready;
mod refused;
mod san;
mod tls;
mod watched;
mod world;

#[cfg(test)]
mod tests;

pub use admin::{AdminParts, admin_router, restore_clock};
pub use body::Body;
pub use call::{ANSWER_BYTES_MAX, CallError};
pub use client::PeerClient;
pub use counters::Counters;
pub use credential::municipality_credential;
pub use door::{DoorOptions, ServeError, serve_door};
pub use exchanges::{EXCHANGES_MAX, Exchange, Exchanges};
pub use limits::{Limits, RouteLimits, WithRouteLimits};
pub use listeners::Listeners;
pub use master_key::{MasterKeyFile, master_key};
pub use panic::log_panics_without_payload;
pub use party_env::{PartyEnv, Running, SEED_IMPORTED, StartError, make_private_folder, read_seed};
pub use peer::Peer;
pub use pki::{CaCertificate, Expected, Identity, Issued, Pki, PkiError, Rotated, Serial};
pub use plain_client::PlainClient;
pub use ready::Ready;
pub use refused::Refused;
pub use world::{Beginning, WORLD_FILE, World, WorldError};

/// The version that every answer carries in the header `x-pmh-sim`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
