//! Keys under the master key: `format version (1) | nonce (12) | encrypted key (32) | tag (16)`.
//!
//! Bound to the kind of key and to its place: a blind-index key does not come back as a data key,
//! nor a key of one partition as that of another.

use zeroize::Zeroizing;

use crate::aead::{KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH};
use crate::framing::push_field;
use crate::{Entropy, MasterKey};

const FORMAT: u8 = 1;
const WRAPPED_LENGTH: usize = 1 + NONCE_LENGTH + KEY_LENGTH + TAG_LENGTH;
const LABEL: &[u8] = b"pmh-sim/wrapped-key";

/// Where a wrapped key lives.
#[derive(Debug, Clone, Copy)]
pub struct WrapPlace<'a> {
    pub party: &'a str,
    pub partition: &'a str,
    /// The [`Area`](crate::Area) of a data key, or what a blind-index key is for.
    pub purpose: &'a str,
    pub version: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    #[error("the wrapped key has another length or format")]
    Malformed,
    /// Altered, of another place or kind, or under another master key. Which of them cannot be
    /// known.
    #[error("the wrapped key does not open with this master key at this place")]
    DoesNotOpen,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Data,
    BlindIndex,
}

pub(crate) fn wrap(
    key: &[u8; KEY_LENGTH],
    kind: Kind,
    master: &MasterKey,
    entropy: &Entropy,
    place: WrapPlace<'_>,
) -> Vec<u8> {
    let nonce: [u8; NONCE_LENGTH] = entropy.bytes();
    let mut wrapped = Vec::with_capacity(WRAPPED_LENGTH);
    wrapped.push(FORMAT);
    wrapped.extend_from_slice(&nonce);
    // Room for the tag is reserved: a growing buffer would leave the bare key in freed memory.
    wrapped.extend_from_slice(key);
    let tag = master.cipher().seal(&nonce, &associated_data(kind, place), &mut wrapped[1 + NONCE_LENGTH..]);
    wrapped.extend_from_slice(&tag);
    wrapped
}

pub(crate) fn unwrap(
    wrapped: &[u8],
    kind: Kind,
    master: &MasterKey,
    place: WrapPlace<'_>,
) -> Result<Zeroizing<[u8; KEY_LENGTH]>, UnwrapError> {
    let wrapped: &[u8; WRAPPED_LENGTH] = wrapped.try_into().map_err(|_| UnwrapError::Malformed)?;
    if wrapped[0] != FORMAT {
        return Err(UnwrapError::Malformed);
    }
    let (nonce, rest) = wrapped[1..].split_first_chunk().ok_or(UnwrapError::Malformed)?;
    let (encrypted, tag) = rest.split_last_chunk().ok_or(UnwrapError::Malformed)?;
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    key.copy_from_slice(encrypted);
    master
        .cipher()
        .open(nonce, &associated_data(kind, place), key.as_mut_slice(), tag)
        .map_err(|_| UnwrapError::DoesNotOpen)?;
    Ok(key)
}

fn associated_data(kind: Kind, place: WrapPlace<'_>) -> Vec<u8> {
    let kind: &[u8] = match kind {
        Kind::Data => b"data",
        Kind::BlindIndex => b"blind-index",
    };
    let mut data = Vec::with_capacity(128);
    data.extend_from_slice(LABEL);
    data.push(FORMAT);
    for field in [kind, place.party.as_bytes(), place.partition.as_bytes(), place.purpose.as_bytes()] {
        push_field(&mut data, field);
    }
    data.extend_from_slice(&place.version.to_be_bytes());
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;
    use crate::{BlindIndexKey, DataKey};

    const PLACE: WrapPlace<'_> =
        WrapPlace { party: "hub", partition: "271004", purpose: "subsidy", version: 3 };

    fn master(first: u8) -> MasterKey {
        MasterKey::from_bytes(std::array::from_fn(|at| first + u8::try_from(at).unwrap()))
    }

    fn wrapped() -> Vec<u8> {
        DataKey::generate(&Entropy::new()).wrap(&master(0), &Entropy::new(), PLACE)
    }

    /// Computed with OpenSSL 3 from the layout in this module's documentation, not with this code.
    #[test]
    fn a_key_wrapped_by_another_implementation_unwraps() {
        let stored = hex("01404142434445464748494a4bc2988c000219a124e5ed3d1db7493d7449f7606f\
                          830039144f7e74deab2ed3e40156f84e5c9d0167eb79d7a21bc47812");
        let key = unwrap(&stored, Kind::Data, &master(0), PLACE).unwrap();
        assert_eq!(key.as_slice(), (32..64).collect::<Vec<u8>>());
    }

    #[test]
    fn a_wrapped_key_does_not_unwrap_at_another_place() {
        let wrapped = wrapped();
        assert!(DataKey::unwrap(&master(0), &wrapped, PLACE).is_ok());
        for (what, place) in [
            ("party", WrapPlace { party: "portal", ..PLACE }),
            ("partition", WrapPlace { partition: "130001", ..PLACE }),
            ("purpose", WrapPlace { purpose: "identity", ..PLACE }),
            ("version", WrapPlace { version: 4, ..PLACE }),
            ("border of two fields", WrapPlace { party: "hub2", partition: "71004", ..PLACE }),
        ] {
            let refused = DataKey::unwrap(&master(0), &wrapped, place).unwrap_err();
            assert_eq!(refused, UnwrapError::DoesNotOpen, "{what}");
        }
    }

    #[test]
    fn a_wrapped_key_does_not_unwrap_under_another_master_key() {
        let refused = DataKey::unwrap(&master(1), &wrapped(), PLACE).unwrap_err();
        assert_eq!(refused, UnwrapError::DoesNotOpen);
    }

    #[test]
    fn a_data_key_and_a_blind_index_key_do_not_unwrap_as_each_other() {
        let refused = BlindIndexKey::unwrap(&master(0), &wrapped(), PLACE).unwrap_err();
        assert_eq!(refused, UnwrapError::DoesNotOpen);
        let wrapped = BlindIndexKey::generate(&Entropy::new()).wrap(&master(0), &Entropy::new(), PLACE);
        assert!(BlindIndexKey::unwrap(&master(0), &wrapped, PLACE).is_ok());
        let refused = DataKey::unwrap(&master(0), &wrapped, PLACE).unwrap_err();
        assert_eq!(refused, UnwrapError::DoesNotOpen);
    }

    #[test]
    fn a_wrapped_key_of_any_other_length_is_malformed() {
        let wrapped = wrapped();
        let longer = [wrapped.as_slice(), &[0]].concat();
        for bytes in (0..wrapped.len()).map(|length| &wrapped[..length]).chain([longer.as_slice()]) {
            let refused = DataKey::unwrap(&master(0), bytes, PLACE).unwrap_err();
            assert_eq!(refused, UnwrapError::Malformed, "{} bytes", bytes.len());
        }
    }

    #[test]
    fn a_wrapped_key_with_any_bit_flipped_is_refused() {
        let wrapped = wrapped();
        for bit in 0..wrapped.len() * 8 {
            let mut altered = wrapped.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(DataKey::unwrap(&master(0), &altered, PLACE).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn keys_print_their_name_and_nothing_else() {
        let entropy = Entropy::new();
        assert_eq!(format!("{:?}", master(0)), "MasterKey(…)");
        assert_eq!(format!("{:?}", DataKey::generate(&entropy)), "DataKey(…)");
        assert_eq!(format!("{:?}", BlindIndexKey::generate(&entropy)), "BlindIndexKey(…)");
    }
}
