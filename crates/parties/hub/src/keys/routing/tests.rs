use pmh_crypto::Entropy;
use pmh_wire::Party;

use super::*;

fn key() -> RoutingKey {
    RoutingKey(BlindIndexKey::generate(&Entropy::new()))
}

#[test]
fn the_routing_key_opens_with_its_master_key_at_its_place_alone() {
    let entropy = Entropy::new();
    let (master, key) = (MasterKey::generate(&entropy), key());
    let wrapped = key.0.wrap(&master, &entropy, index_place(HUB_PARTITION));
    let opened = RoutingKey::unwrap(&master, &wrapped).unwrap();
    let pseudonym = PmhPseudonym::from_bytes([1; 32]);
    assert_eq!(opened.tag_pseudonym(&pseudonym), key.tag_pseudonym(&pseudonym));
    let elsewhere = key.0.wrap(&master, &entropy, index_place("271004"));
    for (master, wrapped) in [(&MasterKey::generate(&entropy), &wrapped), (&master, &elsewhere)] {
        let refused = RoutingKey::unwrap(master, wrapped).err();
        assert!(matches!(refused, Some(StartError::WrongMasterKey(Party::Hub))));
    }
}

#[test]
fn one_number_has_one_tag_under_one_key() {
    let (key, other) = (key(), key());
    let (first, second) = (PmhId::from_bytes([1; 16]), PmhId::from_bytes([2; 16]));
    assert_eq!(key.tag_pmh_id(&first), key.tag_pmh_id(&first));
    assert_ne!(key.tag_pmh_id(&first), key.tag_pmh_id(&second));
    assert_ne!(key.tag_pmh_id(&first), other.tag_pmh_id(&first));
    let (first, second) = (PmhPseudonym::from_bytes([1; 32]), PmhPseudonym::from_bytes([2; 32]));
    assert_eq!(key.tag_pseudonym(&first), key.tag_pseudonym(&first));
    assert_ne!(key.tag_pseudonym(&first), key.tag_pseudonym(&second));
    assert_ne!(key.tag_pseudonym(&first), other.tag_pseudonym(&first));
}

#[test]
fn a_route_leads_only_from_its_number_to_its_person() {
    let (key, other, tag) = (key(), key(), vec![1; 32]);
    let route = |pmh_tag: &[u8], municipality: &str, person, mac: &[u8]| Route {
        pmh_tag: pmh_tag.to_vec(),
        municipality_code: municipality.to_owned(),
        person,
        mac: mac.to_vec(),
    };
    let mac = key.route_mac(&tag, "271004", 7);
    assert!(key.leads(&route(&tag, "271004", 7, &mac)));
    let forged = [
        route(&[2; 32], "271004", 7, &mac),
        route(&tag, "130001", 7, &mac),
        route(&tag, "271004", 8, &mac),
        route(&tag, "271004", 7, &mac[1..]),
        route(&tag, "271004", 7, &other.route_mac(&tag, "271004", 7)),
    ];
    for (at, route) in forged.iter().enumerate() {
        assert!(!key.leads(route), "forged {at}");
    }
}

#[test]
fn a_binding_binds_only_its_two() {
    let key = key();
    let binds = |pseudonym: u8, pmh_id: u8, mac: &[u8]| {
        let (pseudonym_tag, pmh_tag) = (vec![pseudonym; 32], vec![pmh_id; 32]);
        key.binds(&Binding { pseudonym_tag, pmh_tag, mac: mac.to_vec() })
    };
    let mac = key.binding_mac(&[1; 32], &[2; 32]);
    assert!(binds(1, 2, &mac));
    assert!(!binds(3, 2, &mac) && !binds(1, 3, &mac) && !binds(2, 1, &mac) && !binds(1, 2, &mac[1..]));
    assert!(!binds(1, 2, &key.join_mac(&[1; 32], &[2; 32])), "the mark of a join");
}

#[test]
fn a_join_joins_only_its_two_in_their_order() {
    let key = key();
    let joins = |retired: u8, surviving: u8, mac: &[u8]| {
        let (retired_tag, surviving_tag) = (vec![retired; 32], vec![surviving; 32]);
        key.joins(&Joined { retired_tag, surviving_tag, join: 1, mac: mac.to_vec() })
    };
    let mac = key.join_mac(&[1; 32], &[2; 32]);
    assert!(joins(1, 2, &mac));
    assert!(!joins(3, 2, &mac) && !joins(1, 3, &mac) && !joins(2, 1, &mac) && !joins(1, 2, &mac[1..]));
    assert!(!joins(1, 2, &key.binding_mac(&[1; 32], &[2; 32])), "the mark of a binding");
}
