//! After the hub's acknowledgement nothing of a PMH-ID is in any file of the portal (001:544): neither the value in
//! any form, nor the sealed bytes that would give it away together with the keys.

use super::support::{PIN, Surroundings, card, entry, files_below, pmh_id};
use crate::store::introduction;

/// Enough for many pages of the database, so that rows move between pages while others are deleted.
const PEOPLE: u16 = 900;

#[tokio::test]
async fn no_file_holds_a_pmh_id_once_it_is_acknowledged() {
    let mut surroundings = Surroundings::new(1..=PEOPLE);
    let portal = surroundings.start().await;
    // Sent backwards and in pieces: pages split in the middle.
    let people: Vec<u16> = (1..=PEOPLE).rev().collect();
    for piece in people.chunks(40) {
        portal.introduce(piece.iter().map(|n| entry(*n)).collect()).await.unwrap();
    }
    for n in &people {
        portal.login(&card(*n), PIN).await.unwrap();
    }
    let store = surroundings.look_in().await;
    let mut tx = store.read().await.unwrap();
    let sealed = introduction::list_all(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sealed.len(), usize::from(PEOPLE));
    let folder = surroundings.folder.path().join("database");
    let before = files_below(&folder);
    assert!(sealed.iter().all(|bytes| stands_in(&before, bytes)), "the search finds what is there");

    surroundings.open_hub();
    for _ in 0..PEOPLE {
        surroundings.arrivals.recv().await.unwrap();
    }
    // The last acknowledgement is worked off when the portal has stopped. `store` keeps a connection open, so the
    // files are what the portal left, not what closing the last connection tidies up.
    portal.stop().await;
    assert_eq!(surroundings.hub.pairs().len(), usize::from(PEOPLE));
    let after = files_below(&folder);
    let left = sealed.iter().filter(|bytes| stands_in(&after, bytes)).count();
    assert_eq!(left, 0, "sealed PMH-IDs are left in the files");
    for n in people {
        let id = pmh_id(n);
        let hex: String = id.expose_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        for form in [id.expose_bytes().to_vec(), id.expose_text().into(), hex.clone().into(), hex.to_uppercase().into()]
        {
            assert!(!stands_in(&after, &form));
        }
        for offset in 0..3 {
            assert!(!stands_in(&after, base64_core(id.expose_bytes(), offset).as_bytes()));
        }
    }
}

fn stands_in(files: &[(String, Vec<u8>)], needle: &[u8]) -> bool {
    files.iter().any(|(_, bytes)| bytes.windows(needle.len()).any(|window| window == needle))
}

/// The characters of base64 that depend on these bytes alone when `offset` other bytes stand before them.
fn base64_core(bytes: &[u8], offset: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = &bytes[(3 - offset) % 3..];
    whole
        .chunks_exact(3)
        .flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift) as usize & 63]))
        })
        .collect()
}
