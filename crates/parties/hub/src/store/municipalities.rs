//! `municipality`: who may register, and the hash of its credential.

use pmh_domain::MunicipalityCode;
use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::store::{fetch, run};

/// Those with keys.
pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<(MunicipalityCode, Vec<u8>)>, StoreError> {
    let rows: Vec<(String, Vec<u8>)> = fetch!(
        tx,
        "SELECT municipality_code, token_hash FROM municipality WHERE shredded_ms IS NULL \
         ORDER BY municipality_code",
        [],
        row => (row.try_get(0)?, row.try_get(1)?)
    );
    rows.into_iter()
        .map(|(code, token_hash)| {
            let code = code.parse().map_err(|_| StoreError::Inconsistent {
                table: "municipality",
                column: "municipality_code",
            })?;
            Ok((code, token_hash))
        })
        .collect()
}

pub(crate) async fn put(
    tx: &mut Tx,
    code: MunicipalityCode,
    name: &str,
    token_hash: &[u8],
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO municipality (municipality_code, name, token_hash) VALUES ($1, $2, $3) \
         ON CONFLICT (municipality_code) DO UPDATE SET name = excluded.name, \
         token_hash = excluded.token_hash",
        [code.as_str(), name, token_hash]
    );
    Ok(())
}

/// Its keys are gone for good.
pub(crate) async fn shred(tx: &mut Tx, code: MunicipalityCode, now_ms: i64) -> Result<(), StoreError> {
    run!(
        tx,
        "UPDATE municipality SET shredded_ms = $2 WHERE municipality_code = $1",
        [code.as_str(), now_ms]
    );
    Ok(())
}
