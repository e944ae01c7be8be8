use pmh_wire::BasicFiveInfo;
use pmh_wire::numbering::{Join, NotNumbered, NumberedPerson, PersonToNumber, SpelledPerson};

use super::*;

fn numbered(number: &str, seed: u8) -> NumberedPerson {
    NumberedPerson { pmh_id: pmh_id(seed).expose_text(), my_number: number.to_owned() }
}

fn pmh_id(seed: u8) -> PmhId {
    PmhId::from_bytes([seed; 16])
}

fn asked() -> NumberingRequest {
    let person = |number: &str| PersonToNumber {
        my_number: number.to_owned(),
        basic_five_info: BasicFiveInfo {
            name: String::new(),
            name_kana: String::new(),
            address: String::new(),
            date_of_birth: String::new(),
            sex: String::new(),
        },
    };
    NumberingRequest { people: vec![person("100000000001"), person("100000000002")], joins_after: 7 }
}

/// Both, with a PMH-ID each.
fn both() -> NumberingAnswer {
    NumberingAnswer {
        numbered: vec![numbered("100000000001", 1), numbered("100000000002", 2)],
        ..NumberingAnswer::default()
    }
}

fn refused(answer: &NumberingAnswer) -> Option<Unacceptable> {
    accept(&asked(), answer).err()
}

#[test]
fn an_answer_for_exactly_the_asked_is_taken() {
    let answer = NumberingAnswer {
        numbered: vec![numbered("100000000001", 1)],
        not_numbered: vec![NotNumbered { my_number: "100000000002".to_owned(), reason: Reason::Mismatch }],
        ..NumberingAnswer::default()
    };
    let by_number = accept(&asked(), &answer).unwrap().by_number;
    assert_eq!(by_number["100000000001"], Answered::Numbered(pmh_id(1), SpelledOtherwise::NONE));
    assert_eq!(by_number["100000000002"], Answered::Mismatch);
}

#[test]
fn a_number_that_was_not_asked_for_is_refused() {
    let answer = NumberingAnswer {
        numbered: vec![numbered("100000000001", 1), numbered("100000000003", 2)],
        ..NumberingAnswer::default()
    };
    assert_eq!(refused(&answer), Some(Unacceptable::NotAsked));
}

#[test]
fn a_number_answered_twice_is_refused() {
    let answer = NumberingAnswer {
        numbered: vec![numbered("100000000001", 1), numbered("100000000001", 2)],
        ..NumberingAnswer::default()
    };
    assert_eq!(refused(&answer), Some(Unacceptable::Twice));
}

#[test]
fn an_answer_that_leaves_somebody_out_is_refused() {
    let answer =
        NumberingAnswer { numbered: vec![numbered("100000000001", 1)], ..NumberingAnswer::default() };
    assert_eq!(refused(&answer), Some(Unacceptable::LeftOut));
}

#[test]
fn one_pmh_id_for_two_people_is_named() {
    let answer = NumberingAnswer {
        numbered: vec![numbered("100000000001", 1), numbered("100000000002", 1)],
        ..NumberingAnswer::default()
    };
    assert_eq!(accept(&asked(), &answer).unwrap().shared, [pmh_id(1)]);
    assert!(accept(&asked(), &both()).unwrap().shared.is_empty());
}

#[test]
fn spelling_is_taken_of_the_numbered_alone_and_once() {
    let spelled = |number: &str, items: &[ItemName]| SpelledPerson {
        my_number: number.to_owned(),
        items: items.to_vec(),
    };
    let one = spelled("100000000001", &[ItemName::NameKana, ItemName::Address]);
    let taken = NumberingAnswer { spelled_otherwise: vec![one.clone()], ..both() };
    match &accept(&asked(), &taken).unwrap().by_number["100000000001"] {
        Answered::Numbered(_, spelled) => assert_eq!(spelled.code(), 6),
        other => panic!("{other:?}"),
    }
    for wrong in [
        vec![spelled("100000000003", &[ItemName::Name])],
        vec![spelled("100000000001", &[])],
        vec![one.clone(), one],
    ] {
        let answer = NumberingAnswer { spelled_otherwise: wrong, ..both() };
        assert_eq!(refused(&answer), Some(Unacceptable::Spelling));
    }
}

#[test]
fn joins_come_in_their_order_after_the_known_one() {
    let join = |join, retired, surviving| Join {
        join,
        retired_pmh_id: pmh_id(retired).expose_text(),
        surviving_pmh_id: pmh_id(surviving).expose_text(),
    };
    let answer = |joins| NumberingAnswer { joins, ..both() };
    assert_eq!(refused(&answer(vec![join(8, 3, 4), join(9, 5, 4)])), None);
    for wrong in [vec![join(7, 3, 4)], vec![join(9, 3, 4), join(8, 5, 4)], vec![join(8, 3, 3)]] {
        assert_eq!(refused(&answer(wrong)), Some(Unacceptable::Joins));
    }
}
