//! Sealed values: only one that nobody touched opens, and only at its place.

use std::sync::LazyLock;

use pmh_crypto::{Area, DataKey, Entropy, KeyState, OpenError, Place, Ring, Sealed, WrapPlace};

use crate::edits::edited;
use crate::key_ring_file::{WRAPPED, master};

const PLACE: Place<'_> = Place {
    party: "hub",
    partition: "271004",
    table: "answer",
    column: "sealed",
    row: &[0, 0, 0, 0, 0, 0, 0, 7],
    version: 2,
};
const TEXT: &[u8] = "こども医療費助成".as_bytes();

/// The value of the crate's own pinned test: made by OpenSSL, so it is the same in every run.
const REAL: &str = "0100000003404142434445464748494a4b21d52e62d1df2689d0d7dc9362d3d39aa13578095ca62f4e52e88b4c6a74\
                    b06618e248dbb530f706";

struct Hub {
    entropy: Entropy,
    ring: Ring,
    real: Vec<u8>,
}

/// The key stands in the ring twice, so that a value's own version is what tells them apart.
static HUB: LazyLock<Hub> = LazyLock::new(|| {
    let key = || {
        let wrapped = hex::decode(WRAPPED).expect("hexadecimal");
        let place = WrapPlace { party: "hub", partition: "271004", purpose: "subsidy", version: 3 };
        DataKey::unwrap(&master(), &wrapped, place).expect("the key is of this place")
    };
    let mut ring = Ring::new("271004", Area::Subsidy);
    ring.add(3, key(), KeyState::Active);
    ring.add(4, key(), KeyState::Added);
    ring.add(5, key(), KeyState::Disabled);
    Hub { entropy: Entropy::new(), ring, real: hex::decode(REAL).expect("hexadecimal") }
});

pub fn sealed_value(bytes: &[u8]) {
    as_sealed(bytes);
    as_sealed(&edited(&HUB.real, bytes));
    elsewhere(bytes);
    sealed_anew(bytes);
}

fn as_sealed(bytes: &[u8]) {
    let opened = Sealed::from_bytes(bytes.to_vec()).and_then(|sealed| {
        assert_eq!(sealed.as_bytes(), bytes);
        HUB.ring.open(&PLACE, &sealed)
    });
    let version = bytes.get(1..5).map(|version| u32::from_be_bytes(version.try_into().expect("four bytes")));
    match opened {
        Ok(text) => assert!(bytes == HUB.real && text.as_slice() == TEXT, "something else opens"),
        Err(OpenError::Truncated) => assert!(bytes.len() < 33),
        Err(OpenError::UnknownFormat) => assert!(bytes[0] != 1),
        Err(OpenError::UnknownKeyVersion(unknown)) => {
            assert!(version == Some(unknown) && !(3..=5).contains(&unknown));
        }
        Err(OpenError::KeyDisabled) => assert_eq!(version, Some(5)),
        Err(OpenError::DoesNotOpen) => assert!(bytes != HUB.real && matches!(version, Some(3 | 4))),
    }
}

/// Any other row or version, and a border between two names that has moved.
fn elsewhere(bytes: &[u8]) {
    let Ok(real) = Sealed::from_bytes(HUB.real.clone()) else { panic!("the real value has a frame") };
    let version = bytes.first_chunk().map_or(PLACE.version, |version| i64::from_be_bytes(*version));
    let place = Place { row: bytes, version, ..PLACE };
    assert_eq!(HUB.ring.open(&place, &real).is_ok(), bytes == PLACE.row && version == PLACE.version);
    let names = "answersealed";
    let border = bytes.first().map_or(0, |byte| usize::from(*byte) % names.len());
    let (table, column) = names.split_at(border);
    let place = Place { table, column, ..PLACE };
    assert_eq!(HUB.ring.open(&place, &real).is_ok(), table == PLACE.table);
}

/// What is sealed opens as it was, and with one bit flipped it does not.
fn sealed_anew(text: &[u8]) {
    let sealed = HUB.ring.seal(&HUB.entropy, &PLACE, text);
    assert!(sealed.key_version() == 3 && sealed.as_bytes().len() == text.len() + 33);
    let opened = HUB.ring.open(&PLACE, &sealed).expect("what was sealed opens");
    assert_eq!(opened.as_slice(), text);
    let mut altered = sealed.into_bytes();
    let bit = text.iter().fold(7, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let bit = bit % (altered.len() * 8);
    altered[bit / 8] ^= 1 << (bit % 8);
    let refused = Sealed::from_bytes(altered).and_then(|altered| HUB.ring.open(&PLACE, &altered));
    assert!(refused.is_err(), "bit {bit}");
}
