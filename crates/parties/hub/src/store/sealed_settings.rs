//! `sealed_setting`: small named values of the hub, sealed under its own ring.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::store::epochs::HUB_PARTITION;
use crate::store::{fetch, run};

pub(crate) async fn find(tx: &mut Tx, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let rows: Vec<Vec<u8>> = fetch!(
        tx,
        "SELECT sealed FROM sealed_setting WHERE name = $1",
        [name],
        row => row.try_get(0)?
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn add(
    tx: &mut Tx,
    name: &str,
    (sealed, key_version): (&[u8], i64),
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO sealed_setting (name, municipality_code, sealed, key_version) VALUES ($1, $2, $3, $4)",
        [name, HUB_PARTITION, sealed, key_version]
    );
    Ok(())
}
