use proptest::prelude::*;

use super::*;
use crate::hex::hex;
use crate::{MasterKey, WrapPlace};

const PLACE: Place<'_> = Place {
    party: "hub",
    partition: "271004",
    table: "answer",
    column: "sealed",
    row: &[0, 0, 0, 0, 0, 0, 0, 7],
    version: 2,
};
const TEXT: &[u8] = "こども医療費助成".as_bytes();
/// `1 | key version 4 | nonce 12`, then the text, then a tag of 16.
const OVERHEAD: usize = 33;

fn ring(keys: impl IntoIterator<Item = (u32, KeyState)>) -> Ring {
    let mut ring = Ring::new("271004", Area::Subsidy);
    for (version, state) in keys {
        ring.add(version, DataKey::generate(&Entropy::new()), state);
    }
    ring
}

fn one_key() -> Ring {
    ring([(1, KeyState::Active)])
}

/// The same key again, as a second process has it, or under another version's name.
fn same_key(key: &DataKey) -> DataKey {
    let (master, entropy) = (MasterKey::from_bytes([0; 32]), Entropy::new());
    let place = WrapPlace { party: "hub", partition: "271004", purpose: "subsidy", version: 1 };
    DataKey::unwrap(&master, &key.wrap(&master, &entropy, place), place).unwrap()
}

/// Computed with OpenSSL 3 from the layouts in the documentation, not with this code: what is
/// stored today opens after every change of this crate.
#[test]
fn a_value_sealed_by_another_implementation_opens() {
    let master = MasterKey::from_bytes(std::array::from_fn(|at| u8::try_from(at).unwrap()));
    let wrapped = hex("01404142434445464748494a4bc2988c000219a124e5ed3d1db7493d7449f7606f\
                       830039144f7e74deab2ed3e40156f84e5c9d0167eb79d7a21bc47812");
    let wrap_place = WrapPlace { party: "hub", partition: "271004", purpose: "subsidy", version: 3 };
    let mut ring = Ring::new("271004", Area::Subsidy);
    ring.add(3, DataKey::unwrap(&master, &wrapped, wrap_place).unwrap(), KeyState::Active);
    let sealed = hex("0100000003404142434445464748494a4b21d52e62d1df2689d0d7dc9362d3d39a\
                      a13578095ca62f4e52e88b4c6a74b06618e248dbb530f706");
    let sealed = Sealed::from_bytes(sealed).unwrap();
    assert_eq!(ring.open(&PLACE, &sealed).unwrap().as_slice(), TEXT);
}

#[test]
fn a_ring_tells_whose_it_is() {
    assert_eq!((one_key().partition(), one_key().area()), ("271004", Area::Subsidy));
}

#[test]
fn a_ring_tells_whether_a_version_waits_and_whether_values_may_stand_under_older_ones() {
    use KeyState::{Active, Added, Disabled};
    for (keys, has_added, has_older) in [
        (&[(1, Active)][..], false, false),
        (&[(1, Active), (2, Added)], true, false),
        (&[(1, Active), (2, Active)], false, true),
        (&[(1, Disabled), (2, Active), (3, Added)], true, true),
        (&[(1, Added)], true, false),
        (&[], false, false),
    ] {
        let ring = ring(keys.iter().copied());
        assert_eq!((ring.has_added(), ring.has_older()), (has_added, has_older), "{keys:?}");
    }
}

#[test]
fn a_value_opens_at_its_place_alone() {
    let ring = one_key();
    let sealed = ring.seal(&Entropy::new(), &PLACE, TEXT);
    assert_eq!(ring.open(&PLACE, &sealed).unwrap().as_slice(), TEXT);
    for (what, place) in [
        ("party", Place { party: "portal", ..PLACE }),
        ("partition", Place { partition: "130001", ..PLACE }),
        ("table", Place { table: "person", ..PLACE }),
        ("column", Place { column: "identity", ..PLACE }),
        ("row", Place { row: &[0, 0, 0, 0, 0, 0, 0, 8], ..PLACE }),
        ("row, shorter", Place { row: &[0, 0, 0, 0, 0, 0, 0], ..PLACE }),
        ("older version", Place { version: 1, ..PLACE }),
        ("newer version", Place { version: 3, ..PLACE }),
        ("border of two fields", Place { table: "answers", column: "ealed", ..PLACE }),
    ] {
        assert_eq!(ring.open(&place, &sealed), Err(OpenError::DoesNotOpen), "{what}");
    }
}

#[test]
fn a_value_does_not_open_under_another_partitions_key() {
    let sealed = one_key().seal(&Entropy::new(), &PLACE, TEXT);
    assert_eq!(one_key().open(&PLACE, &sealed), Err(OpenError::DoesNotOpen));
}

/// The *same* key stands under both versions, so only the associated data can tell them apart.
#[test]
fn the_key_version_in_front_of_a_value_is_authenticated() {
    let key = DataKey::generate(&Entropy::new());
    let mut ring = Ring::new("271004", Area::Subsidy);
    ring.add(2, same_key(&key), KeyState::Added);
    ring.add(1, key, KeyState::Active);
    let mut bytes = ring.seal(&Entropy::new(), &PLACE, TEXT).into_bytes();
    bytes[4] = 2;
    let renamed = Sealed::from_bytes(bytes).unwrap();
    assert_eq!(renamed.key_version(), 2);
    assert_eq!(ring.open(&PLACE, &renamed), Err(OpenError::DoesNotOpen));
}

#[test]
fn a_value_cut_at_any_length_is_refused() {
    let ring = one_key();
    let bytes = ring.seal(&Entropy::new(), &PLACE, TEXT).into_bytes();
    assert_eq!(bytes.len(), TEXT.len() + OVERHEAD);
    for length in 0..bytes.len() {
        let refused = Sealed::from_bytes(bytes[..length].to_vec()).and_then(|cut| ring.open(&PLACE, &cut));
        let expected = if length < OVERHEAD { OpenError::Truncated } else { OpenError::DoesNotOpen };
        assert_eq!(refused, Err(expected), "{length} bytes");
    }
}

#[test]
fn a_value_with_bytes_after_it_is_refused() {
    let ring = one_key();
    let mut bytes = ring.seal(&Entropy::new(), &PLACE, TEXT).into_bytes();
    bytes.push(0);
    assert_eq!(ring.open(&PLACE, &Sealed::from_bytes(bytes).unwrap()), Err(OpenError::DoesNotOpen));
}

#[test]
fn any_other_format_is_unknown() {
    let bytes = one_key().seal(&Entropy::new(), &PLACE, TEXT).into_bytes();
    for format in (0..=u8::MAX).filter(|format| *format != 1) {
        let mut other = bytes.clone();
        other[0] = format;
        assert_eq!(Sealed::from_bytes(other), Err(OpenError::UnknownFormat), "format {format}");
    }
}

proptest! {
    #[test]
    fn every_text_comes_back_as_it_was(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let ring = one_key();
        let sealed = ring.seal(&Entropy::new(), &PLACE, &text);
        let stored = Sealed::from_bytes(sealed.as_bytes().to_vec()).unwrap();
        prop_assert_eq!(ring.open(&PLACE, &stored).unwrap().to_vec(), text);
    }

    #[test]
    fn a_value_with_any_bit_flipped_is_refused(
        text in prop::collection::vec(any::<u8>(), 0..100),
        at in any::<prop::sample::Index>(),
        bit in 0..8u32,
    ) {
        let ring = one_key();
        let mut bytes = ring.seal(&Entropy::new(), &PLACE, &text).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let refused = Sealed::from_bytes(bytes).and_then(|altered| ring.open(&PLACE, &altered)).unwrap_err();
        match at {
            0 => prop_assert_eq!(refused, OpenError::UnknownFormat),
            1..=4 => prop_assert!(matches!(refused, OpenError::UnknownKeyVersion(_))),
            _ => prop_assert_eq!(refused, OpenError::DoesNotOpen),
        }
    }
}

#[test]
fn one_text_sealed_twice_has_nothing_in_common() {
    let ring = one_key();
    let entropy = Entropy::new();
    let one = ring.seal(&entropy, &PLACE, TEXT).into_bytes();
    let two = ring.seal(&entropy, &PLACE, TEXT).into_bytes();
    assert_ne!(one[5..17], two[5..17], "nonces");
    assert!(one[17..].windows(8).all(|window| !two[17..].windows(8).any(|other| other == window)));
}

#[test]
fn a_key_that_was_only_added_opens_and_does_not_seal() {
    let key = DataKey::generate(&Entropy::new());
    let mut ahead = Ring::new("271004", Area::Subsidy);
    ahead.add(2, same_key(&key), KeyState::Active);
    let mut behind = one_key();
    behind.add(2, key, KeyState::Added);

    assert_eq!(behind.primary_version(), 1);
    assert_eq!(behind.seal(&Entropy::new(), &PLACE, TEXT).key_version(), 1);
    let sealed = ahead.seal(&Entropy::new(), &PLACE, TEXT);
    assert_eq!(behind.open(&PLACE, &sealed).unwrap().as_slice(), TEXT);
}

#[test]
fn the_newest_active_key_seals_in_whatever_order_keys_were_added() {
    for versions in [[1, 2, 3], [3, 1, 2]] {
        let ring = ring(versions.map(|version| (version, KeyState::Active)));
        assert_eq!(ring.primary_version(), 3);
        assert_eq!(ring.seal(&Entropy::new(), &PLACE, TEXT).key_version(), 3);
    }
}

#[test]
fn a_disabled_key_neither_opens_nor_seals() {
    let key = DataKey::generate(&Entropy::new());
    let mut before = Ring::new("271004", Area::Subsidy);
    before.add(5, same_key(&key), KeyState::Active);
    let sealed = before.seal(&Entropy::new(), &PLACE, TEXT);

    let mut after = one_key();
    after.add(5, key, KeyState::Disabled);
    assert_eq!(after.open(&PLACE, &sealed), Err(OpenError::KeyDisabled));
    assert_eq!(after.seal(&Entropy::new(), &PLACE, TEXT).key_version(), 1);
}

#[test]
fn an_unknown_key_version_is_named() {
    let sealed = ring([(41, KeyState::Active)]).seal(&Entropy::new(), &PLACE, TEXT);
    let refused = one_key().open(&PLACE, &sealed).unwrap_err();
    assert_eq!(refused, OpenError::UnknownKeyVersion(41));
    assert_eq!(refused.to_string(), "the ring has no key of version 41");
}

#[test]
fn a_ring_without_an_active_key_says_that_it_cannot_seal() {
    assert!(one_key().can_seal());
    assert!(!ring([]).can_seal());
    assert!(!ring([(1, KeyState::Added), (2, KeyState::Disabled)]).can_seal());
}

#[test]
#[should_panic(expected = "has no active key to seal with")]
fn sealing_without_an_active_key_panics() {
    ring([(1, KeyState::Added), (2, KeyState::Disabled)]).seal(&Entropy::new(), &PLACE, TEXT);
}

#[test]
#[should_panic(
    expected = "Ring(271004/subsidy, [(1, Active)]) was asked to seal for Place(hub/130001/answer.sealed)"
)]
fn sealing_for_another_partition_panics_and_names_no_row() {
    one_key().seal(&Entropy::new(), &Place { partition: "130001", ..PLACE }, TEXT);
}

#[test]
#[should_panic(expected = "key version 1 was added twice")]
fn a_second_key_of_one_version_panics() {
    ring([(1, KeyState::Active), (1, KeyState::Added)]);
}

#[test]
fn rings_and_sealed_values_print_versions_and_no_bytes() {
    let ring = ring([(1, KeyState::Active), (2, KeyState::Added)]);
    assert_eq!(format!("{ring:?}"), "Ring(271004/subsidy, [(1, Active), (2, Added)])");
    assert_eq!(format!("{:?}", ring.seal(&Entropy::new(), &PLACE, TEXT)), "Sealed(key version 1, …)");
}
