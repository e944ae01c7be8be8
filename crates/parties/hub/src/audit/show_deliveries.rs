//! `POST /audit/v1/deliveries`: who received answers from the caller's partition, by day (001:350), also about one of
//! its own people. It is read from the audit itself, in one pass: a question of an audit, not of every day.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use pmh_domain::{Date, IndividualNumber, parse_rfc3339};
use pmh_service::{Body, Refused, RouteLimits};
use pmh_wire::Code;
use pmh_wire::audit::{DELIVERY_DAYS_MAX, Deliveries, DeliveriesRequest, Delivery};

use super::Entry;
use super::read::own_entries;
use crate::access::PartitionAccess;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::{audit, people};

/// Rows of the audit read at once.
pub(super) const ROWS_PER_TURN: i64 = 256;
const TIMEOUT: Duration = Duration::from_mins(10);
const REQUEST_BYTES_MAX: usize = 64 << 10;

pub(crate) fn long() -> RouteLimits {
    RouteLimits::body_bytes(REQUEST_BYTES_MAX).within(TIMEOUT)
}

pub(crate) async fn show_deliveries(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(request): Body<DeliveriesRequest>,
) -> Result<Json<Deliveries>, Refused> {
    let span = span_of(&request)?;
    let person = match &request.my_number {
        None => None,
        // Nobody of this municipality: nobody received anything, whoever else knows the number.
        Some(number) => match find(&desk, &access, number, "audit.deliveries").await? {
            None => return Ok(Json(Deliveries { deliveries: Vec::new() })),
            known => known,
        },
    };
    let counted = count(&desk, &access, span, person).await?;
    let deliveries = counted.into_iter().map(|((day, institution_code), (answers, certificates))| Delivery {
        day: day.to_string(),
        institution_code,
        answers,
        certificates,
    });
    Ok(Json(Deliveries { deliveries: deliveries.collect() }))
}

/// From the first moment of a day in Japan to before the last one's end.
fn span_of(request: &DeliveriesRequest) -> Result<(i64, i64), Refused> {
    let invalid = |field| Refused(Code::InvalidMember.problem().at_field(field));
    let from = Date::parse(&request.from).map_err(|_| invalid("from"))?;
    let to = Date::parse(&request.to).map_err(|_| invalid("to"))?;
    if to < from || to >= from.add_days(DELIVERY_DAYS_MAX) {
        return Err(invalid("to"));
    }
    let midnight = |day: Date| parse_rfc3339(&format!("{day}T00:00:00+09:00"));
    Ok((midnight(from).ok_or(invalid("from"))?, midnight(to.add_days(1)).ok_or(invalid("to"))?))
}

/// One of the municipality's own people. That they were looked up is told like a search.
pub(super) async fn find(
    desk: &Desk,
    access: &PartitionAccess,
    number: &str,
    act: &'static str,
) -> Result<Option<i64>, Refused> {
    let number =
        IndividualNumber::parse(number).map_err(|_| Code::InvalidMember.problem().at_field("myNumber"))?;
    let keys = desk.keys.identity(access)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let rows = people::list_by_tags(&mut tx, access, &[keys.number_tag(&number)]).await?;
    // Opened to see that the index led to whom it should.
    rows.iter().try_for_each(|row| keys.open_person(row).map(drop))?;
    let person = rows.first().map(|row| row.person);
    let looked_up = Entry::of(access.code(), act, access.principal());
    let entry = match person {
        Some(person) => looked_up.about(person),
        None => looked_up.with_outcome("nobody"),
    };
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    Ok(person)
}

type Counted = BTreeMap<(Date, Option<String>), (u64, u64)>;

async fn count(
    desk: &Desk,
    access: &PartitionAccess,
    span: (i64, i64),
    person: Option<i64>,
) -> Result<Counted, Refused> {
    let mut counted = Counted::new();
    let (mut lane, mut sequence) = (Vec::new(), 0);
    loop {
        // A transaction a turn: a long reader would keep the write-ahead log from being cut.
        let mut tx = desk.store.read().await?;
        let batches = audit::list(&mut tx, span, (&lane, sequence), ROWS_PER_TURN).await?;
        drop(tx);
        let Some(last) = batches.last() else { return Ok(counted) };
        (lane, sequence) = (last.lane.clone(), last.sequence);
        for batch in &batches {
            let day = Date::in_japan(batch.virtual_ms);
            for entry in own_entries(&desk.keys.subsidy, access, batch)? {
                let told = entry.told;
                let is_answer = told.act == "eligibility.answer" || told.act == "records.answer";
                if !is_answer || person.is_some_and(|person| told.person != Some(person)) {
                    continue;
                }
                let sum = counted.entry((day, told.institution)).or_default();
                sum.0 += 1;
                sum.1 += certificates_of(told.outcome.as_deref());
            }
        }
    }
}

/// An entry from before answers were counted says nothing.
fn certificates_of(outcome: Option<&str>) -> u64 {
    outcome
        .and_then(|text| text.strip_suffix(crate::answer::SHOWN))
        .and_then(|count| count.parse().ok())
        .unwrap_or(0)
}
