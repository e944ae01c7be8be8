//! What keys are read from: the file of the master key, the wrapped keys of a ring, and the key that signs heads.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pmh_crypto::{BlindIndexKey, CheckpointSigner, DataKey, MasterKey, WrapPlace};

use crate::edits::edited;
use crate::sample_export::SIGNING_KEY;

/// The wrapped key of the crate's own pinned test: made by OpenSSL, so it is the same in every run.
pub(crate) const WRAPPED: &str = "01404142434445464748494a4bc2988c000219a124e5ed3d1db7493d7449f7606f830039144f7e74deab2e\
                                  d3e40156f84e5c9d0167eb79d7a21bc47812";
const PLACE: WrapPlace<'_> = WrapPlace { party: "hub", partition: "271004", purpose: "subsidy", version: 3 };

pub(crate) fn master() -> MasterKey {
    MasterKey::from_bytes(std::array::from_fn(|at| u8::try_from(at).expect("32 bytes")))
}

struct Kept {
    master: MasterKey,
    file: Vec<u8>,
    wrapped: Vec<u8>,
    signing: Vec<u8>,
}

static KEPT: LazyLock<Kept> = LazyLock::new(|| Kept {
    master: master(),
    file: [master().to_text().as_bytes(), b"\n"].concat(),
    wrapped: hex::decode(WRAPPED).expect("hexadecimal"),
    signing: hex::decode(SIGNING_KEY).expect("hexadecimal"),
});

pub fn key_ring_file(bytes: &[u8]) {
    as_master_key(bytes);
    as_master_key(&edited(&KEPT.file, bytes));
    as_wrapped(bytes);
    as_wrapped(&edited(&KEPT.wrapped, bytes));
    under_another_name(bytes);
    as_signing_key(bytes);
    as_signing_key(&edited(&KEPT.signing, bytes));
}

/// A file is a key only if it is 32 bytes in base64, and no other key than the real one unwraps.
fn as_master_key(file: &[u8]) {
    let Ok(text) = std::str::from_utf8(file) else { return };
    let decoded = STANDARD.decode(text.trim());
    match MasterKey::from_text(text) {
        Err(_) => assert!(decoded.is_err() || decoded.is_ok_and(|bytes| bytes.len() != 32)),
        Ok(key) => {
            assert_eq!(key.to_text().as_str(), text.trim(), "a key has a second spelling");
            let is_real = decoded.is_ok_and(|bytes| bytes.iter().copied().eq(0..32));
            assert_eq!(DataKey::unwrap(&key, &KEPT.wrapped, PLACE).is_ok(), is_real);
        }
    }
}

fn as_wrapped(bytes: &[u8]) {
    assert_eq!(DataKey::unwrap(&KEPT.master, bytes, PLACE).is_ok(), bytes == KEPT.wrapped);
    assert!(BlindIndexKey::unwrap(&KEPT.master, bytes, PLACE).is_err(), "a data key, or nothing");
}

/// The row of a key that tells another party, partition, purpose or version.
fn under_another_name(bytes: &[u8]) {
    let Some((version, names)) = bytes.split_first_chunk::<4>() else { return };
    let Ok(names) = std::str::from_utf8(names) else { return };
    let mut names = names.splitn(3, '/');
    let mut name = || names.next().unwrap_or_default();
    let place = WrapPlace {
        party: name(),
        partition: name(),
        purpose: name(),
        version: u32::from_be_bytes(*version),
    };
    let is_real = (place.party, place.partition, place.purpose, place.version)
        == (PLACE.party, PLACE.partition, PLACE.purpose, PLACE.version);
    assert_eq!(DataKey::unwrap(&KEPT.master, &KEPT.wrapped, place).is_ok(), is_real);
}

/// A key that is taken is kept as it came. Whether another one signs as ours, a witness sees by its public key.
fn as_signing_key(bytes: &[u8]) {
    if let Ok(signer) = CheckpointSigner::from_pkcs8(bytes) {
        assert_eq!(signer.expose_pkcs8(), bytes);
        let is_ours = bytes.ends_with(&signer.public_key());
        assert!(is_ours, "the public key is the one that stands in the file");
    }
}
