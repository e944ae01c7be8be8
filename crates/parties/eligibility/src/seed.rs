//! The party's share of the world that it starts with, imported once.

use pmh_service::{PartyEnv, SEED_IMPORTED, StartError};
use pmh_store::setting;
use pmh_wire::{Party, SeedEligibility};

use crate::Eligibility;
use crate::admin::enrol::enrol_all;

/// Enrols everybody in the seed file and notes it, in one transaction.
pub(crate) async fn import(env: &PartyEnv, state: &Eligibility) -> Result<(), StartError> {
    let mut tx = state.store.write().await?;
    if setting::find(&mut tx, SEED_IMPORTED).await?.is_none() {
        let seed: SeedEligibility = env.read_seed(Party::Eligibility)?;
        enrol_all(state, &mut tx, &seed.people)
            .await
            .map_err(|_| StartError::Seed("a card of the eligibility system"))?;
        setting::save(&mut tx, SEED_IMPORTED, b"1").await?;
    }
    tx.commit().await?;
    Ok(())
}
