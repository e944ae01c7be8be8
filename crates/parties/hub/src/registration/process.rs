//! The worker's half of registration: one chunk of an accepted task, in one transaction with its results,
//! the task's progress and the audit. A crash before the commit leaves the chunk as it was.
//!
//! Whoever changes people or certificates has the lane's turn, so what is read under a turn stands until its
//! transaction: everything is decided and sealed before that begins, since all others wait for the database.

use std::collections::{HashMap, HashSet};

use pmh_domain::Date;
use pmh_store::{StoreError, Tx};
use pmh_wire::registration::Outcome;

use super::apply::{CertificateDraft, Drafts, Named, PersonDraft};
use super::chunk::StoredFault;
use super::drop_rows;
use super::judged_chunk::{JudgedChunk, JudgedRow};
use super::sealed_rows::SealedRows;
use super::show_results::StoredResult;
use super::stored_certificate;
use crate::access::PartitionAccess;
use crate::aside::aside;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::answers;
use crate::store::certificates::{self, CertificateRow};
use crate::store::chunks;
use crate::store::file_rows::{self, FileRow};
use crate::store::people::{self, PersonRow};
use crate::store::results::{self, ResultChunk};
use crate::store::tasks::{self, Progress, TaskRow};

/// Processes the next chunk of the municipality's oldest unfinished task, which `ahead` may hold already, and reads
/// the one behind it meanwhile. `false` if there is nothing to do.
pub(crate) async fn process_next_chunk(
    desk: &Desk,
    access: &PartitionAccess,
    ahead: &mut Option<JudgedChunk>,
) -> Result<bool, StoreError> {
    let judged = match ahead.take() {
        Some(judged) => Some(judged),
        None => JudgedChunk::next(desk, access).await?,
    };
    let Some(judged) = judged else { return tidy_up(desk, access).await };
    let behind = judged.behind();
    let (applied, behind) =
        tokio::join!(apply_chunk(desk, access, judged), JudgedChunk::read(desk, access, behind));
    if applied? {
        // What is wrong with the chunk behind is met again when its turn comes.
        *ahead = behind.ok().flatten();
    }
    Ok(true)
}

/// What is left of files that are done with, and rows of tasks that have ended.
async fn tidy_up(desk: &Desk, access: &PartitionAccess) -> Result<bool, StoreError> {
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let next = tasks::find_next(&mut tx, access).await?;
    // The rows of one file alone are remembered, and one file is applied at a time.
    let is_between_files = next.as_ref().is_none_or(|task| task.next_chunk == 0);
    if is_between_files && file_rows::delete_some(&mut tx, access).await? {
        tx.commit().await?;
        return Ok(true);
    }
    let Some(task) = next else { return Ok(false) };
    if let Some(ending) = &task.ending {
        let rows = drop_rows::drop_some(desk, access, &mut tx, &task, ending).await?;
        turn.append(&mut tx, &[drop_rows::dropped(access, rows)]).await?;
        turn.commit(tx).await?;
    }
    Ok(true)
}

/// `false`: it was not this chunk's turn, or somebody else took the numbers of its new people.
async fn apply_chunk(desk: &Desk, access: &PartitionAccess, judged: JudgedChunk) -> Result<bool, StoreError> {
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let task = tasks::find_next(&mut tx, access).await?.filter(|task| judged.is_next_of(task));
    let Some(task) = task else { return Ok(false) };
    let standing = Standing::load(access, &mut tx, &task, &judged).await?;
    drop(tx);
    let decided = {
        let (desk, access, task) = (desk.clone(), access.clone(), task.clone());
        aside(move || Decided::of(&desk, &access, &task, standing, judged)).await?
    };
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    if !decided.write(access, &mut tx, &task).await? {
        return Ok(false);
    }
    turn.append(&mut tx, std::slice::from_ref(&decided.entry)).await?;
    turn.commit(tx).await?;
    desk.counters.add("rows_processed", decided.rows);
    Ok(true)
}

/// What the tables say of a chunk's people.
struct Standing {
    people: Vec<PersonRow>,
    certificates: Vec<CertificateRow>,
    /// What rows of earlier chunks were about.
    named: HashSet<FileRow>,
    /// Versions of the answers, by person.
    answers: HashMap<i64, i64>,
    /// The number of the next new one.
    next_person: i64,
}

impl Standing {
    async fn load(
        access: &PartitionAccess,
        tx: &mut Tx,
        task: &TaskRow,
        judged: &JudgedChunk,
    ) -> Result<Self, StoreError> {
        let people = people::list_by_tags(tx, access, &judged.tags()).await?;
        let persons: Vec<i64> = people.iter().map(|row| row.person).collect();
        Ok(Self {
            certificates: certificates::list_of(tx, access, &persons).await?,
            named: file_rows::list_of(tx, access, task, &persons).await?,
            answers: answers::list_versions(tx, access, &persons).await?.into_iter().collect(),
            next_person: people::next_person(tx, access).await?,
            people,
        })
    }

    fn open(
        self,
        desk: &Desk,
        access: &PartitionAccess,
    ) -> Result<(Vec<PersonDraft>, HashMap<i64, i64>), StoreError> {
        let mut certificates: HashMap<i64, Vec<CertificateDraft>> = HashMap::new();
        for row in self.certificates {
            let content = stored_certificate::decode(&desk.keys.subsidy.open_certificate(access, &row)?)?;
            let is_named = self.named.contains(&(row.person, row.certificate));
            let draft = CertificateDraft {
                certificate: row.certificate,
                content,
                version: row.version,
                changed: false,
                named: if is_named { Named::InEarlierChunk } else { Named::NotYet },
            };
            certificates.entry(row.person).or_default().push(draft);
        }
        let keys = desk.keys.identity(access)?;
        let draft = |row: PersonRow| {
            let opened = keys.open_person(&row)?;
            Ok(PersonDraft {
                person: row.person,
                number_tag: row.number_tag,
                identity: opened.identity,
                numbering: opened.numbering,
                task: row.task,
                version: row.version,
                certificates: certificates.remove(&row.person).unwrap_or_default(),
                changed: false,
            })
        };
        let people = self.people.into_iter().map(draft).collect::<Result<_, StoreError>>()?;
        Ok((people, self.answers))
    }
}

fn apply_rows(drafts: &mut Drafts<'_>, rows: Vec<JudgedRow>) -> Vec<StoredResult> {
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        stored.push(match row {
            JudgedRow::Bad { line, history_key, errors, warnings } => {
                drafts.progress.rejected += 1;
                StoredResult { line, history_key, outcome: Outcome::Rejected, warnings, errors }
            }
            JudgedRow::Good { line, history_key, tag, subject, mut warnings } => {
                let (outcome, errors) = match drafts.apply(&tag, *subject) {
                    Ok(applied) => {
                        warnings.extend(applied.warnings.iter().map(StoredFault::from));
                        (applied.outcome, Vec::new())
                    }
                    Err(fault) => {
                        drafts.progress.rejected += 1;
                        (Outcome::Rejected, vec![StoredFault::from(&fault)])
                    }
                };
                StoredResult { line, history_key, outcome, warnings, errors }
            }
        });
    }
    stored
}

/// Everything that a chunk's transaction writes.
struct Decided {
    sealed: SealedRows,
    /// The first of the new people's numbers, and how many there are.
    new: (i64, i64),
    named: Vec<FileRow>,
    progress: Progress,
    superseded: HashMap<Vec<u8>, i64>,
    results: ResultChunk,
    entry: Entry,
    rows: u64,
}

impl Decided {
    fn of(
        desk: &Desk,
        access: &PartitionAccess,
        task: &TaskRow,
        standing: Standing,
        judged: JudgedChunk,
    ) -> Result<Self, StoreError> {
        let first = standing.next_person;
        let (people, answers) = standing.open(desk, access)?;
        let mut drafts = Drafts::new(&task.task, people, Date::in_japan(desk.clock.now_ms()));
        let mut stored = apply_rows(&mut drafts, judged.rows);
        for fault in stored.iter_mut().flat_map(|result| result.warnings.iter_mut().chain(&mut result.errors))
        {
            fault.stand_in(&judged.columns);
        }
        let new = (first, drafts.number_new_people(first));
        let sealed = SealedRows::of(desk, access, &drafts, &answers)?;
        let entry = Entry::of(access.code(), "registration.apply", access.principal())
            .with_outcome(format!("{} rows", stored.len()))
            .wrote(sealed.written());
        Ok(Self {
            sealed,
            new,
            named: drafts.named_rows(),
            progress: drafts.progress,
            superseded: drafts.superseded,
            results: seal_results(desk, access, (&task.task, task.next_chunk), &stored)?,
            entry,
            rows: stored.len() as u64,
        })
    }

    /// `false`: the new people's numbers are somebody else's, and nothing may be committed.
    async fn write(&self, access: &PartitionAccess, tx: &mut Tx, task: &TaskRow) -> Result<bool, StoreError> {
        let (first, count) = self.new;
        if count > 0 && people::take_persons(tx, access, count).await? != first {
            return Ok(false);
        }
        self.sealed.put(access, tx).await?;
        file_rows::add(tx, access, task, &self.named).await?;
        results::add(tx, access, &task.task, &self.results).await?;
        tasks::advance(tx, access, &task.task, 1, &self.progress).await?;
        for (earlier, lost) in &self.superseded {
            let lost = Progress { superseded: *lost, ..Progress::default() };
            tasks::advance(tx, access, earlier, 0, &lost).await?;
        }
        chunks::delete(tx, access, &task.task, task.next_chunk).await?;
        Ok(true)
    }
}

pub(super) fn seal_results(
    desk: &Desk,
    access: &PartitionAccess,
    (task, chunk): (&[u8], i64),
    stored: &[StoredResult],
) -> Result<ResultChunk, StoreError> {
    let keys = desk.keys.identity(access)?;
    let text = serde_json::to_vec(stored).expect("results of strings and numbers always serialise");
    let last_line = stored.last().map_or(0, |result| i64::try_from(result.line).unwrap_or(i64::MAX));
    let sealed = keys.seal_results(task, chunk, &text);
    Ok(ResultChunk { chunk, last_line, sealed, key_version: keys.version() })
}
