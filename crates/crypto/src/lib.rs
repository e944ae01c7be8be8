//! Sealed values, key rings, blind indexes, linkage keys, epochs and audit lanes. Knows no
//! database.
//!
//! One concept, one file. Everything secret redacts its `Debug`, has no `Display`, and wipes its
//! key bytes when dropped. **Not promised:** copies that the compiler leaves on the stack when a
//! key is moved, what `ring` keeps inside its HMAC, X25519 and Ed25519 keys (it wipes nothing),
//! memory that was swapped out, and texts that a caller made out of an exposed value.
//!
//! AES-256-GCM is `aes-gcm`; SHA-256, HMAC, HKDF, X25519, Ed25519 and the system's entropy are
//! `ring`. Argon2id is `argon2`.

#[macro_use]
mod redacted;

mod aead;
mod audit;
mod blind_index;
mod data_key;
mod digest;
mod entropy;
mod epoch;
mod framing;
#[cfg(test)]
mod hex;
mod hkdf;
mod key_ring;
mod linkage_key;
mod master_key;
mod password;
mod place;
mod route_mac;
mod sealed;
mod wrapping;

pub use audit::{
    AuditRow, Checkpoint, CheckpointError, CheckpointSigner, Cut, LaneFault, LaneHead, LaneId, Leaf,
    LeavesError, append, decode_leaves, encode_leaves, verify, verify_witnessed,
};
pub use blind_index::BlindIndexKey;
pub use data_key::DataKey;
pub use digest::{Sha256, sha256};
pub use entropy::Entropy;
pub use epoch::{AgreementError, EpochAgreement, EpochId, EpochKey, MINTED_PER_EPOCH_MAX, Side};
pub use key_ring::{KeyState, Ring};
pub use linkage_key::{
    AgeError, FUTURE_TOLERANCE_MS, JTI_LENGTH, LINKAGE_KEY_LIFE_MS, LinkageKey, LinkageKeyError,
    OpenedLinkageKey, age_check, mint,
};
pub use master_key::{MasterKey, MasterKeyError};
pub use password::{PasswordCost, PasswordHash, draw_password};
pub use place::{Area, Place};
pub use route_mac::{route_mac, route_mac_holds};
pub use sealed::{OpenError, Sealed};
pub use wrapping::{UnwrapError, WrapPlace};
