//! Ports for worlds whose parties stop and come back.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

use pmh_wire::Door;

/// A base port with room for every door, given to nobody else in this process. Below the ports that the system
/// itself hands out, so that no connection of somebody else takes one meanwhile.
pub(crate) fn free_base_port() -> u16 {
    const FIRST: u16 = 10_000;
    const ROOM: u16 = 100;
    const PLACES: u16 = 220;
    static NEXT: AtomicU16 = AtomicU16::new(0);

    let of_this_process = u16::try_from(std::process::id() % u32::from(PLACES)).unwrap();
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut tried = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(PLACES.into());
    let free = tried.find_map(|place| {
        let base = FIRST + (of_this_process + place) % PLACES * ROOM;
        Door::ALL.iter().all(|door| is_free(base + door.offset())).then_some(base)
    });
    free.expect("there is room for a world somewhere")
}
