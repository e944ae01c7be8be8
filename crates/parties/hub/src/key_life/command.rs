//! `POST /__admin/keys`: the operator of the hub's platform changes keys, and sees none.

use axum::Json;
use axum::extract::State;
use pmh_domain::MunicipalityCode;
use pmh_service::{Body, Refused};
use pmh_wire::{Code, KeyCommand, KeyList};

use super::KeyLife;
use crate::store::epochs::HUB_PARTITION;

pub(super) async fn command(
    State(life): State<KeyLife>,
    Body(command): Body<KeyCommand>,
) -> Result<Json<KeyList>, Refused> {
    if !names_a_partition(&command) {
        return Err(Code::UnknownKey.into());
    }
    // A client that hangs up must not leave a change that this process does not load.
    let carrying = tokio::spawn(async move { life.carry_out(command).await });
    Ok(Json(carrying.await.map_err(|_| Refused::from(Code::Internal))??))
}

/// Or none at all. Any other text, such as one with U+0000, is no key's and comes near no statement.
fn names_a_partition(command: &KeyCommand) -> bool {
    let partition = match command {
        KeyCommand::Rotate { partition, .. } => partition,
        KeyCommand::Disable(key) | KeyCommand::Enable(key) | KeyCommand::Destroy(key) => &key.partition,
        KeyCommand::Reseal | KeyCommand::Shred { .. } | KeyCommand::RotateMaster => return true,
    };
    partition == HUB_PARTITION || partition.parse::<MunicipalityCode>().is_ok()
}

impl KeyLife {
    async fn carry_out(&self, command: KeyCommand) -> Result<KeyList, Refused> {
        let one = self.one.lock().await;
        match command {
            KeyCommand::Rotate { partition, area } => self.rotate(&partition, area).await?,
            KeyCommand::Reseal => self.reseal.notify_one(),
            KeyCommand::Disable(key) => self.disable(&key).await?,
            KeyCommand::Enable(key) => self.enable(&key).await?,
            KeyCommand::Destroy(key) => self.destroy(&key).await?,
            KeyCommand::Shred { municipality_code } => self.shred(&municipality_code).await?,
            KeyCommand::RotateMaster => self.rotate_master().await?,
        }
        drop(one);
        self.changed.notify_one();
        Ok(self.list().await?)
    }
}
