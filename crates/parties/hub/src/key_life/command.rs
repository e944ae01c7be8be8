//! `POST /__admin/keys`: the operator of the hub's platform changes keys, and sees none.

use axum::Json;
use axum::extract::State;
use pmh_service::{Body, Refused};
use pmh_wire::{Code, KeyCommand, KeyList};

use super::KeyLife;

pub(super) async fn command(
    State(life): State<KeyLife>,
    Body(command): Body<KeyCommand>,
) -> Result<Json<KeyList>, Refused> {
    // A client that hangs up must not leave a change that this process does not load.
    let carrying = tokio::spawn(async move { life.carry_out(command).await });
    Ok(Json(carrying.await.map_err(|_| Refused::from(Code::Internal))??))
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
