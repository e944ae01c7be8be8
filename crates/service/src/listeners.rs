//! Listeners that are bound and wait for the party that serves them.

use std::collections::BTreeMap;
use std::net::TcpListener;

use pmh_wire::Door;

use crate::WorldError;

#[derive(Debug, Default)]
pub struct Listeners(BTreeMap<Door, TcpListener>);

impl Listeners {
    pub fn has(&self, door: Door) -> bool {
        self.0.contains_key(&door)
    }

    pub fn take(&mut self, door: Door) -> Result<TcpListener, WorldError> {
        self.0.remove(&door).ok_or(WorldError::NotBound(door))
    }

    pub(crate) fn put(&mut self, door: Door, listener: TcpListener) {
        self.0.insert(door, listener);
    }
}
