//! One batch: read who waits, ask the intermediate server outside any transaction, store what it answered
//! for those who have not changed meanwhile.

use std::collections::HashMap;

use pmh_domain::{Numbering, NumberingAnswer as Answered};
use pmh_service::CallError;
use pmh_store::{StoreError, Tx};
use pmh_wire::numbering::{NumberingAnswer, NumberingRequest, PEOPLE_PER_REQUEST_MAX};
use pmh_wire::paths;

use super::answer::{self, Unacceptable};
use super::joins;
use crate::access::PartitionAccess;
use crate::audit::{Entry, Removed, Written};
use crate::keys::OpenedPerson;
use crate::registration::PersonDraft;
use crate::state::Desk;
use crate::store::people::{self, PersonRow};
use crate::store::routes::{self, NewRoute};
use crate::store::tasks::{self, Progress};
use crate::store::unrouted;

/// Why a batch was not numbered. The people stay in the queue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NumberingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the intermediate server did not answer: {0}")]
    Call(#[from] CallError),
    #[error("the intermediate server's answer was refused: {0}")]
    Unacceptable(#[from] Unacceptable),
}

/// Numbers the next batch of the municipality. `false` if nobody waits.
pub(crate) async fn number_next_batch(desk: &Desk, access: &PartitionAccess) -> Result<bool, NumberingError> {
    let waiting = list_waiting(desk, access).await?;
    if waiting.is_empty() {
        return Ok(false);
    }
    let request = NumberingRequest {
        people: waiting.iter().map(|(_, opened)| opened.identity.clone()).collect(),
        joins_after: joins::last(desk).await?,
    };
    let answer: NumberingAnswer = desk.intermediate.post(paths::NUMBERING, &request).await?;
    let accepted = answer::accept(&request, &answer)?;
    joins::store(desk, &answer.joins).await?;
    for pmh_id in &accepted.shared {
        if !joins::is_joined(desk, pmh_id).await? {
            return Err(Unacceptable::SharedPmhId.into());
        }
    }
    store_answers(desk, access, &waiting, accepted.by_number).await?;
    Ok(true)
}

async fn list_waiting(
    desk: &Desk,
    access: &PartitionAccess,
) -> Result<Vec<(PersonRow, OpenedPerson)>, StoreError> {
    let limit = i64::try_from(PEOPLE_PER_REQUEST_MAX).expect("the bound is small");
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let rows = people::list_awaiting(&mut tx, access, limit).await?;
    let keys = desk.keys.identity(access)?;
    rows.into_iter().map(|row| keys.open_person(&row).map(|opened| (row, opened))).collect()
}

async fn store_answers(
    desk: &Desk,
    access: &PartitionAccess,
    waiting: &[(PersonRow, OpenedPerson)],
    mut answered: HashMap<String, Answered>,
) -> Result<(), StoreError> {
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let persons: Vec<i64> = waiting.iter().map(|(row, _)| row.person).collect();
    let standing: HashMap<i64, PersonRow> = people::list_by_persons(&mut tx, access, &persons)
        .await?
        .into_iter()
        .map(|row| (row.person, row))
        .collect();
    let mut outcome = Outcome::default();
    for (asked, opened) in waiting {
        // Somebody registered anew while the question was out: the old answer says nothing of the new row.
        let unchanged = standing.get(&asked.person).is_some_and(|row| row.version == asked.version);
        let Some(answer) = answered.remove(&opened.identity.my_number) else { continue };
        if unchanged {
            warn_of_another_pmh_id(desk, (access, &mut tx), opened, &answer).await?;
            outcome.take(desk, access, asked, opened, answer)?;
        }
    }
    outcome.write(access, &mut tx).await?;
    let entry = Entry::of(access.code(), "numbering.answer", "hub")
        .removed(outcome.unrouted.iter().copied().map(Removed::route).collect())
        .wrote(outcome.written());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    desk.counters.add("people_numbered", outcome.routes.len() as u64);
    Ok(())
}

/// 001:38: a number already numbered keeps its PMH-ID, or has that of the person who it turned out to be. Anything
/// else is shown in the log, and followed as answered.
async fn warn_of_another_pmh_id(
    desk: &Desk,
    (access, tx): (&PartitionAccess, &mut Tx),
    opened: &OpenedPerson,
    answer: &Answered,
) -> Result<(), StoreError> {
    if let (true, Some(known), Answered::Numbered(answered, _)) =
        (opened.numbering.is_contradicted_by(answer), opened.numbering.pmh_id(), answer)
        && !joins::are_joined(desk, tx, known, answered).await?
    {
        tracing::warn!(municipality = access.code(), "the intermediate server changed a PMH-ID");
    }
    Ok(())
}

/// What the answers of one batch change.
#[derive(Default)]
struct Outcome {
    people: Vec<PersonRow>,
    routes: Vec<NewRoute>,
    /// Whoever loses the PMH-ID, or has another now: earlier routes must not lead to them.
    unrouted: Vec<i64>,
    /// What led to them: should they be erased, a binding of theirs has to be found.
    lost: Vec<(i64, Vec<u8>)>,
    progress: HashMap<Vec<u8>, Progress>,
}

impl Outcome {
    fn take(
        &mut self,
        desk: &Desk,
        access: &PartitionAccess,
        asked: &PersonRow,
        opened: &OpenedPerson,
        answer: Answered,
    ) -> Result<(), StoreError> {
        let before = opened.numbering.clone();
        let after = before.clone().answered(answer);
        let progress = self.progress.entry(asked.task.clone()).or_default();
        match &after {
            Numbering::Numbered { pmh_id, spelled } => {
                progress.numbered += 1;
                progress.spelled_otherwise += i64::from(!spelled.is_empty());
                let pmh_tag = desk.keys.routing.tag_pmh_id(pmh_id);
                let mac = desk.keys.routing.route_mac(&pmh_tag, access.code(), asked.person);
                self.routes.push(NewRoute { pmh_tag, person: asked.person, mac });
            }
            Numbering::Mismatch => progress.mismatched += 1,
            Numbering::NotFound => progress.not_found += 1,
            Numbering::Awaiting | Numbering::Renumbering { .. } => {}
        }
        if before.pmh_id().is_some() && before.pmh_id() != after.pmh_id() {
            self.unrouted.push(asked.person);
            let lost = before.pmh_id().map(|pmh_id| desk.keys.routing.tag_pmh_id(pmh_id));
            self.lost.extend(lost.map(|tag| (asked.person, tag)));
        }
        let draft = PersonDraft {
            person: asked.person,
            number_tag: asked.number_tag.clone(),
            identity: opened.identity.clone(),
            numbering: after,
            task: asked.task.clone(),
            version: asked.version,
            certificates: Vec::new(),
            changed: true,
        };
        self.people.push(desk.keys.identity(access)?.seal_person(&draft));
        Ok(())
    }

    async fn write(&self, access: &PartitionAccess, tx: &mut Tx) -> Result<(), StoreError> {
        people::put(tx, access, &self.people).await?;
        routes::delete_to(tx, access, &self.unrouted).await?;
        unrouted::add(tx, access, &self.lost).await?;
        routes::add(tx, access, &self.routes).await?;
        let found: Vec<&[u8]> = self.routes.iter().map(|route| route.pmh_tag.as_slice()).collect();
        unrouted::delete(tx, access, &found).await?;
        for (task, progress) in &self.progress {
            tasks::advance(tx, access, task, 0, progress).await?;
        }
        Ok(())
    }

    fn written(&self) -> Vec<Written> {
        let people = self.people.iter().map(|row| Written {
            table: "person",
            row: row.person.to_string(),
            version: row.version,
        });
        let routes = self.routes.iter().map(|route| Written {
            table: "route",
            row: route.person.to_string(),
            version: 0,
        });
        people.chain(routes).collect()
    }
}
