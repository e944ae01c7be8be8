//! After the hub's acknowledgement nothing of a PMH-ID is in any file of the portal (001:544): neither the value in
//! any form, nor the sealed bytes that would give it away together with the keys.

use std::collections::HashSet;
use std::path::Path;

use super::support::{PIN, Surroundings, card, entry, files_below, pmh_id};
use crate::store::introduction;

/// Enough for several pages of the database, so that rows move between pages while others are deleted.
const PEOPLE: u16 = 150;
/// A piece as long as this is no accident.
const PIECE: usize = 16;
/// Format and key version, which every sealed value begins with.
const SEALED_HEADER: usize = 5;

#[tokio::test]
async fn no_file_holds_a_pmh_id_once_it_is_acknowledged() {
    let mut surroundings = Surroundings::new(1..=PEOPLE);
    let portal = surroundings.start().await;
    // Backwards and in parts: pages split in the middle.
    let people: Vec<u16> = (1..=PEOPLE).rev().collect();
    for part in people.chunks(40) {
        portal.introduce(part.iter().map(|n| entry(*n)).collect()).await.unwrap();
    }
    for n in &people {
        portal.login(&card(*n), PIN).await.unwrap();
    }
    let store = surroundings.look_in().await;
    let mut tx = store.read().await.unwrap();
    let sealed = introduction::list_all(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sealed.len(), usize::from(PEOPLE));
    let database = surroundings.folder.path().join("database");
    let before = Pieces::of_files_below(&database);
    assert!(
        sealed.iter().all(|bytes| before.hold_any_of(&bytes[SEALED_HEADER..])),
        "the search finds what is there"
    );

    surroundings.open_hub();
    for _ in 0..PEOPLE {
        surroundings.arrivals.recv().await.unwrap();
    }
    // The last acknowledgement is worked off when the portal has stopped. `store` keeps a connection open, so the
    // files are what the portal left, not what closing the last connection tidies up.
    portal.stop().await;
    assert_eq!(surroundings.hub.pairs().len(), usize::from(PEOPLE));
    let after = Pieces::of_files_below(&database);
    let left = sealed.iter().filter(|bytes| after.hold_any_of(&bytes[SEALED_HEADER..])).count();
    assert_eq!(left, 0, "sealed PMH-IDs are left in the files");
    let everywhere = Pieces::of_files_below(surroundings.folder.path());
    for form in people.iter().flat_map(|n| forms(*n)) {
        assert!(!everywhere.hold_any_of(&form));
    }
}

#[test]
fn the_search_sees_a_value_in_every_form() {
    let id = pmh_id(1);
    let base64 = "0dHR0dHR0QAB0dHR0dHR0Q==";
    let hex = "d1d1d1d1d1d1d10001d1d1d1d1d1d1d1";
    let texts = [id.expose_text(), base64.to_owned(), hex.to_owned(), hex.to_uppercase()];
    for file in texts.iter().map(String::as_bytes).chain([id.expose_bytes().as_slice()]) {
        let pieces = Pieces::of([file]);
        assert!(forms(1).iter().any(|form| pieces.hold_any_of(form)));
    }
}

/// Raw, text, hexadecimal, and base64 behind nought, one or two other bytes.
fn forms(n: u16) -> Vec<Vec<u8>> {
    let id = pmh_id(n);
    let hex = format!("{:032x}", u128::from_be_bytes(*id.expose_bytes()));
    let mut forms =
        vec![id.expose_bytes().to_vec(), id.expose_text().into(), hex.to_uppercase().into(), hex.into()];
    forms.extend((0..3).map(|offset| base64_core(id.expose_bytes(), offset)));
    forms
}

/// The characters of base64 that depend on these bytes alone when `offset` other bytes stand before them.
fn base64_core(bytes: &[u8], offset: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes[(3 - offset) % 3..]
        .chunks_exact(3)
        .flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift) as usize & 63])
        })
        .collect()
}

/// Every run of [`PIECE`] bytes of some files: half a value that is left counts as well.
struct Pieces(HashSet<[u8; PIECE]>);

impl Pieces {
    fn of_files_below(folder: &Path) -> Self {
        let files = files_below(folder);
        assert!(!files.is_empty());
        Self::of(files.iter().map(|(_, bytes)| bytes.as_slice()))
    }

    fn of<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(files.into_iter().flat_map(pieces_of).collect())
    }

    fn hold_any_of(&self, value: &[u8]) -> bool {
        assert!(value.len() >= PIECE);
        pieces_of(value).any(|piece| self.0.contains(&piece))
    }
}

fn pieces_of(bytes: &[u8]) -> impl Iterator<Item = [u8; PIECE]> {
    bytes.windows(PIECE).map(|window| window.try_into().expect("a window has the length asked for"))
}
