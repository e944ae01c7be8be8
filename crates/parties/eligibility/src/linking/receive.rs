//! `POST /linking/v1/entries`: stores PMH-IDs by linking number.
//!
//! An entry that comes again changes nothing. A linking number that is not enrolled is accepted and waits for
//! its enrolment: the intermediate server cannot know who is enrolled here. A linking number that has another
//! PMH-ID already is refused: a card must not begin to lead to somebody else. The exception is a PMH-ID that the
//! same message says to be one person's with the new one (*assumed*); the portal is told then too.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{LinkingNumber, PmhId};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, JoinedPmhIds, LinkingEntries, LinkingEntry, PEOPLE_PER_REQUEST_MAX, Received};

use crate::Eligibility;
use crate::enrolment;
use crate::keys::Tag;
use crate::store::linkings::{self, NewLinking, SealedPmhId};

const FIRST_VERSION: i64 = 1;

pub(crate) async fn receive(
    State(state): State<Arc<Eligibility>>,
    Body(request): Body<LinkingEntries>,
) -> Result<Json<Received>, Refused> {
    let linked = parse(&state, &request.entries)?;
    let joined = parse_joined(&request.joined)?;
    let mut tx = state.store.write().await?;
    if state.auto_enrol {
        let numbers: Vec<LinkingNumber> = linked.values().map(|one| one.linking_number.clone()).collect();
        enrolment::enrol_strangers(&state, &mut tx, &numbers).await.map_err(met_another)?;
    }
    let found = find_new(&state, &mut tx, &linked, &joined).await?;
    linkings::insert(&mut tx, &found.new).await.map_err(met_another)?;
    for one in &found.joined {
        linkings::replace(&mut tx, one).await?;
    }
    tx.commit().await?;

    state.introduction_due.notify_one();
    let received = request.entries.len() as u64;
    state.counters.add("linkings", received);
    Ok(Json(Received { received }))
}

struct Linked {
    linking_number: LinkingNumber,
    pmh_id: PmhId,
}

/// In the order of tags: two requests take the rows in one order and do not wait for each other. Of two entries
/// for one linking number the last counts.
fn parse(state: &Eligibility, entries: &[LinkingEntry]) -> Result<BTreeMap<Tag, Linked>, Refused> {
    if entries.len() > PEOPLE_PER_REQUEST_MAX {
        return Err(Code::TooManyPeople.problem().at_field("entries").into());
    }
    entries
        .iter()
        .map(|entry| {
            let linking_number = LinkingNumber::parse(&entry.linking_number)
                .map_err(|_| Code::InvalidMember.problem().at_field("linkingNumber"))?;
            let pmh_id =
                PmhId::parse(&entry.pmh_id).map_err(|_| Code::InvalidMember.problem().at_field("pmhId"))?;
            Ok((state.keys.linking_tag(&linking_number), Linked { linking_number, pmh_id }))
        })
        .collect()
}

/// (retired, surviving).
type Joined = HashSet<([u8; 16], [u8; 16])>;

fn parse_joined(joined: &[JoinedPmhIds]) -> Result<Joined, Refused> {
    let parse = |text: &str, field| {
        PmhId::parse(text).map_err(|_| Refused(Code::InvalidMember.problem().at_field(field)))
    };
    joined
        .iter()
        .map(|one| {
            let retired = parse(&one.retired_pmh_id, "retiredPmhId")?;
            let surviving = parse(&one.surviving_pmh_id, "survivingPmhId")?;
            Ok((*retired.expose_bytes(), *surviving.expose_bytes()))
        })
        .collect()
}

struct Found {
    new: Vec<NewLinking>,
    /// Known under a PMH-ID that was retired since.
    joined: Vec<NewLinking>,
}

async fn find_new(
    state: &Eligibility,
    tx: &mut Tx,
    linked: &BTreeMap<Tag, Linked>,
    joined: &Joined,
) -> Result<Found, Refused> {
    let tags: Vec<Tag> = linked.keys().copied().collect();
    let known: HashMap<Vec<u8>, SealedPmhId> = linkings::by_linking_number(tx, &tags)
        .await?
        .into_iter()
        .map(|row| (row.linking_tag, row.pmh_id))
        .collect();
    let mut found = Found { new: Vec::new(), joined: Vec::new() };
    for (tag, one) in linked {
        let Some(stored) = known.get(tag.as_slice()) else {
            found.new.push(seal(state, *tag, FIRST_VERSION, &one.pmh_id));
            continue;
        };
        let standing = state.keys.open_pmh_id(tag, stored)?;
        if standing == one.pmh_id {
            continue;
        }
        if !joined.contains(&(*standing.expose_bytes(), *one.pmh_id.expose_bytes())) {
            return Err(Code::LinkedOtherwise.problem().at_field("linkingNumber").into());
        }
        found.joined.push(seal(state, *tag, stored.version + 1, &one.pmh_id));
    }
    Ok(found)
}

/// Another request stored the same in the meantime. Asked again, it finds what is there.
fn met_another(error: StoreError) -> StoreError {
    match error {
        StoreError::AlreadyExists => StoreError::Busy,
        error => error,
    }
}

fn seal(state: &Eligibility, linking_tag: Tag, version: i64, pmh_id: &PmhId) -> NewLinking {
    let sealed = state.keys.seal_pmh_id(&linking_tag, version, pmh_id);
    let key_version = i64::from(sealed.key_version());
    NewLinking { linking_tag, pmh_id: sealed.into_bytes(), version, key_version }
}
