use proptest::prelude::*;

use super::*;
use crate::Entropy;
use crate::hex::{hex, hex_array};

/// What is edited, and how.
type Edit<T> = (&'static str, fn(&mut T));

const LANE: LaneId = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn leaf(municipality: &str, byte: u8) -> Leaf {
    Leaf { municipality: municipality.to_owned(), entry_hash: [byte; 32] }
}

fn lane_of(lane: LaneId, rows: u8) -> Vec<AuditRow> {
    let mut head = LaneHead::start(lane);
    (1..=rows)
        .map(|number| {
            let leaves = [leaf("271004", number), leaf("130001", number)];
            let row = append(&head, i64::from(number) * 1_000, i64::from(number) * 2_000, &leaves);
            head = row.head();
            row
        })
        .collect()
}

fn rows() -> Vec<AuditRow> {
    lane_of(LANE, 5)
}

fn check(rows: &[AuditRow]) -> Result<LaneHead, LaneFault> {
    verify(&LaneHead::start(LANE), rows)
}

fn check_against(rows: &[AuditRow], witnessed: &LaneHead) -> Result<LaneHead, LaneFault> {
    verify_witnessed(&LaneHead::start(LANE), rows, witnessed)
}

/// Computed with OpenSSL 3 from the layouts in this module: an exported lane verifies after every
/// change of it.
#[test]
fn the_hashes_of_a_lane_are_pinned() {
    let start = LaneHead::start(LANE);
    assert_eq!(start.hash, hex_array("ef1c612af08a0cf6b1ceea98b619ac544dc034952d69e2d43573ce98882381d7"));
    let row = append(&start, 1_000, 2_000, &[leaf("271004", 0x11), leaf("130001", 0x22)]);
    assert_eq!(row.hash, hex_array("ad2e1b01ba89cc15ca87311198387ee55e04866d942dc536d1418b71127c25fb"));
}

#[test]
fn an_untouched_lane_verifies_whole_and_in_pieces() {
    let rows = rows();
    let whole = check(&rows).unwrap();
    assert_eq!(whole.sequence, 5);
    let middle = check(&rows[..2]).unwrap();
    assert_eq!(verify(&middle, &rows[2..]), Ok(whole));
    assert_eq!(check(&[]), Ok(LaneHead::start(LANE)));
}

#[test]
fn a_deleted_row_is_found() {
    for missing in 0..4 {
        let mut rows = rows();
        rows.remove(missing);
        let sequence = i64::try_from(missing).unwrap() + 1;
        let fault = LaneFault::OutOfOrder { expected: sequence, found: sequence + 1 };
        assert_eq!(check(&rows), Err(fault));
    }
}

#[test]
fn a_deleted_row_is_found_when_the_rest_is_numbered_anew() {
    let mut rows = rows();
    rows.remove(1);
    for row in &mut rows[1..] {
        row.sequence -= 1;
    }
    assert_eq!(check(&rows), Err(LaneFault::Unlinked(2)));
}

#[test]
fn two_rows_that_changed_places_are_found() {
    let mut swapped = rows();
    swapped.swap(1, 2);
    assert_eq!(check(&swapped), Err(LaneFault::OutOfOrder { expected: 2, found: 3 }));
    (swapped[1].sequence, swapped[2].sequence) = (2, 3);
    assert_eq!(check(&swapped), Err(LaneFault::Unlinked(2)));
}

#[test]
fn a_row_twice_is_found() {
    let mut rows = rows();
    rows.insert(2, rows[1].clone());
    assert_eq!(check(&rows), Err(LaneFault::OutOfOrder { expected: 3, found: 2 }));
}

#[test]
fn no_row_follows_the_one_with_the_largest_number() {
    let last = LaneHead { sequence: i64::MAX - 1, ..LaneHead::start(LANE) };
    let row = append(&last, 0, 0, &[]);
    let head = verify(&last, std::slice::from_ref(&row)).unwrap();
    for found in [i64::MAX, i64::MIN] {
        let next = AuditRow { sequence: found, ..row.clone() };
        assert_eq!(verify(&head, &[next]), Err(LaneFault::OutOfOrder { expected: i64::MAX, found }));
    }
}

#[test]
fn an_edit_of_any_part_of_a_row_is_found() {
    let edits: [Edit<AuditRow>; 5] = [
        ("virtual time", |row| row.virtual_ms += 1),
        ("real time", |row| row.real_ms += 1),
        ("hash of an entry", |row| *row.leaves.last_mut().unwrap() ^= 1),
        ("leaf taken out", |row| row.leaves = encode_leaves(&[leaf("271004", 3)])),
        ("leaves in another order", |row| {
            row.leaves = encode_leaves(&[leaf("130001", 3), leaf("271004", 3)]);
        }),
    ];
    for (what, edit) in edits {
        let mut rows = rows();
        edit(&mut rows[2]);
        assert_eq!(check(&rows), Err(LaneFault::Altered(3)), "{what}");
    }
}

/// Whoever edits a row can compute its hash again, but not without changing every row after it.
#[test]
fn an_edit_with_its_hash_made_again_is_found_in_the_next_row_and_at_the_end_by_a_witness() {
    let original = rows();
    let witnessed = original[4].head();
    for edited in 0..5 {
        let mut rows = original.clone();
        let head = if edited == 0 { LaneHead::start(LANE) } else { rows[edited - 1].head() };
        rows[edited] = append(&head, 0, 0, &[leaf("271004", 0xee)]);
        if edited < 4 {
            assert_eq!(check(&rows), Err(LaneFault::Unlinked(i64::try_from(edited).unwrap() + 2)));
        } else {
            assert!(check(&rows).is_ok(), "the last row has none after it");
            assert_eq!(check_against(&rows, &witnessed), Err(LaneFault::NotAsWitnessed(5)));
        }
    }
}

#[test]
fn a_row_or_a_whole_lane_of_another_process_is_found() {
    let other = lane_of([9; 16], 5);
    assert_eq!(check(&other), Err(LaneFault::OtherLane(1)));
    let mut renamed = other;
    for row in &mut renamed {
        row.lane = LANE;
    }
    assert_eq!(check(&renamed), Err(LaneFault::Unlinked(1)), "the start depends on the lane");
}

#[test]
fn a_lane_cut_off_at_its_end_verifies_alone_and_not_against_a_witness() {
    let rows = rows();
    let witnessed = rows[4].head();
    assert_eq!(check_against(&rows, &witnessed), Ok(witnessed.clone()));
    for length in 0..rows.len() {
        let cut = &rows[..length];
        assert!(check(cut).is_ok(), "without a witness nobody can see it");
        let fault = LaneFault::Truncated { last: i64::try_from(length).unwrap(), witnessed: 5 };
        assert_eq!(check_against(cut, &witnessed), Err(fault));
    }
}

#[test]
fn a_lane_rolled_back_and_written_anew_is_found_by_a_witness() {
    let rows = rows();
    let witnessed = rows[3].head();
    let mut anew = rows[..2].to_vec();
    for _ in 0..4 {
        let head = anew.last().unwrap().head();
        anew.push(append(&head, 0, 0, &[leaf("271004", 0xee)]));
    }
    assert!(check(&anew).is_ok());
    assert_eq!(check_against(&anew, &witnessed), Err(LaneFault::NotAsWitnessed(4)));
}

#[test]
fn a_witness_from_before_the_rows_or_of_another_lane_does_not_count() {
    let rows = rows();
    let from = rows[2].head();
    let early = rows[0].head();
    assert_eq!(verify_witnessed(&from, &rows[3..], &early), Err(LaneFault::BeforeTheRows(1)));
    assert!(verify_witnessed(&from, &rows[3..], &from).is_ok());
    let other = LaneHead { lane: [9; 16], ..rows[4].head() };
    assert_eq!(check_against(&rows, &other), Err(LaneFault::OtherLane(5)));
}

/// RFC 8032 section 7.1, test 2: the primitive is the one that is meant.
#[test]
fn rfc_8032_test_2_signs_as_published() {
    let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                     085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    let pair = ring::signature::Ed25519KeyPair::from_seed_and_public_key(&hex(seed), &hex(public)).unwrap();
    assert_eq!(pair.sign(&[0x72]).as_ref(), hex(signature));
}

/// Computed with OpenSSL 3 from the layout in this module.
#[test]
fn the_signature_of_a_checkpoint_is_pinned() {
    let public = "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7";
    let seed = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
    let pkcs8 = hex(&format!("3053020101300506032b657004220420{seed}a123032100{public}"));
    let signer = CheckpointSigner::from_pkcs8(&pkcs8).unwrap();
    assert_eq!(signer.public_key(), hex_array(public));
    let hash = hex_array("ad2e1b01ba89cc15ca87311198387ee55e04866d942dc536d1418b71127c25fb");
    let checkpoint = signer.sign(&LaneHead { lane: LANE, sequence: 1, hash }, 3_000);
    let expected = "318741f5fb4ffc40ddd675f536deede5df2bd5b4482ac65e1cb19f93a10b1548\
                    41d8d6bf5789109610bbf415f405499779f5dcb35ff148d117015c9409e4440f";
    assert_eq!(checkpoint.signature, hex_array(expected));
}

#[test]
fn a_checkpoint_vouches_for_its_head_and_an_edit_of_any_part_is_found() {
    let signer = CheckpointSigner::generate(&Entropy::new());
    let head = rows()[4].head();
    let checkpoint = signer.sign(&head, 3_000);
    assert_eq!(checkpoint.verify(&signer.public_key()), Ok(head));
    let edits: [Edit<Checkpoint>; 5] = [
        ("lane", |checkpoint| checkpoint.lane[0] ^= 1),
        ("sequence", |checkpoint| checkpoint.sequence -= 1),
        ("hash", |checkpoint| checkpoint.hash[0] ^= 1),
        ("time", |checkpoint| checkpoint.at_ms += 1),
        ("signature", |checkpoint| checkpoint.signature[0] ^= 1),
    ];
    for (what, edit) in edits {
        let mut edited = checkpoint.clone();
        edit(&mut edited);
        assert_eq!(edited.verify(&signer.public_key()), Err(CheckpointError::Signature), "{what}");
    }
}

#[test]
fn a_cut_vouches_for_its_head_and_neither_passes_for_the_other() {
    let signer = CheckpointSigner::generate(&Entropy::new());
    let head = rows()[4].head();
    let (cut, checkpoint) = (signer.sign_cut(&head, 3_000), signer.sign(&head, 3_000));
    assert_eq!(cut.verify(&signer.public_key()), Ok(head));
    assert_eq!(cut.0.verify(&signer.public_key()), Err(CheckpointError::Signature));
    assert_eq!(Cut(checkpoint).verify(&signer.public_key()), Err(CheckpointError::Signature));
}

#[test]
fn a_checkpoint_of_another_signer_or_under_a_broken_public_key_is_refused() {
    let entropy = Entropy::new();
    let checkpoint = CheckpointSigner::generate(&entropy).sign(&rows()[0].head(), 3_000);
    let other = CheckpointSigner::generate(&entropy).public_key();
    for public in [other.as_slice(), &other[..31], &[]] {
        assert_eq!(checkpoint.verify(public), Err(CheckpointError::Signature));
    }
}

#[test]
fn a_stored_signer_is_the_same_and_anything_else_is_refused() {
    let signer = CheckpointSigner::generate(&Entropy::new());
    let stored = CheckpointSigner::from_pkcs8(signer.expose_pkcs8()).unwrap();
    assert_eq!(stored.public_key(), signer.public_key());
    for bytes in [&[][..], &signer.expose_pkcs8()[1..]] {
        assert_eq!(CheckpointSigner::from_pkcs8(bytes).unwrap_err(), CheckpointError::SigningKey);
    }
    assert_eq!(format!("{signer:?}"), "CheckpointSigner(…)");
}

#[test]
fn leaves_cut_at_any_length_or_with_bytes_after_them_are_refused() {
    let bytes = encode_leaves(&[leaf("271004", 1), leaf("130001", 2)]);
    for length in 0..bytes.len() {
        assert_eq!(decode_leaves(&bytes[..length]), Err(LeavesError), "{length} bytes");
    }
    assert_eq!(decode_leaves(&[bytes.as_slice(), &[0]].concat()), Err(LeavesError));
    assert_eq!(decode_leaves(&[0xff; 4]), Err(LeavesError), "a count without leaves");
}

#[test]
fn leaves_that_cannot_be_read_are_found_though_their_hash_is_right() {
    let head = LaneHead::start(LANE);
    let unreadable = append(&head, 0, 0, &[]).with_leaves(vec![0xff; 4]);
    assert_eq!(check(&[unreadable]), Err(LaneFault::Leaves(1)));
}

proptest! {
    #[test]
    fn leaves_read_back_as_they_were(leaves in prop::collection::vec(("[0-9]{0,8}", any::<[u8; 32]>()), 0..20)) {
        let leaves: Vec<Leaf> = leaves
            .into_iter()
            .map(|(municipality, entry_hash)| Leaf { municipality, entry_hash })
            .collect();
        prop_assert_eq!(decode_leaves(&encode_leaves(&leaves)), Ok(leaves));
    }

    #[test]
    fn no_bytes_make_the_leaves_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(leaves) = decode_leaves(&bytes) {
            prop_assert_eq!(encode_leaves(&leaves), bytes);
        }
    }
}
