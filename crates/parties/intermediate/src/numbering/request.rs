//! `POST /numbering/v1/requests`: the hub asks for the PMH-IDs of some persons.
//!
//! A number already numbered keeps its PMH-ID (001:38). The answer holds the PMH-ID and the number as it came,
//! nothing else (001:277); a mismatch does not say which of the five items differs, or the door would be an
//! oracle for guessing a person's data. Which items are spelled otherwise is said of those alone who match in all
//! five: to whoever asks, that gives nothing away.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{PmhId, SpelledOtherwise};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{
    Code, ItemName, JOINS_PER_ANSWER_MAX, Join, NotNumbered, NumberedPerson, NumberingAnswer,
    NumberingRequest, PEOPLE_PER_REQUEST_MAX, PersonToNumber, Reason, SpelledPerson,
};

use crate::Intermediate;
use crate::enrolment;
use crate::identity::Identity;
use crate::keys::Tag;
use crate::store::people::{self, NewPmhId, PersonRow};
use crate::store::{joins, outbox, spelling};

/// A PMH-ID is written once and never again.
const PMH_ID_VERSION: i64 = 1;

pub(crate) async fn request(
    State(state): State<Arc<Intermediate>>,
    Body(request): Body<NumberingRequest>,
) -> Result<Json<NumberingAnswer>, Refused> {
    let asked = parse(&state, &request.people)?;
    if asked.is_empty() {
        let mut tx = state.store.read().await?;
        let joins = list_joins(&state, &mut tx, request.joins_after).await?;
        return Ok(Json(NumberingAnswer { joins, ..NumberingAnswer::default() }));
    }
    let mut tx = state.store.write().await?;
    let known = find_or_enrol(&state, &mut tx, &asked).await?;
    let verdicts = compare(&state, &asked, &known)?;
    let numbering = number(&state, &mut tx, &known, &verdicts).await?;
    note_spelling(&mut tx, &known, &verdicts).await?;
    let joins = list_joins(&state, &mut tx, request.joins_after).await?;
    let committed = tx.commit().await;
    // Always: a commit whose answer was lost may have left entries, also one before this request, which then finds
    // everybody numbered.
    state.linking_due.notify_one();
    committed?;

    let answer = NumberingAnswer { joins, ..answer(&request.people, &verdicts, &numbering.ids) };
    count(&state, &answer, numbering.made);
    Ok(Json(answer))
}

async fn list_joins(state: &Intermediate, tx: &mut Tx, after: i64) -> Result<Vec<Join>, StoreError> {
    let rows = joins::after(tx, after, JOINS_PER_ANSWER_MAX).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Join {
                join: row.join,
                retired_pmh_id: state.keys.open_pmh_id(&row.retired)?.expose_text(),
                surviving_pmh_id: state.keys.open_pmh_id(&row.surviving)?.expose_text(),
            })
        })
        .collect()
}

/// A person of the request.
struct Asked {
    tag: Tag,
    identity: Identity,
}

fn parse(state: &Intermediate, people: &[PersonToNumber]) -> Result<Vec<Asked>, Refused> {
    if people.len() > PEOPLE_PER_REQUEST_MAX {
        return Err(Code::TooManyPeople.problem().at_field("people").into());
    }
    people
        .iter()
        .map(|person| {
            let identity = Identity::parse(&person.my_number, &person.basic_five_info)?;
            Ok(Asked { tag: state.keys.number_tag(&identity.number), identity })
        })
        .collect()
}

async fn find_or_enrol(
    state: &Intermediate,
    tx: &mut Tx,
    asked: &[Asked],
) -> Result<HashMap<Tag, PersonRow>, StoreError> {
    let tags: Vec<Tag> = asked.iter().map(|one| one.tag).collect();
    let known = by_tag(people::by_number(tx, &tags).await?);
    if !state.auto_enrol || tags.iter().all(|tag| known.contains_key(tag)) {
        return Ok(known);
    }
    let strangers =
        asked.iter().filter(|one| !known.contains_key(&one.tag)).map(|one| (one.tag, &one.identity));
    enrolment::enrol_as_registered(state, tx, strangers.collect()).await?;
    Ok(by_tag(people::by_number(tx, &tags).await?))
}

fn by_tag(rows: Vec<PersonRow>) -> HashMap<Tag, PersonRow> {
    rows.into_iter().filter_map(|row| Some((Tag::try_from(row.number_tag.as_slice()).ok()?, row))).collect()
}

enum Verdict {
    /// `None`: nothing was compared.
    Is(i64, Option<SpelledOtherwise>),
    Refused(Reason),
}

/// Compares each person with what the insurers told. With the check switched off the number alone decides
/// (000:442: the check is auxiliary, and at different dates planned, in force or absent).
fn compare(
    state: &Intermediate,
    asked: &[Asked],
    known: &HashMap<Tag, PersonRow>,
) -> Result<Vec<Verdict>, StoreError> {
    asked
        .iter()
        .map(|one| {
            let Some(row) = known.get(&one.tag) else {
                return Ok(Verdict::Refused(Reason::NotFound));
            };
            if !state.options.compare_five_items {
                return Ok(Verdict::Is(row.person, None));
            }
            let stored = state.keys.open_identity(row.person, row.version, &row.identity)?;
            Ok(match stored.basic_five.compare(&one.identity.basic_five).spelling() {
                Some(spelled) => Verdict::Is(row.person, Some(spelled)),
                None => Verdict::Refused(Reason::Mismatch),
            })
        })
        .collect()
}

struct Numbering {
    ids: HashMap<i64, PmhId>,
    made: usize,
}

/// Keeps what was spelled otherwise: a column of items, never a value.
async fn note_spelling(
    tx: &mut Tx,
    known: &HashMap<Tag, PersonRow>,
    verdicts: &[Verdict],
) -> Result<(), StoreError> {
    let stored: HashMap<i64, i64> = known.values().map(|row| (row.person, row.spelled)).collect();
    let mut changed: Vec<(i64, i64)> = verdicts
        .iter()
        .filter_map(|verdict| match verdict {
            Verdict::Is(person, Some(spelled)) => Some((*person, spelled.code())),
            _ => None,
        })
        .filter(|(person, items)| stored[person] != *items)
        .collect();
    changed.sort_unstable();
    changed.dedup_by_key(|(person, _)| *person);
    let (spelled, same): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(_, items)| *items != 0);
    spelling::put(tx, &spelled).await?;
    spelling::delete(tx, &same.into_iter().map(|(person, _)| person).collect::<Vec<_>>()).await
}

/// The PMH-IDs of everybody who matched: the existing one, or a new one with its entry for the OQS.
async fn number(
    state: &Intermediate,
    tx: &mut Tx,
    known: &HashMap<Tag, PersonRow>,
    verdicts: &[Verdict],
) -> Result<Numbering, StoreError> {
    let rows: HashMap<i64, &PersonRow> = known.values().map(|row| (row.person, row)).collect();
    let mut ids = HashMap::new();
    let mut without = Vec::new();
    for verdict in verdicts {
        let Verdict::Is(person, _) = verdict else { continue };
        match &rows[person].pmh_id {
            Some(stored) => {
                ids.insert(*person, state.keys.open_pmh_id(stored)?);
            }
            None => without.push(*person),
        }
    }
    without.sort_unstable();
    without.dedup();

    let mut fresh = Vec::with_capacity(without.len());
    for person in without {
        let (pmh_id, row) = fresh_pmh_id(state, person);
        fresh.push(row);
        ids.insert(person, pmh_id);
    }
    let made = people::number(tx, &fresh).await?;
    outbox::put(tx, &made).await?;
    if made.len() < fresh.len() {
        take_those_of_others(state, tx, known, &mut ids).await?;
    }
    Ok(Numbering { ids, made: made.len() })
}

/// Drawn, and never rewritten once it is stored.
pub(crate) fn fresh_pmh_id(state: &Intermediate, person: i64) -> (PmhId, NewPmhId) {
    let pmh_id = PmhId::from_bytes(state.entropy.bytes());
    let sealed = state.keys.seal_pmh_id(person, PMH_ID_VERSION, &pmh_id);
    let key_version = i64::from(sealed.key_version());
    (pmh_id, NewPmhId { person, sealed: sealed.into_bytes(), version: PMH_ID_VERSION, key_version })
}

/// Another request numbered some of these persons first: its PMH-IDs stand, ours are forgotten.
async fn take_those_of_others(
    state: &Intermediate,
    tx: &mut Tx,
    known: &HashMap<Tag, PersonRow>,
    ids: &mut HashMap<i64, PmhId>,
) -> Result<(), StoreError> {
    let tags: Vec<Tag> = known.keys().copied().collect();
    for row in people::by_number(tx, &tags).await? {
        if let (Some(stored), Some(id)) = (&row.pmh_id, ids.get_mut(&row.person)) {
            *id = state.keys.open_pmh_id(stored)?;
        }
    }
    Ok(())
}

fn answer(asked: &[PersonToNumber], verdicts: &[Verdict], ids: &HashMap<i64, PmhId>) -> NumberingAnswer {
    let mut answer = NumberingAnswer::default();
    for (person, verdict) in asked.iter().zip(verdicts) {
        let my_number = person.my_number.clone();
        match verdict {
            Verdict::Is(known, spelled) => {
                let items = spelled.map(ItemName::list).unwrap_or_default();
                if !items.is_empty() {
                    answer.spelled_otherwise.push(SpelledPerson { my_number: my_number.clone(), items });
                }
                answer.numbered.push(NumberedPerson { pmh_id: ids[known].expose_text(), my_number });
            }
            Verdict::Refused(reason) => answer.not_numbered.push(NotNumbered { my_number, reason: *reason }),
        }
    }
    answer
}

fn count(state: &Intermediate, answer: &NumberingAnswer, made: usize) {
    let mismatched = answer.not_numbered.iter().filter(|one| one.reason == Reason::Mismatch).count();
    let not_found = answer.not_numbered.len() - mismatched;
    state.counters.add("numbering_requests", 1);
    state.counters.add("numbered", answer.numbered.len() as u64);
    state.counters.add("spelled_otherwise", answer.spelled_otherwise.len() as u64);
    state.counters.add("mismatched", mismatched as u64);
    state.counters.add("not_found", not_found as u64);
    state.counters.add("pmh_ids", made as u64);
}
