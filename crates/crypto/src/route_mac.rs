//! A route leads from a PMH-ID's tag to a person of a partition. Its MAC makes a route that was
//! written past the hub (say, from one's own tag to another's rows) worthless.

use crate::BlindIndexKey;
use crate::framing::push_field;

const DOMAIN: &str = "route";

pub fn route_mac(key: &BlindIndexKey, pmh_tag: &[u8], municipality: &str, person: i64) -> [u8; 32] {
    key.tag(DOMAIN, &message(pmh_tag, municipality, person))
}

/// Compares in constant time; use it instead of `==` on [`route_mac`].
pub fn route_mac_holds(
    key: &BlindIndexKey,
    pmh_tag: &[u8],
    municipality: &str,
    person: i64,
    mac: &[u8],
) -> bool {
    key.tag_holds(DOMAIN, &message(pmh_tag, municipality, person), mac)
}

fn message(pmh_tag: &[u8], municipality: &str, person: i64) -> Vec<u8> {
    let mut message = Vec::with_capacity(64);
    push_field(&mut message, pmh_tag);
    push_field(&mut message, municipality.as_bytes());
    message.extend_from_slice(&person.to_be_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::{hex, hex_array};
    use crate::{Entropy, MasterKey, WrapPlace};

    /// Computed with OpenSSL 3, the wrapped key too: a route that was stored holds after every
    /// change of this crate.
    #[test]
    fn the_mac_of_a_route_is_pinned() {
        let master = MasterKey::from_bytes(std::array::from_fn(|at| u8::try_from(at).unwrap()));
        let wrapped = hex("01404142434445464748494a4bc2988c000219a124e5ed3d1db7493d7449f7606f\
                           830039144f7e74deab2ed3e44c701dbffd6e08657e5b8dc000073f42");
        let place = WrapPlace { party: "hub", partition: "271004", purpose: "person", version: 1 };
        let key = BlindIndexKey::unwrap(&master, &wrapped, place).unwrap();
        let expected = hex_array("bff3ec41c8dab9c36980509153fdc1e30894b13e0ccedaf873c90900b2a803fb");
        assert_eq!(route_mac(&key, &[0; 32], "271004", 7), expected);
    }

    #[test]
    fn the_mac_of_a_route_holds_for_that_route_alone() {
        let key = BlindIndexKey::generate(&Entropy::new());
        let mac = route_mac(&key, &[1; 32], "271004", 7);
        assert!(route_mac_holds(&key, &[1; 32], "271004", 7, &mac));
        assert!(!route_mac_holds(&key, &[2; 32], "271004", 7, &mac), "another person's tag");
        assert!(!route_mac_holds(&key, &[1; 32], "130001", 7, &mac), "another municipality");
        assert!(!route_mac_holds(&key, &[1; 32], "271004", 8, &mac), "another row");
        let other = BlindIndexKey::generate(&Entropy::new());
        assert!(!route_mac_holds(&other, &[1; 32], "271004", 7, &mac), "another key");
    }

    #[test]
    fn an_altered_or_shortened_mac_does_not_hold() {
        let key = BlindIndexKey::generate(&Entropy::new());
        let mac = route_mac(&key, &[1; 32], "271004", 7);
        for length in 0..mac.len() {
            assert!(!route_mac_holds(&key, &[1; 32], "271004", 7, &mac[..length]), "{length} bytes");
        }
        for bit in 0..mac.len() * 8 {
            let mut altered = mac;
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(!route_mac_holds(&key, &[1; 32], "271004", 7, &altered), "bit {bit}");
        }
    }
}
