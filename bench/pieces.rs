//! What the pieces of a query and of a registration cost, each alone.
//!
//!     cargo bench -p pmh-sim --bench pieces [-- NAME]
//!
//! `aead` compares the two kept crates that seal: decision 0018 rests on it.

use std::hint::black_box;

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pmh_crypto::{
    Area, DataKey, Entropy, EpochAgreement, EpochId, EpochKey, KeyState, LinkageKey, Place, Ring, Side, mint,
};
use pmh_domain::{Consents, Date, Disclosure, Facts, InstitutionCode, PmhId, Strictness, Validity, Viewing};
use pmh_simulator::scheme::Scheme;
use pmh_simulator::{seed, world};
use pmh_wire::{CsvReader, EligibilityAnswer, Encoding, Subsidy, Verbatim, write_csv};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

const HOSPITAL: &str = "2719910016";
const CONSENTED: Consents = Consents { insurance: true, subsidies: true };
const TODAY_MS: i64 = 1_790_000_000_000;
/// Bytes of an audit entry, and of an answer with three certificates.
const LENGTHS: [usize; 2] = [128, 2_048];

criterion_group!(pieces, linkage_key, sealed_value, aead, visibility, csv, answer);
criterion_main!(pieces);

fn epoch() -> EpochKey {
    let entropy = Entropy::new();
    let (ours, _) = EpochAgreement::start(Side::Eligibility, &entropy);
    let (_, theirs) = EpochAgreement::start(Side::Hub, &entropy);
    ours.finish(&theirs, EpochId(1)).expect("a public key of our own making")
}

fn hospital() -> InstitutionCode {
    InstitutionCode::parse(HOSPITAL, Strictness::Strict).expect("it has its check digit")
}

fn linkage_key(criterion: &mut Criterion) {
    let (epoch, entropy, hospital) = (epoch(), Entropy::new(), hospital());
    let person = PmhId::from_bytes([7; 16]);
    let minted = || mint(&epoch, &entropy, &person, TODAY_MS, &hospital, CONSENTED).expose();
    criterion.bench_function("linkage key/mint", |bencher| bencher.iter(minted));
    let text = minted();
    criterion.bench_function("linkage key/open", |bencher| {
        bencher.iter(|| {
            LinkageKey::from_text(black_box(&text)).and_then(|key| key.open(&epoch, &hospital, CONSENTED))
        });
    });
}

fn sealed_value(criterion: &mut Criterion) {
    let entropy = Entropy::new();
    let mut ring = Ring::new("271004", Area::Subsidy);
    ring.add(1, DataKey::generate(&entropy), KeyState::Active);
    let place = Place {
        party: "hub",
        partition: "271004",
        table: "answer",
        column: "sealed",
        row: &7_i64.to_be_bytes(),
        version: 1,
    };
    let mut group = criterion.benchmark_group("sealed value");
    for length in LENGTHS {
        let text = vec![b'a'; length];
        group.throughput(Throughput::Bytes(length as u64));
        group.bench_function(format!("seal {length} B"), |bencher| {
            bencher.iter(|| ring.seal(&entropy, &place, black_box(&text)));
        });
        let sealed = ring.seal(&entropy, &place, &text);
        group.bench_function(format!("open {length} B"), |bencher| {
            bencher.iter(|| ring.open(&place, black_box(&sealed)));
        });
    }
}

/// Only the cipher: the key's schedule is kept, the text is sealed in place under one nonce.
fn aead(criterion: &mut Criterion) {
    let (key, nonce, data) = ([1; 32], [2; 12], [3; 64]);
    let ours = Aes256Gcm::new(&key.into());
    let rings = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("32 bytes"));
    let mut group = criterion.benchmark_group("aead");
    for length in LENGTHS {
        let mut text = vec![b'a'; length];
        group.throughput(Throughput::Bytes(length as u64));
        group.bench_function(format!("aes-gcm {length} B"), |bencher| {
            bencher.iter(|| ours.encrypt_inout_detached(&nonce.into(), &data, text.as_mut_slice().into()));
        });
        group.bench_function(format!("ring {length} B"), |bencher| {
            bencher.iter(|| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                rings.seal_in_place_separate_tag(nonce, Aad::from(&data), &mut text)
            });
        });
    }
}

fn visibility(criterion: &mut Criterion) {
    let day = |text| Date::parse(text).expect("a date");
    let facts = Facts {
        deleted: false,
        disclosure: Disclosure::Disclosed,
        viewing: Viewing::Allowed,
        validity: Validity::new(day("2026-04-01"), day("2027-03-31")).expect("in order"),
        forced_expiry: None,
    };
    let on = Date::in_japan(TODAY_MS);
    criterion.bench_function("visibility rule", |bencher| bencher.iter(|| black_box(&facts).shown_on(on)));
}

fn csv(criterion: &mut Criterion) {
    let world = world::World::from_seed(seed::DEFAULT_SEED);
    let records = world.records(Scheme::OsakaChild);
    let mut group = criterion.benchmark_group("csv");
    for encoding in [Encoding::Utf8, Encoding::Cp932] {
        let file = write_csv(records.iter(), encoding).expect("every name is in both encodings");
        group.throughput(Throughput::Elements(records.len() as u64));
        group.bench_function(format!("rows in {encoding}"), |bencher| {
            bencher.iter(|| {
                let mut reader = CsvReader::new(Some(encoding));
                let rows = reader.push(black_box(&file)).map(|rows| rows.len());
                (rows, reader.finish().map(|rows| rows.len()))
            });
        });
    }
}

fn answer(criterion: &mut Criterion) {
    let subsidies = vec![subsidy(), subsidy(), subsidy()];
    let answer = EligibilityAnswer { answered_at: "2026-09-21T23:33:20+09:00".to_owned(), subsidies };
    // The hub writes the same text by hand (`answer/json.rs`).
    criterion.bench_function("answer/write by the wire's types", |bencher| {
        bencher.iter(|| serde_json::to_vec(black_box(&answer)));
    });
    let json = serde_json::to_vec(&answer).expect("it serialises");
    criterion.bench_function("answer/read", |bencher| {
        bencher.iter(|| serde_json::from_slice::<EligibilityAnswer>(black_box(&json)));
    });
}

fn subsidy() -> Subsidy {
    let verbatim = |json: &str| Verbatim::from_text(json.to_owned()).expect("it is JSON");
    Subsidy {
        municipality_code: "271004".to_owned(),
        program_id: "27-child".to_owned(),
        certification_name: "こども医療証".to_owned(),
        medical_subsidy_insurer_number: Some("82271006".to_owned()),
        medical_subsidy_recipient_number: Some("1234567".to_owned()),
        segment: None,
        income_segment: None,
        designated_medical_institutions: None,
        is_always_reimbursement: "0".to_owned(),
        max_copayment_amount: Some(verbatim(r#"{"perDay":500,"daysPerMonth":2}"#)),
        valid_from: "2026-04-01".to_owned(),
        valid_to: "2027-03-31".to_owned(),
        certification_detail: verbatim("[]"),
    }
}
