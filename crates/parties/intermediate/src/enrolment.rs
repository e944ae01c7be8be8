//! Enrolment: outside PMH, the insurers tell who is insured. Simulated; *assumed* throughout.

use std::collections::HashMap;

use pmh_domain::LinkingNumber;
use pmh_store::{StoreError, Tx};

use crate::Intermediate;
use crate::identity::Identity;
use crate::keys::Tag;
use crate::store::numbers;
use crate::store::people::{self, NewPerson, PersonRow};

/// Linking numbers made by auto-enrolment begin so; nobody else may enrol one.
pub(crate) const AUTO_PREFIX: &str = "AUTO-";

/// A person as an insurer enrols them.
pub(crate) struct Enrolled {
    pub(crate) identity: Identity,
    pub(crate) linking_number: LinkingNumber,
}

/// Enrols people, or brings those who are known up to date (001:433). One call is one transaction of the caller.
///
/// [`StoreError::AlreadyExists`]: a linking number is somebody else's, a number stands twice in the call or is a
/// former one, or somebody who is numbered would get another linking number, which the OQS would take for another
/// person.
pub(crate) async fn enrol(state: &Intermediate, tx: &mut Tx, people: &[Enrolled]) -> Result<(), StoreError> {
    let first = people::reserve(tx, people.len()).await?;
    let tags: Vec<Tag> = people.iter().map(|one| state.keys.number_tag(&one.identity.number)).collect();
    if !numbers::former(tx, &tags).await?.is_empty() {
        return Err(StoreError::AlreadyExists);
    }
    let known: HashMap<Vec<u8>, PersonRow> =
        people::by_number(tx, &tags).await?.into_iter().map(|row| (row.number_tag.clone(), row)).collect();

    let mut new = Vec::new();
    for ((person, tag), number) in people.iter().zip(&tags).zip(first..) {
        let Some(row) = known.get(tag.as_slice()) else {
            new.push(seal(state, number, 1, *tag, person));
            continue;
        };
        let changed = seal(state, row.person, row.version + 1, *tag, person);
        if row.pmh_id.is_some() && row.linking_tag != changed.linking_tag {
            return Err(StoreError::AlreadyExists);
        }
        people::update(tx, &changed).await?;
    }
    people::insert(tx, &new).await
}

/// Enrols persons whom no insurer told of, as the municipality registered them. Who was enrolled in the
/// meantime is left alone, and a former number stays nobody's.
///
/// *Assumed*: the linking number counts up, because the OQS of such a world takes it for the card's serial as
/// well; that is how a tester knows which card to present.
pub(crate) async fn enrol_as_registered(
    state: &Intermediate,
    tx: &mut Tx,
    strangers: Vec<(Tag, &Identity)>,
) -> Result<(), StoreError> {
    let first = people::reserve(tx, strangers.len()).await?;
    let tags: Vec<Tag> = strangers.iter().map(|(tag, _)| *tag).collect();
    let former = numbers::former(tx, &tags).await?.into_iter().map(|(number_tag, _)| number_tag);
    let mut known: Vec<Tag> = people::by_number(tx, &tags)
        .await?
        .into_iter()
        .map(|row| row.number_tag)
        .chain(former)
        .filter_map(|number_tag| Tag::try_from(number_tag.as_slice()).ok())
        .collect();
    let mut new = Vec::new();
    for ((tag, identity), number) in strangers.into_iter().zip(first..) {
        if known.contains(&tag) {
            continue;
        }
        known.push(tag);
        let linking_number = LinkingNumber::parse(&format!("{AUTO_PREFIX}{number:010}"))
            .expect("letters, digits and a hyphen make a linking number");
        let person = Enrolled { identity: identity.clone(), linking_number };
        new.push(seal(state, number, 1, tag, &person));
    }
    people::insert(tx, &new).await
}

pub(crate) fn seal(
    state: &Intermediate,
    person: i64,
    version: i64,
    number_tag: Tag,
    enrolled: &Enrolled,
) -> NewPerson {
    let identity = state.keys.seal_identity(person, version, &enrolled.identity);
    let linking_number = state.keys.seal_linking_number(person, version, &enrolled.linking_number);
    NewPerson {
        person,
        number_tag,
        linking_tag: state.keys.linking_tag(&enrolled.linking_number),
        key_version: i64::from(identity.key_version()),
        identity: identity.into_bytes(),
        linking_number: linking_number.into_bytes(),
        version,
    }
}
