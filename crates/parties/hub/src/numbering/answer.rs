//! Is this the answer to what was asked? The hub takes nothing else: 001:277 says that the answer holds the
//! PMH-ID and the unchanged number.

use std::collections::{HashMap, HashSet};

use pmh_domain::{NumberingAnswer as Answered, PmhId, SpelledOtherwise};
use pmh_wire::numbering::{ItemName, NumberingAnswer, NumberingRequest, Reason};

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
    #[error("it tells the spelling of somebody whom it does not number, or twice, or none")]
    Spelling,
    #[error("its joins are out of order, or join a PMH-ID with itself")]
    Joins,
}

pub(crate) struct Accepted {
    pub(crate) by_number: HashMap<String, Answered>,
    /// PMH-IDs that several of these people have: right only for people who were joined.
    pub(crate) shared: Vec<PmhId>,
}

/// The answer by number, if it is one for exactly the people who were asked for, byte for byte.
pub(crate) fn accept(request: &NumberingRequest, answer: &NumberingAnswer) -> Result<Accepted, Unacceptable> {
    let asked: HashSet<&str> = request.people.iter().map(|person| person.my_number.as_str()).collect();
    let mut by_number = HashMap::with_capacity(asked.len());
    let mut pmh_ids = HashSet::new();
    let mut shared = Vec::new();
    let mut spelled = spelling(answer)?;
    for one in &answer.numbered {
        let pmh_id = PmhId::parse(&one.pmh_id).map_err(|_| Unacceptable::MalformedPmhId)?;
        if !pmh_ids.insert(*pmh_id.expose_bytes()) {
            shared.push(pmh_id.clone());
        }
        let spelled = spelled.remove(one.my_number.as_str()).unwrap_or(SpelledOtherwise::NONE);
        take(&mut by_number, &asked, &one.my_number, Answered::Numbered(pmh_id, spelled))?;
    }
    for one in &answer.not_numbered {
        let answered = match one.reason {
            Reason::Mismatch => Answered::Mismatch,
            Reason::NotFound => Answered::NotFound,
        };
        take(&mut by_number, &asked, &one.my_number, answered)?;
    }
    if by_number.len() != asked.len() {
        return Err(Unacceptable::LeftOut);
    }
    if !spelled.is_empty() {
        return Err(Unacceptable::Spelling);
    }
    let mut last = request.joins_after;
    for join in &answer.joins {
        if join.join <= last || join.retired_pmh_id == join.surviving_pmh_id {
            return Err(Unacceptable::Joins);
        }
        last = join.join;
    }
    Ok(Accepted { by_number, shared })
}

fn spelling(answer: &NumberingAnswer) -> Result<HashMap<&str, SpelledOtherwise>, Unacceptable> {
    let mut spelled = HashMap::with_capacity(answer.spelled_otherwise.len());
    for one in &answer.spelled_otherwise {
        let items: SpelledOtherwise = one.items.iter().copied().map(ItemName::item).collect();
        if items.is_empty() || spelled.insert(one.my_number.as_str(), items).is_some() {
            return Err(Unacceptable::Spelling);
        }
    }
    Ok(spelled)
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
mod tests;
