//! Linkage keys as their text, and as what is sealed in them.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pmh_crypto::{
    AgeError, Entropy, EpochId, EpochKey, FUTURE_TOLERANCE_MS, LINKAGE_KEY_LIFE_MS, LinkageKey, age_check,
    mint,
};
use pmh_domain::{Consents, InstitutionCode, PmhId, Strictness};

use crate::edits::edited;

const EPOCH: EpochId = EpochId(9);
const BOTH: Consents = Consents { insurance: true, subsidies: true };
/// Bytes of a key, of which the first is its format.
const KEY_BYTES: usize = 73;

/// The key of the crate's own pinned test: made by OpenSSL, so it is the same in every run.
const REAL: &str =
    "AQAAAAlAQUJDREVGR0hJSkti9R8i9NNjrPqb-oMp5__dE46cGIOaD96uP1bDpC8JxQLa1dX6EW_pX0E_mKYZV2BMewB6tG5bSQ";

struct Hub {
    entropy: Entropy,
    epoch: EpochKey,
    clinic: InstitutionCode,
}

static HUB: LazyLock<Hub> = LazyLock::new(|| {
    let bytes: [u8; 32] = std::array::from_fn(|at| 32 + u8::try_from(at).expect("32 bytes"));
    Hub {
        entropy: Entropy::new(),
        epoch: EpochKey::from_bytes(EPOCH, &bytes).expect("32 bytes"),
        clinic: InstitutionCode::parse("3410712362", Strictness::Lenient).expect("ten digits"),
    }
});

fn opens(text: &str) -> bool {
    LinkageKey::from_text(text).is_ok_and(|key| key.open(&HUB.epoch, &HUB.clinic, BOTH).is_ok())
}

pub fn linkage_key(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        as_text(text);
    }
    as_text(&URL_SAFE_NO_PAD.encode(bytes));
    as_text(&URL_SAFE_NO_PAD.encode([&[1], bytes].concat()));
    let altered = edited(REAL.as_bytes(), bytes);
    if let Ok(text) = String::from_utf8(altered) {
        as_text(&text);
    }
    let sealed = URL_SAFE_NO_PAD.decode(REAL).expect("the real key is base64");
    as_text(&URL_SAFE_NO_PAD.encode(edited(&sealed, bytes)));
    minted(bytes);
}

/// One key has one text, and only the real one opens.
fn as_text(text: &str) {
    let decoded = URL_SAFE_NO_PAD.decode(text);
    let is_key = decoded.is_ok_and(|bytes| bytes.len() == KEY_BYTES && bytes[0] == 1);
    match LinkageKey::from_text(text) {
        Ok(key) => {
            assert!(is_key, "{} characters are taken for a key", text.len());
            assert_eq!(key.expose(), text, "a key has a second spelling");
        }
        Err(_) => assert!(!is_key, "a key is refused by its form"),
    }
    assert_eq!(opens(text), text == REAL);
}

/// What is minted for anybody is read again as it was, by whom it was minted for.
fn minted(bytes: &[u8]) {
    let Some((id, rest)) = bytes.split_first_chunk::<16>() else { return };
    let Some((minted, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((now, rest)) = rest.split_first_chunk::<8>() else { return };
    let (minted_ms, now_ms) = (i64::from_be_bytes(*minted), i64::from_be_bytes(*now));
    let consents =
        rest.first().map_or(BOTH, |byte| Consents { insurance: byte & 1 == 1, subsidies: byte & 2 == 2 });
    let pmh_id = PmhId::from_bytes(*id);
    let key = mint(&HUB.epoch, &HUB.entropy, &pmh_id, minted_ms, &HUB.clinic, consents);
    let read = LinkageKey::from_text(&key.expose()).expect("what was minted is a key");
    assert!(read == key && read.epoch() == EPOCH);
    let opened = read.open(&HUB.epoch, &HUB.clinic, consents).expect("the hub opens it");
    assert!(opened.pmh_id == pmh_id && opened.minted_ms == minted_ms);
    let other = Consents { insurance: !consents.insurance, ..consents };
    assert!(read.open(&HUB.epoch, &HUB.clinic, other).is_err(), "under other consents");
    aged(minted_ms, now_ms);
}

fn aged(minted_ms: i64, now_ms: i64) {
    let age_ms = i128::from(now_ms) - i128::from(minted_ms);
    let expected = if age_ms > i128::from(LINKAGE_KEY_LIFE_MS) {
        Err(AgeError::Expired)
    } else if age_ms < -i128::from(FUTURE_TOLERANCE_MS) {
        Err(AgeError::FromTheFuture)
    } else {
        Ok(())
    };
    assert_eq!(age_check(minted_ms, now_ms), expected, "minted at {minted_ms}, judged at {now_ms}");
}
