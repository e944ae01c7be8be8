//! The accounts that a world begins with: without the first administrator nobody could approve anybody.

use std::io::ErrorKind;

use pmh_crypto::PasswordHash;
use pmh_domain::Date;
use pmh_domain::user::{InstitutionMasterId, Role};
use pmh_service::{Refused, StartError};
use pmh_store::setting;
use pmh_wire::{SeedHub, SeedTenant};

use super::account;
use super::apply::draft;
use crate::access::PartitionAccess;
use crate::audit::FIRST_DAY;
use crate::state::Desk;
use crate::store::reviews::{self, ReviewRow};
use crate::store::users;

const SEEDED: &str = "users-seeded";

/// Once, whether the world asks for users or not: it may begin to.
pub(crate) async fn import_seed(
    desk: &Desk,
    read: impl FnOnce() -> Result<SeedHub, StartError>,
) -> Result<(), StartError> {
    let mut tx = desk.store.read().await?;
    if setting::find(&mut tx, SEEDED).await?.is_some() {
        return Ok(());
    }
    drop(tx);
    let seed = match read() {
        // A world from before there were users, whose seed was put away after it had been read.
        Err(StartError::File { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    for tenant in &seed.municipalities {
        import_tenant(desk, tenant).await?;
    }
    let mut tx = desk.store.write().await?;
    setting::save(&mut tx, SEEDED, b"1").await?;
    tx.commit().await?;
    Ok(())
}

/// All of a municipality or none: a start that was broken off leaves those that it had done.
async fn import_tenant(desk: &Desk, tenant: &SeedTenant) -> Result<(), StartError> {
    let municipality = tenant.code.parse().map_err(|_| StartError::Seed("a municipality's code"))?;
    let access = PartitionAccess::of_the_hub(municipality);
    let now_ms = desk.clock.now_ms();
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    if !users::list(&mut tx, &access).await?.is_empty() {
        return Ok(());
    }
    for user in &tenant.users {
        let organisation = InstitutionMasterId::parse(&user.institution_master_id)
            .map_err(|_| StartError::Seed("an organisation's id"))?;
        let drafted = draft(desk, &access, &mut tx, (&organisation, &user.application)).await;
        let mut account = drafted.map_err(|_: Refused| StartError::Seed("a user"))?;
        account.number = users::take_account(&mut tx, &access).await?;
        account.approved_by = Some(account::THE_SEED);
        let approved = account.standing.approve(now_ms, Date::in_japan(now_ms));
        account.standing = approved
            .and_then(|standing| standing.issue(account.role, now_ms, Date::in_japan(now_ms)))
            .expect("a new account can be approved and issued something");
        if account.role == Role::Unattended {
            let hash = hex::decode(&tenant.token_hash);
            account.credential_hash = Some(hash.map_err(|_| StartError::Seed("a credential's hash"))?);
        } else {
            let text = user.password_hash.as_deref().unwrap_or_default();
            let hash = PasswordHash::from_text(text).ok_or(StartError::Seed("a password's hash"))?;
            account.password = Some(hash);
        }
        account::add(desk, &access, &mut tx, &account).await?;
    }
    // The log is reviewed for the first time a period after there are people to do so.
    let finding = FIRST_DAY.to_owned();
    let first = ReviewRow { account: account::THE_SEED, until_ms: now_ms, reviewed_ms: now_ms, finding };
    reviews::add(&mut tx, &access, &first).await?;
    tx.commit().await?;
    Ok(())
}
