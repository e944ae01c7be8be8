//! `GET /registration/v1/users`: the accounts of the caller's organisation as they stand today, overdue reviews too.

use axum::Json;
use axum::extract::State;
use pmh_domain::Date;
use pmh_service::Refused;
use pmh_wire::users::Users;

use super::account::list_all;
use super::management::caller_of;
use crate::access::PartitionAccess;
use crate::registration::SignedIn;
use crate::state::Desk;

pub(crate) async fn list_users(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
) -> Result<Json<Users>, Refused> {
    Ok(Json(access_table(&desk, &access).await?))
}

pub(crate) async fn access_table(desk: &Desk, access: &PartitionAccess) -> Result<Users, Refused> {
    let organisation = &caller_of(access)?.organisation;
    let now_ms = desk.clock.now_ms();
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let accounts = list_all(desk, access, &mut tx).await?;
    let own = accounts.iter().filter(|account| account.is_of(organisation));
    let users: Vec<_> = own.map(|account| account.table_row(desk, &accounts, now_ms)).collect();
    let reviews_overdue = users.iter().filter(|user| user.is_review_overdue).count() as u64;
    Ok(Users { on: Date::in_japan(now_ms).to_string(), users, reviews_overdue })
}
