//! What one batch of answers changes, stored in one transaction. It is sealed before: others wait for the database.

use std::collections::HashMap;

use pmh_domain::{Numbering, NumberingAnswer as Answered, PmhId};
use pmh_store::{StoreError, Tx};

use super::ask::Batch;
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

/// What one answer changes.
pub(super) struct Change {
    /// Under the version after the one that was asked for.
    row: PersonRow,
    after: Numbering,
    route: Option<NewRoute>,
    /// The PMH-ID that the person had and has no longer: earlier routes must not lead to them. Should they be erased,
    /// a binding of theirs has to be found.
    lost: Option<Vec<u8>>,
    /// (known, answered)
    contradiction: Option<(PmhId, PmhId)>,
}

impl Change {
    pub(super) fn of(
        desk: &Desk,
        access: &PartitionAccess,
        (asked, opened): (PersonRow, OpenedPerson),
        answer: Answered,
    ) -> Result<Self, StoreError> {
        let before = opened.numbering;
        let contradiction = match (before.is_contradicted_by(&answer), before.pmh_id(), &answer) {
            (true, Some(known), Answered::Numbered(answered, _)) => Some((known.clone(), answered.clone())),
            _ => None,
        };
        let after = before.clone().answered(answer);
        let routing = &desk.keys.routing;
        let route = match &after {
            Numbering::Numbered { pmh_id, .. } => {
                let pmh_tag = routing.tag_pmh_id(pmh_id);
                let mac = routing.route_mac(&pmh_tag, access.code(), asked.person);
                Some(NewRoute { pmh_tag, person: asked.person, mac })
            }
            _ => None,
        };
        let lost = before.pmh_id().filter(|before| after.pmh_id() != Some(*before));
        let lost = lost.map(|pmh_id| routing.tag_pmh_id(pmh_id));
        let draft = PersonDraft {
            person: asked.person,
            number_tag: asked.number_tag,
            identity: opened.identity,
            numbering: after,
            task: asked.task,
            version: asked.version,
            certificates: Vec::new(),
            changed: true,
        };
        let row = desk.keys.identity(access)?.seal_person(&draft);
        Ok(Self { row, after: draft.numbering, route, lost, contradiction })
    }
}

/// Stores the answers for those who have not changed meanwhile.
pub(super) async fn store(desk: &Desk, access: &PartitionAccess, batch: Batch) -> Result<(), StoreError> {
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let persons: Vec<i64> = batch.changes.iter().map(|change| change.row.person).collect();
    let standing: HashMap<i64, i64> =
        people::list_versions(&mut tx, access, &persons).await?.into_iter().collect();
    // Somebody registered anew while the question was out: the old answer says nothing of the new row.
    let unchanged = |change: &Change| {
        standing.get(&change.row.person).is_some_and(|version| version + 1 == change.row.version)
    };
    let mut outcome = Outcome::default();
    for change in batch.changes.into_iter().filter(unchanged) {
        warn_of_another_pmh_id(desk, (access, &mut tx), &change).await?;
        outcome.take(change);
    }
    outcome.write(access, &mut tx).await?;
    let entry = Entry::of(access.code(), "numbering.answer", "hub")
        .removed(outcome.lost.iter().map(|(person, _)| Removed::route(*person)).collect())
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
    change: &Change,
) -> Result<(), StoreError> {
    if let Some((known, answered)) = &change.contradiction
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
    lost: Vec<(i64, Vec<u8>)>,
    progress: HashMap<Vec<u8>, Progress>,
}

impl Outcome {
    fn take(&mut self, change: Change) {
        let progress = self.progress.entry(change.row.task.clone()).or_default();
        match &change.after {
            Numbering::Numbered { spelled, .. } => {
                progress.numbered += 1;
                progress.spelled_otherwise += i64::from(!spelled.is_empty());
            }
            Numbering::Mismatch => progress.mismatched += 1,
            Numbering::NotFound => progress.not_found += 1,
            Numbering::Awaiting | Numbering::Renumbering { .. } => {}
        }
        self.lost.extend(change.lost.map(|pmh_tag| (change.row.person, pmh_tag)));
        self.routes.extend(change.route);
        self.people.push(change.row);
    }

    async fn write(&self, access: &PartitionAccess, tx: &mut Tx) -> Result<(), StoreError> {
        people::put(tx, access, &self.people).await?;
        let unrouted: Vec<i64> = self.lost.iter().map(|(person, _)| *person).collect();
        routes::delete_to(tx, access, &unrouted).await?;
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
