//! Which municipality a command speaks for, and as whom.

use std::path::PathBuf;

use clap::Args;
use pmh_domain::MunicipalityCode;
use pmh_domain::user::UserId;
use pmh_municipality::RegistrationClient;
use pmh_simulator::topology::peer_client;
use pmh_wire::{Party, PeerName};

use super::DataFolder;
use crate::exit::Failure;

#[derive(Args, Clone)]
pub(crate) struct Office {
    #[command(flatten)]
    pub(crate) data: DataFolder,
    /// 自治体コード, 6 digits.
    #[arg(long, value_name = "CODE")]
    pub(crate) municipality: MunicipalityCode,
    /// Somebody who has signed in by `pmh-sim user sign-in`. Without it the municipality's own system acts.
    #[arg(long = "as", value_name = "USER")]
    pub(crate) acting: Option<String>,
    /// A terminal of the municipality, such as counter-1: its certificate is shown instead of the main one.
    #[arg(long, value_name = "TERMINAL")]
    pub(crate) terminal: Option<String>,
}

impl Office {
    /// A client with the certificate of this municipality in this world, and the session of whoever acts.
    pub(crate) fn client(&self) -> Result<RegistrationClient, Failure> {
        let system = self.without_session()?;
        let Some(user) = &self.acting else { return Ok(system) };
        let session = std::fs::read_to_string(self.session_path(user)?).map_err(|_| {
            Failure::usage(
                format!("{user} はサインインしていません。先に pmh-sim user sign-in を実行してください。"),
                format!("{user} is not signed in. Run `pmh-sim user sign-in` first."),
            )
        })?;
        system.signed_in(session.trim()).ok_or_else(|| Failure::internal(&"a session that is none"))
    }

    pub(crate) fn without_session(&self) -> Result<RegistrationClient, Failure> {
        let world = self.data.world()?;
        let name = match &self.terminal {
            None => self.municipality.to_string(),
            Some(terminal) => format!("{}.{terminal}", self.municipality),
        };
        let peer = PeerName::new(Party::Municipality, &name).map_err(|error| Failure::internal(&error))?;
        let hub = peer_client(&world, self.data.path(), &peer, Party::Hub)?;
        Ok(RegistrationClient::new(hub, self.municipality))
    }

    /// Where somebody's session stands, for the owner's eyes alone. A user id is checked before it is part of a path.
    pub(crate) fn session_path(&self, user: &str) -> Result<PathBuf, Failure> {
        let user = UserId::parse(user).map_err(|_| {
            Failure::usage(format!("ユーザーIDではありません: {user}"), format!("not a user id: {user}"))
        })?;
        let name = format!("{}-{}.session", self.municipality, user.expose());
        Ok(self.data.path().join("tokens").join(name))
    }
}
