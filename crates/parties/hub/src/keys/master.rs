//! Which master key is in force: the one that opens the routing key, which every hub has.
//!
//! A rotation writes the next key beside the old one, wraps all keys anew in one transaction and then puts the file
//! in the old one's place. Whoever comes between, or finds what a crash has left, asks the database.

use pmh_crypto::MasterKey;
use pmh_service::{MasterKeyFile, StartError};
use pmh_store::{Store, Tx};

use super::{RoutingKey, wrong_master_key};
use crate::store::keys;

pub(crate) struct Masters(pub(crate) MasterKeyFile);

impl Masters {
    /// Read anew each time: it does not stay in memory, and another process may have rotated it.
    pub(crate) async fn open(&self, store: &Store) -> Result<MasterKey, StartError> {
        self.open_in(&mut store.read().await?).await
    }

    pub(crate) async fn open_in(&self, tx: &mut Tx) -> Result<MasterKey, StartError> {
        // The file before the database would miss a rotation that ended between the two.
        let routing = keys::find_routing(tx).await?;
        let current = self.0.current()?;
        let Some(wrapped) = routing else { return Ok(current) };
        if RoutingKey::unwrap(&current, &wrapped).is_ok() {
            return Ok(current);
        }
        let next = self.0.next()?.ok_or_else(wrong_master_key)?;
        RoutingKey::unwrap(&next, &wrapped)?;
        self.0.promote_next()?;
        Ok(next)
    }
}
