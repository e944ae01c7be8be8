//! Is this the answer to what was asked? The hub takes nothing else: 001:277 says that the answer holds the
//! PMH-ID and the unchanged number.

use std::collections::{HashMap, HashSet};

use pmh_domain::{NumberingAnswer as Answered, PmhId};
use pmh_wire::numbering::{NumberingAnswer, Reason};

/// Why an answer is refused as a whole. Nothing of it is stored; the same people are asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unacceptable {
    #[error("it holds a number that was not asked for")]
    NotAsked,
    #[error("it answers twice for one number")]
    Twice,
    #[error("it leaves somebody out")]
    LeftOut,
    #[error("a PMH-ID is malformed")]
    MalformedPmhId,
    #[error("two people share one PMH-ID")]
    SharedPmhId,
}

/// The answer by number, if it is one for exactly the people who were asked for, byte for byte.
pub(crate) fn accept(
    asked: &HashSet<&str>,
    answer: &NumberingAnswer,
) -> Result<HashMap<String, Answered>, Unacceptable> {
    let mut by_number = HashMap::with_capacity(asked.len());
    let mut pmh_ids = HashSet::new();
    for one in &answer.numbered {
        let pmh_id = PmhId::parse(&one.pmh_id).map_err(|_| Unacceptable::MalformedPmhId)?;
        if !pmh_ids.insert(*pmh_id.expose_bytes()) {
            return Err(Unacceptable::SharedPmhId);
        }
        take(&mut by_number, asked, &one.my_number, Answered::Numbered(pmh_id))?;
    }
    for one in &answer.not_numbered {
        let answered = match one.reason {
            Reason::Mismatch => Answered::Mismatch,
            Reason::NotFound => Answered::NotFound,
        };
        take(&mut by_number, asked, &one.my_number, answered)?;
    }
    if by_number.len() != asked.len() {
        return Err(Unacceptable::LeftOut);
    }
    Ok(by_number)
}

fn take(
    by_number: &mut HashMap<String, Answered>,
    asked: &HashSet<&str>,
    number: &str,
    answered: Answered,
) -> Result<(), Unacceptable> {
    if !asked.contains(number) {
        return Err(Unacceptable::NotAsked);
    }
    if by_number.insert(number.to_owned(), answered).is_some() {
        return Err(Unacceptable::Twice);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use pmh_wire::numbering::{NotNumbered, NumberedPerson};

    use super::*;

    fn numbered(number: &str, seed: u8) -> NumberedPerson {
        NumberedPerson { pmh_id: PmhId::from_bytes([seed; 16]).expose_text(), my_number: number.to_owned() }
    }

    fn asked() -> HashSet<&'static str> {
        HashSet::from(["100000000001", "100000000002"])
    }

    #[test]
    fn an_answer_for_exactly_the_asked_is_taken() {
        let answer = NumberingAnswer {
            numbered: vec![numbered("100000000001", 1)],
            not_numbered: vec![NotNumbered {
                my_number: "100000000002".to_owned(),
                reason: Reason::Mismatch,
            }],
        };
        let by_number = accept(&asked(), &answer).unwrap();
        assert_eq!(by_number["100000000001"], Answered::Numbered(PmhId::from_bytes([1; 16])));
        assert_eq!(by_number["100000000002"], Answered::Mismatch);
    }

    #[test]
    fn a_number_that_was_not_asked_for_is_refused() {
        let answer = NumberingAnswer {
            numbered: vec![numbered("100000000001", 1), numbered("100000000003", 2)],
            not_numbered: Vec::new(),
        };
        assert_eq!(accept(&asked(), &answer).unwrap_err(), Unacceptable::NotAsked);
    }

    #[test]
    fn a_number_answered_twice_is_refused() {
        let answer = NumberingAnswer {
            numbered: vec![numbered("100000000001", 1), numbered("100000000001", 2)],
            not_numbered: Vec::new(),
        };
        assert_eq!(accept(&asked(), &answer).unwrap_err(), Unacceptable::Twice);
    }

    #[test]
    fn an_answer_that_leaves_somebody_out_is_refused() {
        let answer =
            NumberingAnswer { numbered: vec![numbered("100000000001", 1)], not_numbered: Vec::new() };
        assert_eq!(accept(&asked(), &answer).unwrap_err(), Unacceptable::LeftOut);
    }

    #[test]
    fn one_pmh_id_for_two_people_is_refused() {
        let answer = NumberingAnswer {
            numbered: vec![numbered("100000000001", 1), numbered("100000000002", 1)],
            not_numbered: Vec::new(),
        };
        assert_eq!(accept(&asked(), &answer).unwrap_err(), Unacceptable::SharedPmhId);
    }
}
