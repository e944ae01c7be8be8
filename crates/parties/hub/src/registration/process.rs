//! The worker's half of registration: one chunk of an accepted task, in one transaction with its results,
//! the task's progress and the audit. A crash before the commit leaves the chunk as it was.

use std::collections::HashMap;

use pmh_domain::Date;
use pmh_store::{StoreError, Tx};
use pmh_wire::registration::{Outcome, Subject};

use super::apply::{CertificateDraft, Drafts, Named, PersonDraft};
use super::chunk::{self, Chunk, StoredFault, WaitingRow};
use super::drop_rows;
use super::show_results::StoredResult;
use super::stored_certificate;
use crate::access::PartitionAccess;
use crate::answer;
use crate::audit::{Entry, Written};
use crate::state::Desk;
use crate::store::answers::{self, AnswerRow};
use crate::store::certificates::{self, CertificateRow};
use crate::store::chunks;
use crate::store::file_rows;
use crate::store::people::{self, PersonRow};
use crate::store::results::{self, ResultChunk};
use crate::store::tasks::{self, TaskRow};

/// Processes the next chunk of the municipality's oldest unfinished task. `false` if there is none.
pub(crate) async fn process_next_chunk(desk: &Desk, access: &PartitionAccess) -> Result<bool, StoreError> {
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
        return Ok(true);
    }
    let waiting = chunks::find(&mut tx, access, &task.task, task.next_chunk)
        .await?
        .ok_or(StoreError::Inconsistent { table: "registration_chunk", column: "chunk" })?;
    let keys = desk.keys.identity(access)?;
    let text = keys.open_chunk(&task.task, task.next_chunk, &waiting.sealed)?;
    let Chunk { columns, rows } = chunk::decode(&text)?;
    let parsed = parse_rows(desk, access, rows)?;
    let people = load_people(desk, access, &mut tx, &task, &parsed).await?;
    let mut drafts = Drafts::new(&task.task, people, Date::in_japan(desk.clock.now_ms()));
    let mut stored = apply_rows(&mut drafts, parsed);
    for fault in stored.iter_mut().flat_map(|result| result.warnings.iter_mut().chain(&mut result.errors)) {
        fault.stand_in(&columns);
    }
    let written = write_drafts(desk, access, &mut tx, &mut drafts).await?;
    file_rows::add(&mut tx, access, &task, &drafts.named_rows()).await?;
    write_results(desk, access, &mut tx, (&task.task, task.next_chunk), &stored).await?;
    tasks::advance(&mut tx, access, &task.task, 1, &drafts.progress).await?;
    for (earlier, lost) in &drafts.superseded {
        let lost = tasks::Progress { superseded: *lost, ..tasks::Progress::default() };
        tasks::advance(&mut tx, access, earlier, 0, &lost).await?;
    }
    chunks::delete(&mut tx, access, &task.task, task.next_chunk).await?;
    let entry = Entry::of(access.code(), "registration.apply", access.principal())
        .with_outcome(format!("{} rows", stored.len()))
        .wrote(written);
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    desk.counters.add("rows_processed", stored.len() as u64);
    Ok(true)
}

/// A row with everything known about it before the tables are asked.
enum ParsedRow {
    Good {
        line: u64,
        history_key: Option<String>,
        tag: Vec<u8>,
        subject: Box<Subject>,
        warnings: Vec<StoredFault>,
    },
    Bad {
        line: u64,
        history_key: Option<String>,
        errors: Vec<StoredFault>,
        warnings: Vec<StoredFault>,
    },
}

fn parse_rows(
    desk: &Desk,
    access: &PartitionAccess,
    rows: Vec<WaitingRow>,
) -> Result<Vec<ParsedRow>, StoreError> {
    let keys = desk.keys.identity(access)?;
    let parse = |row| match row {
        WaitingRow::Rejected { line, history_key, faults } => {
            ParsedRow::Bad { line, history_key, errors: faults, warnings: Vec::new() }
        }
        WaitingRow::Record { line, record } => {
            let parsed = record.parse(access.municipality(), desk.rules);
            let warnings = parsed.warnings.iter().map(StoredFault::from).collect();
            match parsed.subject {
                Ok(subject) => ParsedRow::Good {
                    line,
                    history_key: parsed.history_key,
                    tag: keys.number_tag(&subject.number),
                    subject: Box::new(subject),
                    warnings,
                },
                Err(faults) => ParsedRow::Bad {
                    line,
                    history_key: parsed.history_key,
                    errors: faults.iter().map(StoredFault::from).collect(),
                    warnings,
                },
            }
        }
    };
    Ok(rows.into_iter().map(parse).collect())
}

async fn load_people(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    task: &TaskRow,
    rows: &[ParsedRow],
) -> Result<Vec<PersonDraft>, StoreError> {
    let mut tags: Vec<Vec<u8>> = rows
        .iter()
        .filter_map(|row| match row {
            ParsedRow::Good { tag, .. } => Some(tag.clone()),
            ParsedRow::Bad { .. } => None,
        })
        .collect();
    tags.sort_unstable();
    tags.dedup();
    let rows = people::list_by_tags(tx, access, &tags).await?;
    let persons: Vec<i64> = rows.iter().map(|row| row.person).collect();
    let mut certificates = load_certificates(desk, access, tx, task, &persons).await?;
    let keys = desk.keys.identity(access)?;
    rows.into_iter()
        .map(|row| {
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
        })
        .collect()
}

async fn load_certificates(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    task: &TaskRow,
    persons: &[i64],
) -> Result<HashMap<i64, Vec<CertificateDraft>>, StoreError> {
    let named_before = file_rows::list_of(tx, access, task, persons).await?;
    let mut by_person: HashMap<i64, Vec<CertificateDraft>> = HashMap::new();
    for row in certificates::list_of(tx, access, persons).await? {
        let content = stored_certificate::decode(&desk.keys.subsidy.open_certificate(access, &row)?)?;
        let is_named = named_before.contains(&(row.person, row.certificate));
        let draft = CertificateDraft {
            certificate: row.certificate,
            content,
            version: row.version,
            changed: false,
            named: if is_named { Named::InEarlierChunk } else { Named::NotYet },
        };
        by_person.entry(row.person).or_default().push(draft);
    }
    Ok(by_person)
}

fn apply_rows(drafts: &mut Drafts<'_>, rows: Vec<ParsedRow>) -> Vec<StoredResult> {
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        stored.push(match row {
            ParsedRow::Bad { line, history_key, errors, warnings } => {
                drafts.progress.rejected += 1;
                StoredResult { line, history_key, outcome: Outcome::Rejected, warnings, errors }
            }
            ParsedRow::Good { line, history_key, tag, subject, mut warnings } => {
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

/// Writes every changed row under its next version and tells the audit which.
async fn write_drafts(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    drafts: &mut Drafts<'_>,
) -> Result<Vec<Written>, StoreError> {
    number_new_people(access, tx, drafts).await?;
    let identity = desk.keys.identity(access)?;
    let subsidy = &desk.keys.subsidy;
    let mut changed: Vec<&PersonDraft> = drafts.by_tag.values().collect();
    changed.sort_unstable_by_key(|draft| draft.person);
    let answered: Vec<i64> =
        changed.iter().filter(|draft| draft.answer_changed()).map(|draft| draft.person).collect();
    let versions: HashMap<i64, i64> =
        answers::list_versions(tx, access, &answered).await?.into_iter().collect();
    let mut person_rows: Vec<PersonRow> = Vec::new();
    let mut certificate_rows: Vec<CertificateRow> = Vec::new();
    let mut answer_rows: Vec<AnswerRow> = Vec::new();
    for draft in changed {
        if draft.changed {
            person_rows.push(identity.seal_person(draft));
        }
        for one in draft.certificates.iter().filter(|one| one.changed) {
            let text = stored_certificate::encode(&one.content);
            let mut row = subsidy.seal_certificate(access, draft.person, one, &text)?;
            row.deleted_ms = one.content.deleted.then(|| desk.clock.now_ms());
            certificate_rows.push(row);
        }
        if draft.answer_changed() {
            let contents: Vec<_> = draft.certificates.iter().map(|one| &one.content).collect();
            let text = answer::encode(&contents, access.municipality());
            let version = versions.get(&draft.person).copied().unwrap_or(0) + 1;
            answer_rows.push(subsidy.seal_answer(access, draft.person, version, &text)?);
        }
    }
    people::put(tx, access, &person_rows).await?;
    certificates::put(tx, access, &certificate_rows).await?;
    answers::put(tx, access, &answer_rows).await?;
    Ok(written(&person_rows, &certificate_rows, &answer_rows))
}

async fn number_new_people(
    access: &PartitionAccess,
    tx: &mut Tx,
    drafts: &mut Drafts<'_>,
) -> Result<(), StoreError> {
    if drafts.new_tags.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(drafts.new_tags.len()).expect("a chunk has 1,000 rows");
    let first = people::take_persons(tx, access, count).await?;
    for (person, tag) in (first..).zip(&drafts.new_tags) {
        if let Some(draft) = drafts.by_tag.get_mut(tag) {
            draft.person = person;
        }
    }
    Ok(())
}

pub(crate) fn written(
    people: &[PersonRow],
    certificates: &[CertificateRow],
    answers: &[AnswerRow],
) -> Vec<Written> {
    let people = people.iter().map(|row| Written {
        table: "person",
        row: row.person.to_string(),
        version: row.version,
    });
    let certificates = certificates.iter().map(|row| Written {
        table: "certificate",
        row: format!("{}.{}", row.person, row.certificate),
        version: row.version,
    });
    let answers = answers.iter().map(|row| Written {
        table: "answer",
        row: row.person.to_string(),
        version: row.version,
    });
    people.chain(certificates).chain(answers).collect()
}

pub(super) async fn write_results(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    (task, chunk): (&[u8], i64),
    stored: &[StoredResult],
) -> Result<(), StoreError> {
    let keys = desk.keys.identity(access)?;
    let text = serde_json::to_vec(stored).expect("results of strings and numbers always serialise");
    let last_line = stored.last().map_or(0, |result| i64::try_from(result.line).unwrap_or(i64::MAX));
    let chunk = ResultChunk {
        chunk,
        last_line,
        sealed: keys.seal_results(task, chunk, &text),
        key_version: keys.version(),
    };
    results::add(tx, access, task, &chunk).await
}
