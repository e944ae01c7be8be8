use std::collections::HashSet;

use pmh_domain::Strictness;
use proptest::prelude::*;

use super::*;

const EPOCH: EpochId = EpochId(9);
const MINTED_MS: i64 = 1_767_225_600_000;
const BOTH: Consents = Consents { insurance: true, subsidies: true };

fn pmh_id() -> PmhId {
    PmhId::from_bytes(std::array::from_fn(|at| 0xa0 + u8::try_from(at).unwrap()))
}

fn institution(code: &str) -> InstitutionCode {
    InstitutionCode::parse(code, Strictness::Lenient).unwrap()
}

fn clinic() -> InstitutionCode {
    institution("3410712362")
}

fn epoch_key(id: EpochId) -> EpochKey {
    let bytes: [u8; 32] = std::array::from_fn(|at| 32 + u8::try_from(at).unwrap());
    EpochKey::from_bytes(id, &bytes).unwrap()
}

fn minted(entropy: &Entropy) -> LinkageKey {
    mint(&epoch_key(EPOCH), entropy, &pmh_id(), MINTED_MS, &clinic(), BOTH)
}

fn open(key: &LinkageKey) -> Result<OpenedLinkageKey, LinkageKeyError> {
    key.open(&epoch_key(EPOCH), &clinic(), BOTH)
}

fn raw(key: &LinkageKey) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(key.expose()).unwrap()
}

fn open_raw(bytes: &[u8]) -> Result<OpenedLinkageKey, LinkageKeyError> {
    LinkageKey::from_text(&URL_SAFE_NO_PAD.encode(bytes)).and_then(|key| open(&key))
}

/// Computed with OpenSSL 3 from the layout in the documentation, not with this code.
#[test]
fn a_key_minted_by_another_implementation_opens() {
    let text =
        "AQAAAAlAQUJDREVGR0hJSkti9R8i9NNjrPqb-oMp5__dE46cGIOaD96uP1bDpC8JxQLa1dX6EW_pX0E_mKYZV2BMewB6tG5bSQ";
    let key = LinkageKey::from_text(text).unwrap();
    assert_eq!(key.epoch(), EPOCH);
    let opened = open(&key).unwrap();
    assert_eq!(opened.pmh_id, pmh_id());
    assert_eq!(opened.minted_ms, MINTED_MS);
    assert_eq!(opened.jti, std::array::from_fn(|at| 0xc0 + u8::try_from(at).unwrap()));
}

#[test]
fn the_hub_reads_what_the_oqs_minted() {
    let entropy = Entropy::new();
    let (one, two) = (minted(&entropy), minted(&entropy));
    let sent = LinkageKey::from_text(&one.expose()).unwrap();
    assert_eq!(sent.epoch(), EPOCH);
    let opened = open(&sent).unwrap();
    assert_eq!(opened.pmh_id, pmh_id());
    assert_eq!(opened.minted_ms, MINTED_MS);
    assert_ne!(opened.jti, open(&two).unwrap().jti);
}

#[test]
fn every_key_has_the_same_width() {
    let entropy = Entropy::new();
    let least = PmhId::from_bytes([0; 16]);
    let most = PmhId::from_bytes([0xff; 16]);
    for (id, minted_ms, institution, consents) in [
        (&least, 0, institution("0000000000"), Consents { insurance: false, subsidies: false }),
        (&most, i64::MAX, institution("9999999999"), BOTH),
        (&most, i64::MIN, clinic(), Consents { insurance: false, subsidies: true }),
    ] {
        for epoch in [EpochId(0), EpochId(u32::MAX)] {
            let key = mint(&epoch_key(epoch), &entropy, id, minted_ms, &institution, consents);
            assert_eq!(key.expose().len(), 98);
            assert_eq!(key.open(&epoch_key(epoch), &institution, consents).unwrap().minted_ms, minted_ms);
        }
    }
}

/// 001:549: a key is made for every visit. Every stretch of 16 bytes, at any distance, of a
/// thousand keys.
#[test]
fn a_thousand_keys_for_one_person_at_one_moment_share_no_16_bytes() {
    let entropy = Entropy::new();
    let mut seen = HashSet::new();
    for _ in 0..1_000 {
        let key = raw(&minted(&entropy));
        for window in key.windows(16) {
            assert!(seen.insert(<[u8; 16]>::try_from(window).unwrap()), "16 bytes were seen before");
        }
    }
}

#[test]
fn a_key_opens_for_its_institution_alone() {
    let key = minted(&Entropy::new());
    for other in ["3410712363", "1310712362", "0000000000"] {
        let refused = key.open(&epoch_key(EPOCH), &institution(other), BOTH);
        assert_eq!(refused.unwrap_err(), LinkageKeyError::DoesNotOpen, "{other}");
    }
}

#[test]
fn a_key_opens_under_its_consents_alone() {
    let entropy = Entropy::new();
    for given in 0..4 {
        let given_consents = Consents::from_byte(given).unwrap();
        let key = mint(&epoch_key(EPOCH), &entropy, &pmh_id(), MINTED_MS, &clinic(), given_consents);
        for claimed in 0..4 {
            let opened = key.open(&epoch_key(EPOCH), &clinic(), Consents::from_byte(claimed).unwrap());
            assert_eq!(opened.is_ok(), given == claimed, "given {given}, claimed {claimed}");
        }
    }
}

#[test]
fn a_key_does_not_open_under_another_epochs_key() {
    let other = EpochKey::from_bytes(EPOCH, &[0; 32]).unwrap();
    let refused = minted(&Entropy::new()).open(&other, &clinic(), BOTH);
    assert_eq!(refused.unwrap_err(), LinkageKeyError::DoesNotOpen);
}

/// Both epochs have the *same* key here, so only the associated data can tell them apart.
#[test]
fn the_epoch_in_front_of_a_key_is_authenticated() {
    let mut bytes = raw(&minted(&Entropy::new()));
    bytes[4] = 10;
    let renamed = LinkageKey::from_text(&URL_SAFE_NO_PAD.encode(bytes)).unwrap();
    assert_eq!(renamed.epoch(), EpochId(10));
    for id in [EPOCH, EpochId(10)] {
        let refused = renamed.open(&epoch_key(id), &clinic(), BOTH);
        assert_eq!(refused.unwrap_err(), LinkageKeyError::DoesNotOpen, "epoch {id}");
    }
}

#[test]
fn a_key_with_any_bit_flipped_is_refused() {
    let key = raw(&minted(&Entropy::new()));
    assert!(open_raw(&key).is_ok());
    for bit in 0..key.len() * 8 {
        let mut altered = key.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let expected = if bit < 8 { LinkageKeyError::Malformed } else { LinkageKeyError::DoesNotOpen };
        assert_eq!(open_raw(&altered).unwrap_err(), expected, "bit {bit}");
    }
}

#[test]
fn a_key_of_any_other_length_is_malformed() {
    let key = raw(&minted(&Entropy::new()));
    let longer = [key.as_slice(), &[0]].concat();
    for bytes in (0..key.len()).map(|length| &key[..length]).chain([longer.as_slice()]) {
        assert_eq!(open_raw(bytes).unwrap_err(), LinkageKeyError::Malformed, "{} bytes", bytes.len());
    }
    let text = minted(&Entropy::new()).expose();
    for length in 0..text.len() {
        assert_eq!(
            LinkageKey::from_text(&text[..length]),
            Err(LinkageKeyError::Malformed),
            "{length} characters"
        );
    }
}

#[test]
fn no_other_spelling_of_a_key_is_accepted() {
    let text = minted(&Entropy::new()).expose();
    let (start, last) = text.split_at(text.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // The last character carries two bits of the key; its other four must be zero.
    let value = alphabet.find(last).unwrap();
    assert_eq!(value % 16, 0);
    for unused in 1..16 {
        let other = format!("{start}{}", &alphabet[value + unused..=value + unused]);
        assert_eq!(LinkageKey::from_text(&other), Err(LinkageKeyError::Malformed), "unused bits {unused}");
    }
    let standard =
        "AQAAAAlAQUJDREVGR0hJSkti9R8i9NNjrPqb+oMp5//dE46cGIOaD96uP1bDpC8JxQLa1dX6EW/pX0E/mKYZV2BMewB6tG5bSQ";
    for (what, other) in [
        ("padded", format!("{text}==")),
        ("space before", format!(" {text}")),
        ("line feed after", format!("{text}\n")),
        ("line feed inside", format!("{}\n{}", &text[..49], &text[50..])),
        ("the standard alphabet", standard.to_owned()),
        ("not ASCII", format!("{}あ", &text[..95])),
    ] {
        assert_eq!(LinkageKey::from_text(&other), Err(LinkageKeyError::Malformed), "{what}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        prop_assert!(LinkageKey::from_text(&text).and_then(|key| open(&key)).is_err());
    }

    #[test]
    fn no_text_of_the_right_width_makes_it_panic(text in "AQAAAA[A-Za-z0-9_-]{92}") {
        prop_assert!(LinkageKey::from_text(&text).and_then(|key| open(&key)).is_err());
    }
}

#[test]
fn a_key_lives_60_seconds_and_may_come_from_5_seconds_ahead() {
    let now = MINTED_MS;
    for (minted_ms, expected) in [
        (now - 60_001, Err(AgeError::Expired)),
        (now - 60_000, Ok(())),
        (now, Ok(())),
        (now + 5_000, Ok(())),
        (now + 5_001, Err(AgeError::FromTheFuture)),
        (i64::MIN, Err(AgeError::Expired)),
        (i64::MAX, Err(AgeError::FromTheFuture)),
    ] {
        assert_eq!(age_check(minted_ms, now), expected, "minted at {minted_ms}");
    }
    assert_eq!(age_check(i64::MIN, i64::MAX), Err(AgeError::Expired));
    assert_eq!(age_check(i64::MAX, i64::MIN), Err(AgeError::FromTheFuture));
}

#[test]
fn keys_print_their_name_and_nothing_else() {
    let key = minted(&Entropy::new());
    assert_eq!(format!("{key:?}"), "LinkageKey(…)");
    assert_eq!(format!("{:?}", open(&key).unwrap()), "OpenedLinkageKey(…)");
}
