//! Imports the seed: each file becomes a pending submission, its records sealed in chunks, all in one transaction
//! with the mark that the seed is imported.

use pmh_store::{StoreError, Tx};
use pmh_wire::{SeedMunicipality, SubjectRecord};

use crate::keys::Keys;
use crate::store::chunk::{self, ChunkKey};
use crate::store::{municipality, submission};

const RECORDS_PER_CHUNK: usize = 500;

/// Before the keys are loaded: a ring belongs to a municipality that is known.
pub(crate) async fn import_municipalities(tx: &mut Tx, seed: &SeedMunicipality) -> Result<(), StoreError> {
    for local in &seed.municipalities {
        municipality::put(tx, &local.code, &local.name).await?;
    }
    Ok(())
}

pub(crate) async fn import_files(
    tx: &mut Tx,
    seed: &SeedMunicipality,
    keys: &Keys,
) -> Result<(), StoreError> {
    for local in &seed.municipalities {
        for (number, file) in (1..).zip(&local.files) {
            submission::add(tx, &local.code, number, &file.name).await?;
            for (position, records) in (0..).zip(file.records.chunks(RECORDS_PER_CHUNK)) {
                let key = ChunkKey { municipality: &local.code, submission: number, chunk: position };
                chunk::add(tx, key, &keys.seal_chunk(key, &elements(records))?).await?;
            }
        }
    }
    Ok(())
}

/// The elements of a JSON array without its brackets: chunks are joined with commas when they are sent.
fn elements(records: &[SubjectRecord]) -> Vec<u8> {
    let mut array = serde_json::to_vec(records).expect("a record read from JSON can be written as JSON");
    array.pop();
    array.remove(0);
    array
}
