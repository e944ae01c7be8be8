//! The party's share of the world that it starts with, imported once.

use pmh_service::{PartyEnv, SEED_IMPORTED, StartError};
use pmh_store::setting;
use pmh_wire::{Party, SeedIntermediate};

use crate::Intermediate;
use crate::admin::enrol::enrol_all;

/// Enrols everybody in the seed file and notes it, in one transaction.
pub(crate) async fn import(env: &PartyEnv, state: &Intermediate) -> Result<(), StartError> {
    let mut tx = state.store.write().await?;
    if setting::find(&mut tx, SEED_IMPORTED).await?.is_none() {
        let seed: SeedIntermediate = env.read_seed(Party::Intermediate)?;
        enrol_all(state, &mut tx, &seed.people)
            .await
            .map_err(|_| StartError::Seed("a person of the intermediate server"))?;
        setting::save(&mut tx, SEED_IMPORTED, b"1").await?;
    }
    tx.commit().await?;
    Ok(())
}
