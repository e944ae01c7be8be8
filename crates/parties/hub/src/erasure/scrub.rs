//! Results of earlier files name rows by line and history key. The history keys of somebody who is erased are
//! taken out; line and outcome stay. A key that another person happens to have too is taken out there as well:
//! a result does not say whose it is.

use std::collections::HashSet;

use pmh_store::{StoreError, Tx};

use crate::access::PartitionAccess;
use crate::keys::DeskKeys;
use crate::registration::StoredResult;
use crate::store::results;

/// Answers how many chunks of results were rewritten.
pub(crate) async fn history_keys(
    keys: &DeskKeys,
    access: &PartitionAccess,
    tx: &mut Tx,
    erased: &HashSet<String>,
) -> Result<i64, StoreError> {
    let keys = keys.identity(access)?;
    let mut rewritten = 0;
    for (task, chunk) in results::list_places(tx, access).await? {
        let Some(sealed) = results::find_chunk(tx, access, &task, chunk).await? else { continue };
        let text = keys.open_results(&task, chunk, &sealed)?;
        let mut stored: Vec<StoredResult> = serde_json::from_slice(&text)
            .map_err(|_| StoreError::Inconsistent { table: "registration_result", column: "sealed" })?;
        let mut changed = false;
        for result in &mut stored {
            if result.history_key.as_ref().is_some_and(|key| erased.contains(key)) {
                result.history_key = None;
                changed = true;
            }
        }
        if changed {
            let text = serde_json::to_vec(&stored).expect("results of strings and numbers always serialise");
            let sealed = keys.seal_results(&task, chunk, &text);
            results::replace(tx, access, (&task, chunk), (&sealed, keys.version())).await?;
            rewritten += 1;
        }
    }
    Ok(rewritten)
}
