//! `GET` and `POST /audit/v1/operations/reviews`: a person of the municipality went through its operation log
//! (001:314). An overdue review is told here, when somebody signs in who may do it, and by the hub's status.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use pmh_domain::user::UserId;
use pmh_domain::{parse_rfc3339, rfc3339_japan};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::Code;
use pmh_wire::audit::{DoneReview, OperationReview, OperationReviews, ReviewFinding};
use tokio_util::sync::CancellationToken;

use super::Entry;
use crate::access::PartitionAccess;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::reviews::{self, ReviewRow};
use crate::users;

/// The finding of the row that a municipality begins with.
pub(crate) const FIRST_DAY: &str = "first_day";
/// Real time between two looks at what is overdue.
const EVERY: Duration = Duration::from_secs(30);

pub(crate) async fn list_operation_reviews(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
) -> Result<Json<OperationReviews>, Refused> {
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let rows = reviews::list(&mut tx, &access).await?;
    let due_ms = due_ms(&desk, &rows);
    let mut done = Vec::new();
    for row in rows.iter().filter(|row| row.finding != FIRST_DAY) {
        let finding = ReviewFinding::parse(&row.finding)
            .ok_or(StoreError::Inconsistent { table: "operation_review", column: "finding" })?;
        let by = users::user_id_of(&desk, &access, &mut tx, row.account).await?;
        done.push(DoneReview {
            until: rfc3339_japan(row.until_ms),
            reviewed_at: rfc3339_japan(row.reviewed_ms),
            reviewed_by: by.as_ref().map(UserId::expose).unwrap_or_default().to_owned(),
            finding,
        });
    }
    let is_overdue = desk.clock.now_ms() >= due_ms;
    Ok(Json(OperationReviews { reviews: done, due_at: rfc3339_japan(due_ms), is_overdue }))
}

pub(crate) async fn review_operations(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(review): Body<OperationReview>,
) -> Result<StatusCode, Refused> {
    let caller = access.caller().ok_or(Code::Internal)?;
    let invalid = || Code::InvalidMember.problem().at_field("until");
    let until_ms = parse_rfc3339(&review.until).ok_or_else(invalid)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let now_ms = desk.clock.now_ms();
    let reached_ms = reviews::list(&mut tx, &access).await?.first().map_or(i64::MIN, |row| row.until_ms);
    // Nobody has gone through what is not there yet, and what was gone through is not again new.
    if until_ms > now_ms || until_ms <= reached_ms {
        return Err(invalid().into());
    }
    let row = ReviewRow {
        account: caller.account,
        until_ms,
        reviewed_ms: now_ms,
        finding: review.finding.as_str().to_owned(),
    };
    reviews::add(&mut tx, &access, &row).await?;
    let outcome = format!("{} until {}", row.finding, rfc3339_japan(until_ms));
    let entry = Entry::of(access.code(), "operations.review", access.principal()).with_outcome(outcome);
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    note_overdue(&desk).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A municipality that got its accounts before reviews were kept has never had one: it is overdue.
fn due_ms(desk: &Desk, rows: &[ReviewRow]) -> i64 {
    rows.first().map_or(0, |row| desk.users.parameters().operation_review_due_ms(row.until_ms))
}

pub(crate) async fn is_review_overdue(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
) -> Result<bool, StoreError> {
    Ok(desk.clock.now_ms() >= due_ms(desk, &reviews::list(tx, access).await?))
}

/// Tells by the hub's status how many municipalities have not reviewed their operation log in time, and how many
/// accounts nobody has looked at in time. Nobody is named. A partition without accounts has nobody to review.
pub(crate) async fn note_overdue(desk: &Desk) -> Result<(), StoreError> {
    if !desk.users.options.required {
        return Ok(());
    }
    let (mut logs, mut accounts) = (0, 0);
    for municipality in desk.municipalities() {
        let access = PartitionAccess::of_the_hub(municipality);
        let mut tx = desk.store.read().await?;
        tx.for_municipality(access.code()).await?;
        let overdue = users::count_reviews_overdue(desk, &access, &mut tx).await?;
        accounts += overdue.unwrap_or(0);
        logs += u64::from(overdue.is_some() && is_review_overdue(desk, &access, &mut tx).await?);
    }
    desk.counters.set("operation_reviews_overdue", logs);
    desk.counters.set("user_reviews_overdue", accounts);
    Ok(())
}

/// Until shutdown.
pub(crate) async fn watch_reviews(desk: Desk, shutdown: CancellationToken) {
    loop {
        if let Err(error) = note_overdue(&desk).await {
            tracing::warn!(%error, "whether reviews are overdue is not known; tried again in half a minute");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.cancelled() => return,
        }
    }
}
