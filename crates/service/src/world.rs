//! Where the doors of a world are: `world.json`.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use pmh_domain::{Clock, ClockState, SystemClock, VirtualClock};
use pmh_wire::Door;
use serde::{Deserialize, Serialize};

use crate::Listeners;
use crate::private_file::{Readers, replace};

/// The file's name in the data folder.
pub const WORLD_FILE: &str = "world.json";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct World {
    /// Part of the names of schemas and roles on PostgreSQL.
    pub name: String,
    /// Where doors between parties listen. Plain doors listen on loopback whatever stands here.
    pub host: IpAddr,
    pub began: Beginning,
    pub addresses: BTreeMap<Door, SocketAddr>,
}

/// The world's time when the world was made, and the real time then. The virtual clock follows real time from
/// here in every process, whenever that is started: parties that disagreed about the time would refuse each
/// other's linkage keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Beginning {
    pub virtual_ms: i64,
    pub real_ms: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error("there is no world in {}", .0.display())]
    NoWorld(PathBuf),
    #[error("cannot read or write {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is damaged", path.display())]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("base port {0} leaves no room for the doors above it")]
    BasePort(u16),
    #[error("cannot listen on {address} for the door {door}; is another world running there?")]
    CannotListen { door: Door, address: SocketAddr, source: io::Error },
    #[error("the world has no door {0}")]
    NoDoor(Door),
    #[error("the door {0} was not bound, or is served already")]
    NotBound(Door),
}

impl World {
    /// Every door that a world has. [`Door::HubRegistrationPlain`] is open only when it is asked for
    /// (`--plain`), by binding it as well.
    pub fn doors() -> impl Iterator<Item = Door> {
        Door::ALL.into_iter().filter(|door| *door != Door::HubRegistrationPlain)
    }

    /// A port for each door, the plain registration door among them; with base port 0 each picks its own when
    /// it is bound. Its time is the real one unless `began` is set otherwise.
    pub fn plan(name: &str, host: IpAddr, base_port: u16) -> Result<Self, WorldError> {
        let mut addresses = BTreeMap::new();
        for door in Door::ALL {
            let port = match base_port {
                0 => 0,
                base => base.checked_add(door.offset()).ok_or(WorldError::BasePort(base))?,
            };
            addresses.insert(door, SocketAddr::new(listening_ip(host, door), port));
        }
        let now_ms = SystemClock.now_ms();
        let began = Beginning { virtual_ms: now_ms, real_ms: now_ms };
        Ok(Self { name: name.to_owned(), host, began, addresses })
    }

    /// The world's clock, as it goes where nobody has changed it.
    pub fn clock(&self) -> VirtualClock {
        let Beginning { virtual_ms, real_ms } = self.began;
        VirtualClock::from_state(ClockState { virtual_ms, real_ms, frozen: false })
    }

    /// Binds all these doors or none, and notes the ports that were picked. To be written before the parties
    /// start, so that they find each other.
    pub fn bind(&mut self, doors: &[Door]) -> Result<Listeners, WorldError> {
        let mut listeners = Listeners::default();
        let mut addresses = self.addresses.clone();
        for door in doors {
            let address = self.address(*door)?;
            let failed = |source| WorldError::CannotListen { door: *door, address, source };
            let listener = TcpListener::bind(address).map_err(failed)?;
            addresses.insert(*door, listener.local_addr().map_err(failed)?);
            listeners.put(*door, listener);
        }
        self.addresses = addresses;
        Ok(listeners)
    }

    /// Where to listen for the door.
    pub fn address(&self, door: Door) -> Result<SocketAddr, WorldError> {
        self.addresses.get(&door).copied().ok_or(WorldError::NoDoor(door))
    }

    /// Where to call the door from this machine: "all interfaces" is nowhere one could call.
    pub fn reach(&self, door: Door) -> Result<SocketAddr, WorldError> {
        let mut address = self.address(door)?;
        if address.ip().is_unspecified() {
            address.set_ip(loopback(address.ip()));
        }
        Ok(address)
    }

    pub fn read(data: &Path) -> Result<Self, WorldError> {
        let path = data.join(WORLD_FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(WorldError::NoWorld(data.to_owned()));
            }
            Err(source) => return Err(WorldError::File { path, source }),
        };
        serde_json::from_slice(&bytes).map_err(|source| WorldError::Damaged { path, source })
    }

    /// Replaces `world.json` as a whole.
    pub fn write(&self, data: &Path) -> Result<(), WorldError> {
        let path = data.join(WORLD_FILE);
        let mut json = serde_json::to_vec_pretty(self).expect("names, addresses and texts become JSON");
        json.push(b'\n');
        replace(&path, &json, Readers::All).map_err(|source| WorldError::File { path, source })
    }
}

fn listening_ip(host: IpAddr, door: Door) -> IpAddr {
    if door.is_tls() || host.is_loopback() { host } else { loopback(host) }
}

fn loopback(family: IpAddr) -> IpAddr {
    match family {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn every_door_has_its_offset_from_the_base_port() {
        let world = World::plan("w", LOCALHOST, 8700).unwrap();
        assert_eq!(world.address(Door::HubRegistration).unwrap(), "127.0.0.1:8701".parse().unwrap());
        assert_eq!(world.address(Door::MunicipalityAdmin).unwrap(), "127.0.0.1:8759".parse().unwrap());
        assert!(matches!(World::plan("w", LOCALHOST, 65_500), Err(WorldError::BasePort(65_500))));
    }

    #[test]
    fn plain_doors_stay_on_loopback_whatever_the_host() {
        let world = World::plan("w", "0.0.0.0".parse().unwrap(), 8700).unwrap();
        assert_eq!(world.address(Door::Numbering).unwrap(), "0.0.0.0:8710".parse().unwrap());
        assert_eq!(world.reach(Door::Numbering).unwrap(), "127.0.0.1:8710".parse().unwrap());
        for door in Door::ALL.into_iter().filter(|door| !door.is_tls()) {
            assert!(world.address(door).unwrap().ip().is_loopback(), "{door}");
        }
    }

    #[test]
    fn bound_ports_are_in_world_json() {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::plan("w", LOCALHOST, 0).unwrap();
        let doors: Vec<Door> = World::doors().collect();
        let mut listeners = world.bind(&doors).unwrap();
        world.write(folder.path()).unwrap();
        let read = World::read(folder.path()).unwrap();
        assert_eq!(read, world);
        for door in doors {
            let bound = listeners.take(door).unwrap().local_addr().unwrap();
            assert_eq!(read.address(door).unwrap(), bound);
        }
        assert!(matches!(listeners.take(Door::World), Err(WorldError::NotBound(Door::World))));
        assert!(!listeners.has(Door::HubRegistrationPlain));
    }

    #[test]
    fn the_clock_goes_on_from_the_beginning_whoever_starts_when() {
        let mut world = World::plan("w", LOCALHOST, 0).unwrap();
        // The world began at 0 an hour ago.
        world.began = Beginning { virtual_ms: 0, real_ms: SystemClock.now_ms() - 3_600_000 };
        let (one, other) = (world.clock(), world.clock());
        assert!(one.now_ms() >= 3_600_000);
        assert!(other.now_ms() >= one.now_ms());
    }

    #[test]
    fn when_one_port_is_taken_nothing_is_noted() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut world = World::plan("w", LOCALHOST, 0).unwrap();
        world.addresses.insert(Door::HubPortal, taken.local_addr().unwrap());
        let before = world.clone();
        let error = world.bind(&[Door::World, Door::HubPortal]).unwrap_err();
        assert!(matches!(error, WorldError::CannotListen { door: Door::HubPortal, .. }));
        assert_eq!(world, before);
    }

    #[test]
    fn a_folder_without_a_world_says_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(World::read(folder.path()), Err(WorldError::NoWorld(_))));
    }
}
