use super::*;
use crate::hex::{hex, hex_array};

const EPOCH: EpochId = EpochId(9);

fn both_keys(epoch: EpochId) -> (EpochKey, EpochKey) {
    let entropy = Entropy::new();
    let (eligibility, eligibility_public) = EpochAgreement::start(Side::Eligibility, &entropy);
    let (hub, hub_public) = EpochAgreement::start(Side::Hub, &entropy);
    (eligibility.finish(&hub_public, epoch).unwrap(), hub.finish(&eligibility_public, epoch).unwrap())
}

fn refusal(peer: &[u8]) -> AgreementError {
    let (agreement, _) = EpochAgreement::start(Side::Hub, &Entropy::new());
    agreement.finish(peer, EPOCH).unwrap_err()
}

#[test]
fn both_sides_agree_and_every_epoch_has_another_key() {
    let (first, same) = both_keys(EPOCH);
    assert_eq!(first.to_bytes(), same.to_bytes());
    assert_eq!((first.id(), same.id()), (EPOCH, EPOCH));
    let (second, _) = both_keys(EPOCH);
    assert_ne!(first.to_bytes(), second.to_bytes(), "ephemeral on both sides");
}

#[test]
fn sides_that_differ_about_the_epoch_or_their_roles_do_not_agree() {
    let entropy = Entropy::new();
    let (eligibility, eligibility_public) = EpochAgreement::start(Side::Eligibility, &entropy);
    let (hub, hub_public) = EpochAgreement::start(Side::Hub, &entropy);
    let key = eligibility.finish(&hub_public, EPOCH).unwrap();
    assert_ne!(key.to_bytes(), hub.finish(&eligibility_public, EpochId(10)).unwrap().to_bytes());

    let (one, one_public) = EpochAgreement::start(Side::Hub, &entropy);
    let (two, two_public) = EpochAgreement::start(Side::Hub, &entropy);
    let key = one.finish(&two_public, EPOCH).unwrap();
    assert_ne!(key.to_bytes(), two.finish(&one_public, EPOCH).unwrap().to_bytes());
}

/// Computed with OpenSSL 3: both processes must derive the same, also when they are of different
/// versions.
#[test]
fn the_derivation_is_pinned() {
    let key = derive_key(&[0x0c; 32], EPOCH, &[0x0a; 32], &[0x0b; 32]);
    let expected: [u8; 32] = hex_array("66aa3e056bf146144ba421b77a6cb938d5ec45d166a35d104fcc0855b872406f");
    assert_eq!(*key, expected);
}

/// The points of small order below 2^255 as listed at cr.yp.to/ecdh.html ("How do I validate
/// Curve25519 public keys?"); RFC 7748 section 6.1 has the check. Each would give everybody the
/// same secret. The first is all zero.
#[test]
fn an_all_zero_point_and_every_other_point_of_small_order_is_refused() {
    for point in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        assert_eq!(refusal(&hex(point)), AgreementError::PeerKey, "{point}");
    }
}

#[test]
fn a_truncated_or_longer_point_is_refused() {
    let (_, public) = EpochAgreement::start(Side::Eligibility, &Entropy::new());
    for length in 0..public.len() {
        assert_eq!(refusal(&public[..length]), AgreementError::PeerKey, "{length} bytes");
    }
    assert_eq!(refusal(&[public.as_slice(), &[0]].concat()), AgreementError::PeerKey);
}

#[test]
fn a_stored_key_reads_back_and_another_length_is_refused() {
    let (key, _) = both_keys(EPOCH);
    let bytes = key.to_bytes();
    assert_eq!(EpochKey::from_bytes(EPOCH, bytes.as_slice()).unwrap().to_bytes(), bytes);
    for stored in [&bytes[..31], &[bytes.as_slice(), &[0]].concat()] {
        assert_eq!(EpochKey::from_bytes(EPOCH, stored).unwrap_err(), AgreementError::StoredKey);
    }
}

#[test]
fn keys_and_halves_of_agreements_print_their_name_and_nothing_else() {
    let (agreement, _) = EpochAgreement::start(Side::Hub, &Entropy::new());
    assert_eq!(format!("{agreement:?}"), "EpochAgreement(…)");
    assert_eq!(format!("{:?}", both_keys(EPOCH).0), "EpochKey(…)");
}

/// The OQS holds its half while it waits for the hub's answer, and the key from many tasks.
#[test]
fn halves_and_keys_go_between_tasks() {
    fn goes<T: Send>() {}
    fn is_shared<T: Send + Sync>() {}
    goes::<EpochAgreement>();
    is_shared::<EpochKey>();
}

/// NIST SP 800-38D section 8.3: 2^32 drawn nonces under one key, of which half are used.
#[test]
fn an_epoch_ends_at_half_of_what_drawn_nonces_allow_and_is_told_by_its_number() {
    assert_eq!(MINTED_PER_EPOCH_MAX * 2, 4_294_967_296);
    assert_eq!(EpochId(9).to_string(), "9");
}
