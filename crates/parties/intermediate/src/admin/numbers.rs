//! `POST /__admin/numbers`: what happens to Individual Numbers outside PMH: one changes, or two turn out to be one
//! person's (`docs/decisions/0009-numbers-change-and-join.md`). *Assumed* throughout.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::IndividualNumber;
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, NumberCommand, NumberCommandAnswer};

use crate::Intermediate;
use crate::enrolment::{Enrolled, seal};
use crate::keys::Tag;
use crate::numbering::request::fresh_pmh_id;
use crate::store::people::{self, PersonRow};
use crate::store::{joins, numbers, outbox};

pub(crate) async fn command(
    State(state): State<Arc<Intermediate>>,
    Body(command): Body<NumberCommand>,
) -> Result<Json<NumberCommandAnswer>, Refused> {
    let mut tx = state.store.write().await?;
    // Nobody is enrolled, changed or joined beside this.
    people::reserve(&mut tx, 0).await?;
    let (changed, counter) = match &command {
        NumberCommand::Change { my_number, new_my_number } => {
            (change(&state, &mut tx, my_number, new_my_number).await?, "numbers_changed")
        }
        NumberCommand::Join { retired_my_number, surviving_my_number } => {
            (join(&state, &mut tx, retired_my_number, surviving_my_number).await?, "people_joined")
        }
    };
    let committed = tx.commit().await;
    state.linking_due.notify_one();
    committed?;
    state.counters.add(counter, u64::from(changed));
    Ok(Json(NumberCommandAnswer { changed }))
}

/// The person keeps row, linking number and PMH-ID: only what they are found by is another one.
async fn change(state: &Intermediate, tx: &mut Tx, former: &str, new: &str) -> Result<bool, Refused> {
    let (_, former_tag) = parse(state, former, "myNumber")?;
    let (number, tag) = parse(state, new, "newMyNumber")?;
    let not_enrolled = || Refused(Code::NumberNotEnrolled.problem().at_field("myNumber"));
    let used_up = numbers::former(tx, &[former_tag, tag]).await?;
    let former_of = |tag: Tag| used_up.iter().find(|(used, _)| *used == tag).map(|(_, person)| *person);
    match (find(tx, former_tag).await?, find(tx, tag).await?) {
        // Sent again after a lost answer: done already.
        (None, Some(standing)) if former_of(former_tag) == Some(standing.person) => Ok(false),
        (None, _) => Err(not_enrolled()),
        (Some(_), Some(_)) => Err(Code::NumberTaken.problem().at_field("newMyNumber").into()),
        (Some(_), None) if former_of(tag).is_some() => {
            Err(Code::NumberTaken.problem().at_field("newMyNumber").into())
        }
        (Some(row), None) => {
            let mut identity = state.keys.open_identity(row.person, row.version, &row.identity)?;
            identity.number = number;
            let linking_number =
                state.keys.open_linking_number(row.person, row.version, &row.linking_number)?;
            let changed = Enrolled { identity, linking_number };
            people::update(tx, &seal(state, row.person, row.version + 1, tag, &changed)).await?;
            numbers::add_former(tx, &former_tag, row.person).await?;
            Ok(true)
        }
    }
}

/// Both stay enrolled, and whoever asks for either is answered with the PMH-ID of the surviving one. Everybody who
/// was joined into the retired one goes along, so nobody is ever two steps away.
async fn join(state: &Intermediate, tx: &mut Tx, retired: &str, surviving: &str) -> Result<bool, Refused> {
    let mut persons = Vec::new();
    for (number, field) in [(retired, "retiredMyNumber"), (surviving, "survivingMyNumber")] {
        let (_, tag) = parse(state, number, field)?;
        let row = find(tx, tag).await?.ok_or_else(|| Code::NumberNotEnrolled.problem().at_field(field))?;
        persons.push(row.person);
    }
    let (retired, surviving) = (persons[0], persons[1]);
    let otherwise = || Refused(Code::JoinedOtherwise.problem().at_field("retiredMyNumber"));
    match (joins::survivor_of(tx, retired).await?, joins::survivor_of(tx, surviving).await?) {
        (Some(standing), None) if standing == surviving => return Ok(false),
        (None, None) if retired != surviving => {}
        _ => return Err(otherwise()),
    }
    // Both have one from here on, so that a PMH-ID which two numbers share is always a join's.
    persons.sort_unstable();
    let fresh: Vec<_> = persons.iter().map(|person| fresh_pmh_id(state, *person).1).collect();
    let mut due = people::number(tx, &fresh).await?;
    let earlier: Vec<i64> =
        joins::into_person(tx, retired).await?.into_iter().map(|row| row.retired.person).collect();
    for person in earlier.into_iter().chain([retired]) {
        joins::put(tx, person, surviving).await?;
        due.push(person);
    }
    due.sort_unstable();
    due.dedup();
    outbox::put(tx, &due).await?;
    Ok(true)
}

fn parse(state: &Intermediate, number: &str, field: &str) -> Result<(IndividualNumber, Tag), Refused> {
    let number =
        IndividualNumber::parse(number).map_err(|_| Code::InvalidMember.problem().at_field(field))?;
    let tag = state.keys.number_tag(&number);
    Ok((number, tag))
}

async fn find(tx: &mut Tx, tag: Tag) -> Result<Option<PersonRow>, StoreError> {
    Ok(people::by_number(tx, &[tag]).await?.into_iter().next())
}
