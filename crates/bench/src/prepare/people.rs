//! People whom the hub can be asked for.

use std::collections::HashMap;
use std::time::Duration;

use super::{Doors, PrepareError};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use pmh_crypto::sha256;
use pmh_domain::{PmhId, PmhPseudonym};
use pmh_service::{CallError, PeerClient};
use pmh_wire::{
    BindingAnswer, BindingRequest, Door, Enrol, EnrolCard, EnrolPerson, NumberingAnswer, NumberingRequest,
    PEOPLE_PER_REQUEST_MAX, Party, PeerName, PersonToNumber, Received, SubjectRecord, Task, paths,
};

/// Somebody who can be registered, and what insurers tell of them.
pub struct Inhabitant {
    pub records: Vec<SubjectRecord>,
    pub person: EnrolPerson,
    pub card: EnrolCard,
}

/// Bodies of admin doors hold 1 MiB, a person takes some 400 bytes.
const ENROLLED_AT_ONCE: usize = 1_000;
const ASKED_AT_ONCE: usize = 4;
const BOUND_AT_ONCE: usize = 16;
const POLL: Duration = Duration::from_millis(50);
const SUBMIT_TIMEOUT: Duration = Duration::from_mins(30);

/// Tells insurers and OQS of them, at the admin doors of this machine.
pub async fn enrol(doors: &Doors, people: &[Inhabitant]) -> Result<(), PrepareError> {
    let (intermediate, oqs) = (doors.plain(Door::IntermediateAdmin)?, doors.plain(Door::EligibilityAdmin)?);
    for some in people.chunks(ENROLLED_AT_ONCE) {
        let persons = Enrol { people: some.iter().map(|one| &one.person).collect::<Vec<_>>() };
        let _: Received = intermediate.post(paths::ADMIN_PEOPLE, &persons).await?;
        let cards = Enrol { people: some.iter().map(|one| &one.card).collect::<Vec<_>>() };
        let _: Received = oqs.post(paths::ADMIN_PEOPLE, &cards).await?;
    }
    Ok(())
}

/// Hands records in as a municipality and waits until everybody in them is numbered.
pub async fn register(hub: &PeerClient, records: &[&SubjectRecord]) -> Result<Task, PrepareError> {
    let mut task = submit(hub, records).await?;
    loop {
        if task.status.is_final() && task.numbering_pending == 0 {
            break;
        }
        tokio::time::sleep(POLL).await;
        task = hub.get(&paths::task(&task.task_id)).await?;
    }
    let lost = task.mismatched + task.not_found;
    if task.rejected + task.not_applied > 0 {
        Err(PrepareError::Rejected(Box::new(task)))
    } else if lost > 0 {
        Err(PrepareError::NotNumbered { missing: lost, asked: task.received })
    } else {
        Ok(task)
    }
}

async fn submit(hub: &PeerClient, records: &[&SubjectRecord]) -> Result<Task, PrepareError> {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let body = serde_json::to_vec(records).expect("records become JSON");
    let sending = hub.with_timeout(SUBMIT_TIMEOUT);
    let (status, _, answer) = sending.send(Method::POST, paths::SUBJECTS, headers, body.into()).await?;
    if status.is_success() {
        return serde_json::from_slice(&answer).map_err(|_| PrepareError::NotAgreed("a task"));
    }
    Err(match serde_json::from_slice(&answer) {
        Ok(problem) => CallError::Refused(problem).into(),
        Err(_) => PrepareError::NotAgreed("a refusal"),
    })
}

/// The PMH-IDs of these people, in their order. Asks as the hub does; who has one keeps it.
pub async fn number(doors: &Doors, people: &[Inhabitant]) -> Result<Vec<PmhId>, PrepareError> {
    let hub = PeerName { party: Party::Hub, name: "hub".to_owned() };
    let intermediate = doors.client(&hub, Door::Numbering)?;
    let asking = people.chunks(PEOPLE_PER_REQUEST_MAX).map(|some| number_some(&intermediate, some));
    let numbered: Vec<Vec<PmhId>> = stream::iter(asking).buffered(ASKED_AT_ONCE).try_collect().await?;
    Ok(numbered.into_iter().flatten().collect())
}

async fn number_some(intermediate: &PeerClient, people: &[Inhabitant]) -> Result<Vec<PmhId>, PrepareError> {
    let asked = people.iter().map(|one| PersonToNumber {
        my_number: one.person.my_number.clone(),
        basic_five_info: one.person.basic_five_info.clone(),
    });
    let request = NumberingRequest { people: asked.collect(), joins_after: 0 };
    let answer: NumberingAnswer = intermediate.post(paths::NUMBERING, &request).await?;
    let mut ids = HashMap::new();
    for one in &answer.numbered {
        let id = PmhId::parse(&one.pmh_id).map_err(|_| PrepareError::NotAgreed("a PMH-ID"))?;
        ids.insert(one.my_number.as_str(), id);
    }
    let found: Vec<PmhId> =
        people.iter().filter_map(|one| ids.get(one.person.my_number.as_str()).cloned()).collect();
    match people.len() - found.len() {
        0 => Ok(found),
        missing => Err(PrepareError::NotNumbered { missing: missing as u64, asked: people.len() as u64 }),
    }
}

/// Binds these people as the portal does, and gives their PMH pseudonyms.
///
/// A pseudonym here is made out of the PMH-ID, as no portal would: whoever runs the load a second time then finds the
/// binding of the first, since a hub takes no second pseudonym for a person.
pub async fn bind(portal: &PeerClient, people: &[PmhId]) -> Result<Vec<String>, PrepareError> {
    let binding = people.iter().map(async |person| {
        let made = [b"pmh-sim/bench/pseudonym/1".as_slice(), person.expose_bytes()].concat();
        let pmh_pseudonym = PmhPseudonym::from_bytes(sha256(&made)).expose_text();
        let request = BindingRequest { pmh_id: person.expose_text(), pmh_pseudonym: pmh_pseudonym.clone() };
        let _: BindingAnswer = portal.post(paths::BINDINGS, &request).await?;
        Ok::<_, PrepareError>(pmh_pseudonym)
    });
    stream::iter(binding).buffered(BOUND_AT_ONCE).try_collect().await
}
