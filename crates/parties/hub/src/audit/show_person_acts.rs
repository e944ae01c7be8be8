//! `POST /audit/v1/persons`: every act that concerned one person of the municipality, for an answer to somebody who
//! demands to know who saw their records (開示請求).
//!
//! Opened are the partition's own entries of the audit and nothing else: not the person's row, no certificate, no
//! answer. The person is found by the blind index of their number. A whole registration file is one act; it is told if
//! it wrote anything of the person.

use axum::Json;
use axum::extract::State;
use pmh_domain::rfc3339_japan;
use pmh_service::{Body, Refused};
use pmh_wire::audit::{PersonAct, PersonActs, PersonActsRequest};
use pmh_wire::audit_export::{ExportedAct, WrittenRow};

use super::read::own_entries;
use super::show_deliveries::{ROWS_PER_TURN, find};
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::audit;

pub(crate) async fn show_person_acts(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(request): Body<PersonActsRequest>,
) -> Result<Json<PersonActs>, Refused> {
    let Some(person) = find(&desk, &access, &request.my_number, "audit.person").await? else {
        return Ok(Json(PersonActs { acts: Vec::new() }));
    };
    let mut acts: Vec<(i64, ExportedAct)> = Vec::new();
    let (mut lane, mut sequence) = (Vec::new(), 0);
    loop {
        // A transaction a turn: a long reader would keep the write-ahead log from being cut.
        let mut tx = desk.store.read().await?;
        let everything = (i64::MIN, i64::MAX);
        let batches = audit::list(&mut tx, everything, (&lane, sequence), ROWS_PER_TURN).await?;
        drop(tx);
        let Some(last) = batches.last() else { break };
        (lane, sequence) = (last.lane.clone(), last.sequence);
        for batch in &batches {
            let own = own_entries(&desk.keys.subsidy, &access, batch)?;
            let concerning = own.into_iter().map(|entry| entry.told).filter(|told| concerns(told, person));
            acts.extend(concerning.map(|told| (batch.virtual_ms, told)));
        }
    }
    acts.sort_by_key(|(virtual_ms, _)| *virtual_ms);
    let acts = acts.into_iter().map(|(virtual_ms, told)| PersonAct {
        at: rfc3339_japan(virtual_ms),
        act: told.act,
        principal: told.principal,
        institution: told.institution,
        outcome: told.outcome,
    });
    Ok(Json(PersonActs { acts: acts.collect() }))
}

fn concerns(told: &ExportedAct, person: i64) -> bool {
    let number = person.to_string();
    let is_theirs = |table: &str, row: &str| {
        table != "user_account" && row.split('.').next().is_some_and(|of| of == number)
    };
    told.person == Some(person)
        || told.written.iter().any(|WrittenRow { table, row, .. }| is_theirs(table, row))
        || told.removed.iter().any(|removed| is_theirs(&removed.table, &removed.row))
}
