//! What becomes too old is erased without anybody asking: certificates that a deletion record took away, people
//! of whom no certificate is left by that, results of finished tasks, requests that nobody carried out. Ages go by
//! virtual time. Backups go by real time and are their keeper's (`pmh-sim backup --keep`).

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use pmh_store::{StoreError, Tx};
use pmh_wire::{ErasureReason, ErasureScope, ErasureWay};
use tokio_util::sync::CancellationToken;

use super::body::{reason_text, scope_code, way_code};
use super::carry_out::{clear, truncate};
use super::state::Erasing;
use super::{rows, scrub, unbind};
use crate::access::PartitionAccess;
use crate::answer;
use crate::audit::{self, Entry, Removed, Written};
use crate::registration::stored_certificate;
use crate::state::Desk;
use crate::store::erasures::{self, CountRow, NewErasure, PHYSICAL, REDACTED};
use crate::store::{answers, certificates, erasing};

/// Days of virtual time until something is erased. *Assumed*: the seeds tell that there are periods (001:437), and
/// of other systems five years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Certificates after the deletion record that took them away.
    pub deleted_certificates_days: i64,
    /// Results and file names after their task was finished; its counts stay.
    pub results_days: i64,
    /// Requests to erase that nobody carried out.
    pub requests_days: i64,
    /// Rows of the audit. Three years, as 002:285 has it for logs, with the leap day that they may hold.
    pub audit_days: i64,
}

impl Default for Retention {
    fn default() -> Self {
        // Five years with both leap days that they may hold.
        Self {
            deleted_certificates_days: 5 * 365 + 2,
            results_days: 90,
            requests_days: 30,
            audit_days: 3 * 365 + 1,
        }
    }
}

pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Real time. A change of the clock is followed at once.
const EVERY: Duration = Duration::from_secs(30);
/// Certificates erased in one transaction.
const CERTIFICATES_PER_TURN: i64 = 256;

/// Erases what is too old, until shutdown, and does again what an erasure left undone.
pub(crate) async fn keep_house(erasing: Erasing, shutdown: CancellationToken) {
    loop {
        if let Err(error) = erase_old(&erasing).await {
            tracing::warn!(%error, "what is too old is not erased yet; tried again in half a minute");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

/// Everything of every municipality that is too old by now.
pub(crate) async fn erase_old(erasing: &Erasing) -> Result<(), StoreError> {
    let desk = &erasing.desk;
    let mut erased = false;
    let mut municipalities: Vec<_> = desk.municipalities().collect();
    municipalities.sort_unstable();
    for municipality in municipalities {
        let access = PartitionAccess::of_the_hub(municipality);
        while erase_some(desk, &access).await? {
            erased = true;
        }
    }
    erased |= audit::cut_old(desk).await?;
    if erased {
        clear(erasing).await;
    } else {
        // What a crash may have left between an erasure and its bindings.
        unbind::unbind(&erasing.inquiry).await?;
        truncate(desk).await;
    }
    Ok(())
}

/// One transaction. `false`: nothing of this municipality is too old.
async fn erase_some(desk: &Desk, access: &PartitionAccess) -> Result<bool, StoreError> {
    let now_ms = desk.clock.now_ms();
    let before = |days: i64| now_ms.saturating_sub(days.saturating_mul(DAY_MS));
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let marked = erasing::mark_finished(&mut tx, access, now_ms).await?;
    let lapsed = erasures::lapse(&mut tx, access, before(desk.retention.requests_days)).await?;
    let results_before = before(desk.retention.results_days);
    let results = erasing::delete_results_before(&mut tx, access, results_before, now_ms).await?;
    let certificates_before = before(desk.retention.deleted_certificates_days);
    let mut erased = erase_certificates(desk, access, &mut tx, certificates_before).await?;
    add(&mut erased.counts, results);
    let counts: Vec<CountRow> = erased.counts.into_values().filter(|count| count.rows > 0).collect();
    if counts.is_empty() {
        if marked + lapsed > 0 {
            tx.commit().await?;
        }
        return Ok(false);
    }
    record(desk, access, &mut tx, now_ms, &counts).await?;
    let told: Vec<String> = counts.iter().map(|count| format!("{} {}", count.table, count.rows)).collect();
    let entry = Entry::of(access.code(), "erasure.retention", "hub").with_outcome(told.join(", "));
    let entry = entry.removed(erased.removed).wrote(erased.written);
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    desk.counters.add("retention_erasures", 1);
    Ok(true)
}

#[derive(Default)]
struct Erased {
    counts: BTreeMap<(String, i64), CountRow>,
    removed: Vec<Removed>,
    /// Answers of people who stay.
    written: Vec<Written>,
}

/// Whoever has no other certificate goes with the last one: there is no reason left to hold the number.
async fn erase_certificates(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    before_ms: i64,
) -> Result<Erased, StoreError> {
    let mut old: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (person, certificate) in
        erasing::list_deleted_before(tx, access, before_ms, CERTIFICATES_PER_TURN).await?
    {
        old.entry(person).or_default().push(certificate);
    }
    let mut erased = Erased::default();
    let mut history_keys = HashSet::new();
    for (person, of_person) in &old {
        let standing = certificates::list_of(tx, access, &[*person]).await?;
        if standing.len() == of_person.len() {
            history_keys.extend(rows::history_keys(&desk.keys, access, tx, *person).await?);
            for count in rows::delete_person(access, tx, *person).await? {
                add(&mut erased.counts, count);
            }
            erased.removed.push(Removed::person(*person));
            continue;
        }
        for certificate in of_person {
            let rows = erasing::delete_certificate(tx, access, *person, *certificate).await?;
            let rows = i64::try_from(rows).expect("one row");
            let table = "certificate".to_owned();
            add(&mut erased.counts, CountRow { table, form: PHYSICAL, rows, logically_deleted: rows });
            erased.removed.push(Removed::certificate(*person, *certificate));
        }
        erased.written.push(rewrite_answer(desk, access, tx, *person).await?);
    }
    if !history_keys.is_empty() {
        let rows = scrub::history_keys(&desk.keys, access, tx, &history_keys).await?;
        let table = "registration_result".to_owned();
        add(&mut erased.counts, CountRow { table, form: REDACTED, rows, logically_deleted: 0 });
    }
    Ok(erased)
}

/// The answer names the keys of deleted certificates too.
async fn rewrite_answer(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    person: i64,
) -> Result<Written, StoreError> {
    let subsidy = &desk.keys.subsidy;
    let mut contents = Vec::new();
    for row in certificates::list_of(tx, access, &[person]).await? {
        contents.push(stored_certificate::decode(&subsidy.open_certificate(access, &row)?)?);
    }
    let text = answer::encode(&contents.iter().collect::<Vec<_>>(), access.municipality());
    let versions = answers::list_versions(tx, access, &[person]).await?;
    let version = versions.first().map_or(0, |(_, version)| *version) + 1;
    answers::put(tx, access, &[subsidy.seal_answer(access, person, version, &text)?]).await?;
    Ok(Written { table: "answer", row: person.to_string(), version })
}

fn add(counts: &mut BTreeMap<(String, i64), CountRow>, count: CountRow) {
    match counts.get_mut(&(count.table.clone(), count.form)) {
        Some(sum) => {
            sum.rows += count.rows;
            sum.logically_deleted += count.logically_deleted;
        }
        None => {
            counts.insert((count.table.clone(), count.form), count);
        }
    }
}

async fn record(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    now_ms: i64,
    counts: &[CountRow],
) -> Result<(), StoreError> {
    let erasure: [u8; 16] = desk.entropy.bytes();
    let new = NewErasure {
        erasure: &erasure,
        scope: scope_code(ErasureScope::Retention),
        reason: &reason_text(ErasureReason::TooOld),
        requested_ms: now_ms,
        pending: None,
    };
    erasures::add(tx, access, &new).await?;
    erasures::finish(tx, access, &erasure, way_code(ErasureWay::Retention), now_ms).await?;
    erasures::add_counts(tx, access, &erasure, counts).await
}
