use super::*;
use crate::SpelledItem;

fn id(byte: u8) -> PmhId {
    PmhId::from_bytes([byte; 16])
}

const NONE: SpelledOtherwise = SpelledOtherwise::NONE;

fn numbered(byte: u8) -> Numbering {
    Numbering::Numbered { pmh_id: id(byte), spelled: NONE }
}

fn every_state() -> [Numbering; 5] {
    [
        Numbering::Awaiting,
        numbered(1),
        Numbering::Mismatch,
        Numbering::NotFound,
        Numbering::Renumbering { pmh_id: id(1) },
    ]
}

#[test]
fn asking_again_opens_the_question_and_keeps_a_known_pmh_id() {
    let after: Vec<Numbering> = every_state().into_iter().map(Numbering::asked_again).collect();
    assert_eq!(
        after,
        [
            Numbering::Awaiting,
            Numbering::Renumbering { pmh_id: id(1) },
            Numbering::Awaiting,
            Numbering::Awaiting,
            Numbering::Renumbering { pmh_id: id(1) },
        ]
    );
}

#[test]
fn an_open_question_takes_each_answer() {
    for open in [Numbering::Awaiting, Numbering::Renumbering { pmh_id: id(1) }] {
        assert_eq!(open.clone().answered(NumberingAnswer::Numbered(id(1), NONE)), numbered(1));
        assert_eq!(open.clone().answered(NumberingAnswer::Mismatch), Numbering::Mismatch);
        assert_eq!(open.answered(NumberingAnswer::NotFound), Numbering::NotFound);
    }
}

#[test]
fn an_answer_that_nobody_asked_for_changes_nothing() {
    for closed in every_state().into_iter().filter(|state| !state.is_open()) {
        for answer in
            [NumberingAnswer::Numbered(id(2), NONE), NumberingAnswer::Mismatch, NumberingAnswer::NotFound]
        {
            assert_eq!(closed.clone().answered(answer), closed);
        }
    }
}

#[test]
fn a_person_whose_items_no_longer_match_loses_the_pmh_id() {
    let renumbering = numbered(1).asked_again();
    assert_eq!(renumbering.pmh_id(), Some(&id(1)));
    assert_eq!(renumbering.answered(NumberingAnswer::Mismatch).pmh_id(), None);
}

#[test]
fn only_another_pmh_id_contradicts_a_known_one() {
    let known = Numbering::Renumbering { pmh_id: id(1) };
    assert!(known.is_contradicted_by(&NumberingAnswer::Numbered(id(2), NONE)));
    assert!(!known.is_contradicted_by(&NumberingAnswer::Numbered(id(1), NONE)));
    assert!(!known.is_contradicted_by(&NumberingAnswer::Mismatch));
    assert!(!Numbering::Awaiting.is_contradicted_by(&NumberingAnswer::Numbered(id(2), NONE)));
}

#[test]
fn codes_and_names_are_pinned() {
    let codes: Vec<(i64, &str)> = every_state().iter().map(|state| (state.code(), state.name())).collect();
    assert_eq!(
        codes,
        [(0, "awaiting"), (1, "numbered"), (2, "mismatch"), (3, "not_found"), (4, "renumbering")]
    );
}

#[test]
fn a_stored_state_reads_back_and_an_inconsistent_one_is_refused() {
    for state in every_state() {
        let pmh_id = state.pmh_id().cloned();
        let flipped = if pmh_id.is_some() { None } else { Some(id(1)) };
        assert_eq!(Numbering::from_code(state.code(), flipped, NONE), None, "{}", state.name());
        assert_eq!(Numbering::from_code(state.code(), pmh_id, NONE), Some(state));
    }
    assert_eq!(Numbering::from_code(5, None, NONE), None);
    assert_eq!(Numbering::from_code(-1, Some(id(1)), NONE), None);
}

#[test]
fn what_is_spelled_otherwise_is_known_of_the_numbered_until_they_are_asked_for_again() {
    let spelled: SpelledOtherwise = [SpelledItem::Address].into_iter().collect();
    let state = Numbering::Awaiting.answered(NumberingAnswer::Numbered(id(1), spelled));
    assert_eq!(state.spelled(), spelled);
    assert_eq!(Numbering::from_code(1, Some(id(1)), spelled), Some(state.clone()));
    assert!(state.asked_again().spelled().is_empty());
    assert_eq!(Numbering::from_code(2, None, spelled), None);
}
