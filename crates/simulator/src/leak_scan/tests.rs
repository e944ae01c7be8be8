use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use pmh_wire::{Encoding, Party};

use super::*;

const NUMBER: &str = "123456789012";
const NAME: &str = "大阪　花子";
const KANA: &str = "オオサカ　ハナコ";

fn scanner(values: &[&str]) -> Scanner {
    let mut wanted = Wanted::default();
    for value in values {
        wanted.text(Kind::Planted, value);
    }
    wanted.scanner()
}

fn found_by(scanner: &Scanner, text: &[u8]) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), text).unwrap();
    let mut seen = Scanned::default();
    scanner.folder(folder.path(), &mut seen).unwrap();
    assert_eq!(seen.places, 1);
    assert_eq!(seen.bytes, text.len() as u64);
    seen.total()
}

#[test]
fn a_planted_value_is_found_in_every_encoding_and_position() {
    for value in [NUMBER, NAME, KANA] {
        let scanner = scanner(&[value]);
        assert_eq!(found_by(&scanner, b"nothing here"), 0);
        assert_eq!(found_by(&scanner, format!("x{value}y").as_bytes()), 1);
        let utf_16: [Vec<u8>; 2] = [
            value.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            value.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ];
        let cp932 = Encoding::Cp932.encode(value).unwrap().into_owned();
        for bytes in [value.as_bytes(), &cp932] {
            assert!(found_by(&scanner, format!("{bytes:?}").as_bytes()) >= 1, "{value}");
        }
        for bytes in utf_16.into_iter().chain([value.as_bytes().to_vec(), cp932]) {
            assert!(found_by(&scanner, &bytes) >= 1, "{value}");
            assert!(found_by(&scanner, hex::encode(&bytes).as_bytes()) >= 1, "{value}");
            assert!(found_by(&scanner, hex::encode_upper(&bytes).as_bytes()) >= 1, "{value}");
            for lead in 0..3 {
                let text = [&b"abc"[..lead], &bytes, b"tail"].concat();
                assert!(found_by(&scanner, STANDARD.encode(&text).as_bytes()) >= 1, "{value} {lead}");
                assert!(found_by(&scanner, URL_SAFE.encode(&text).as_bytes()) >= 1, "{value} {lead}");
            }
        }
    }
}

#[test]
fn a_value_is_found_as_programs_escape_it() {
    let scanner = scanner(&[NAME, KANA]);
    for text in [
        format!("{NAME:?}"),
        serde_json::to_string(&format!("{NAME:?}")).unwrap(),
        format!("{:?}", bytes::Bytes::from(NAME)),
        r"\u5927\u962a\u3000\u82b1\u5b50".to_owned(),
        r"\u5927\u962A\u3000\u82B1\u5B50".to_owned(),
        "?name=%E5%A4%A7%E9%98%AA%E3%80%80%E8%8A%B1%E5%AD%90&x".to_owned(),
        "?name=%e5%a4%a7%e9%98%aa%e3%80%80%e8%8a%b1%e5%ad%90".to_owned(),
        "ｵｵｻｶ ﾊﾅｺ".to_owned(),
    ] {
        assert!(found_by(&scanner, text.as_bytes()) >= 1, "{text}");
    }
    let half_width = Encoding::Cp932.encode("ｵｵｻｶ ﾊﾅｺ").unwrap().into_owned();
    assert!(found_by(&scanner, &half_width) >= 1);
}

#[test]
fn a_value_over_the_border_of_two_pieces_is_found_once() {
    let mut text = vec![b'.'; PIECE_BYTES - 5];
    text.extend_from_slice(NUMBER.as_bytes());
    text.extend_from_slice(&[b'.'; 100]);
    assert_eq!(found_by(&scanner(&[NUMBER]), &text), 1);
}

#[test]
fn what_is_no_text_is_found_as_bytes_and_in_their_forms() {
    let key: Vec<u8> = (200..232).collect();
    let mut wanted = Wanted::default();
    wanted.bytes(Kind::Key, &key);
    let scanner = wanted.scanner();
    for text in [key.clone(), hex::encode(&key).into_bytes(), STANDARD.encode(&key).into_bytes()] {
        assert_eq!(found_by(&scanner, &text), 1);
    }
}

#[test]
fn a_share_of_the_world_may_hold_what_its_party_is_given_and_no_other_file_anything() {
    assert!(Kind::Name.may_stand_in("seed/intermediate.json"));
    assert!(Kind::CardSerial.may_stand_in("seed/portal.json"));
    assert!(Kind::Password.may_stand_in("tokens/271004-users.txt"));
    for kind in Kind::ALL {
        let holders: Vec<Party> =
            Party::ALL.into_iter().filter(|party| kind.may_stand_in(&format!("seed/{party}.json"))).collect();
        assert!(!holders.contains(&Party::Hub), "{kind:?}");
        assert!(holders.iter().all(|party| kind.known_to().contains(party)), "{kind:?}");
        for place in ["hub.sqlite", "hub.sqlite-wal", "institution.err", "world.json", "seed/other.json"] {
            assert!(!kind.may_stand_in(place), "{kind:?} {place}");
        }
    }
}

#[test]
fn a_leak_is_told_by_place_and_kind_and_what_may_stand_is_none() {
    let mut wanted = Wanted::default();
    wanted.text(Kind::Name, NAME);
    let scanner = wanted.scanner();
    let mut seen = Scanned::default();
    for place in ["seed/municipality.json", "seed/portal.json"] {
        scanner.bytes(NAME.as_bytes(), place, &mut seen);
    }
    let leaks: Vec<(String, u64)> = seen.leaks().into_iter().collect();
    assert_eq!(leaks, [("seed/portal.json: name".to_owned(), 1)]);
    assert_eq!(seen.total(), 2);
}
