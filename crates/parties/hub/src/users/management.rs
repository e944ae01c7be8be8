//! What the routes that manage accounts share: they reach the accounts of the caller's organisation and no other.

use pmh_domain::user::UserId;
use pmh_service::Refused;
use pmh_store::Tx;
use pmh_wire::Code;

use super::Caller;
use super::account::{self, Account};
use crate::access::PartitionAccess;
use crate::audit::{Entry, Written};
use crate::state::Desk;

/// The guard lets nobody without an account come to these routes.
pub(crate) fn caller_of(access: &PartitionAccess) -> Result<&Caller, Refused> {
    access.caller().ok_or_else(|| Code::Internal.into())
}

/// An account of the caller's organisation. One of another organisation and one that is not there get the same
/// answer.
pub(crate) async fn find_own(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    user_id: &str,
) -> Result<Account, Refused> {
    let organisation = &caller_of(access)?.organisation;
    let user_id = UserId::parse(user_id).map_err(|_| Code::NotFound.problem().at_field("userId"))?;
    let found = account::find_by_id(desk, access, tx, (organisation, &user_id)).await?;
    found.ok_or_else(|| Code::NotFound.problem().at_field("userId").into())
}

/// Tells of an act on an account, which the audit names by the partition's own count.
pub(crate) fn entry(access: &PartitionAccess, act: &'static str, account: &Account) -> Entry {
    let written =
        Written { table: "user_account", row: account.number.to_string(), version: account.version + 1 };
    Entry::of(access.code(), act, access.principal()).wrote(vec![written])
}
