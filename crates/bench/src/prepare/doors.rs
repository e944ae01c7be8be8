//! The doors of a world, each behind the question whether it may be loaded.

use std::path::{Path, PathBuf};

use pmh_service::{
    Exchanges, Identity, PeerClient, Pki, PkiError, PlainClient, World, municipality_credential,
};
use pmh_wire::{Door, Party, PeerName};

use super::PrepareError;
use crate::load::{Permission, Target};

/// Nothing is sent to a door but through this.
pub struct Doors {
    world: World,
    data: PathBuf,
    pki: Pki,
    permission: Permission,
}

impl Doors {
    /// `world` tells where the doors are, which may be another place than `data` says; certificates and credentials
    /// are those of `data`.
    pub fn open(world: World, data: &Path, permission: Permission) -> Result<Self, PrepareError> {
        let pki = Pki::open(&data.join("pki"))?;
        Ok(Self { world, data: data.to_owned(), pki, permission })
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// For load on a door between parties, under the certificate of one that may come in.
    pub fn target(&self, own: &PeerName, door: Door) -> Result<Target, PrepareError> {
        let (identity, to) = (self.identity(own)?, expected(door)?);
        let config = identity.client_config(self.pki.ca(), to);
        Ok(Target::tls(self.world.reach(door)?, config, &self.permission)?)
    }

    /// For single calls, as for load.
    pub fn client(&self, own: &PeerName, door: Door) -> Result<PeerClient, PrepareError> {
        let address = self.target(own, door)?.address();
        let identity = self.identity(own)?;
        let client = PeerClient::new(&identity, self.pki.ca(), expected(door)?, address, Exchanges::none());
        let credential = match own.party {
            Party::Municipality => municipality_credential(&self.data, &own.name)?,
            _ => None,
        };
        Ok(credential.and_then(|token| client.with_bearer(&token)).unwrap_or(client))
    }

    /// For single calls at a door for people. Those of other machines are on their loopback.
    pub fn plain(&self, door: Door) -> Result<PlainClient, PrepareError> {
        let target = Target::plain(self.world.reach(door)?, &self.permission)?;
        Ok(PlainClient::new(target.address()))
    }

    /// A certificate of its own where the CA's key is at hand, so that the world's own party keeps its epochs; else the
    /// party's.
    fn identity(&self, own: &PeerName) -> Result<Identity, PrepareError> {
        match self.pki.issue(own) {
            Err(PkiError::NoCaKey(_)) => {
                let party = PeerName { party: own.party, name: own.party.as_str().to_owned() };
                Ok(self.pki.load(&party)?)
            }
            issued => Ok(issued?),
        }
    }
}

fn expected(door: Door) -> Result<Party, PrepareError> {
    door.party().filter(|_| door.is_tls()).ok_or(PrepareError::NotAgreed("a door between parties"))
}
