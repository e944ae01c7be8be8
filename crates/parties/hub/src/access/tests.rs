use std::collections::BTreeSet;

use pmh_domain::user::{InstitutionMasterId, NumberViewing, Programs, Rights, Role, TerminalId, UserId};
use pmh_domain::{MunicipalityCode, ProgramId};
use pmh_wire::{Party, PeerName};

use super::{PartitionAccess, PersonAccess};
use crate::users::Caller;

fn osaka() -> MunicipalityCode {
    "271004".parse().unwrap()
}

#[test]
fn an_access_names_its_partition_and_who_acts_and_is_no_users() {
    let peer = PeerName { party: Party::Municipality, name: "271004".to_owned() };
    for (access, principal) in [
        (PartitionAccess::by_certificate(&peer, osaka()), peer.to_string()),
        (PartitionAccess::by_credential(osaka()), "credential:271004".to_owned()),
        (PartitionAccess::by_operator(osaka(), "yamada"), "operator:yamada".to_owned()),
        (PartitionAccess::of_the_hub(osaka()), "hub".to_owned()),
    ] {
        assert_eq!((access.municipality(), access.code()), (osaka(), "271004"));
        assert_eq!(access.principal(), principal);
        assert!(access.caller().is_none() && access.is_in_charge_of_all(), "{principal}");
        assert!(access.is_in_charge_of(&ProgramId::parse("any").unwrap()), "{principal}");
    }
}

#[test]
fn a_user_reaches_the_programs_in_charge_in_the_same_partition() {
    let [own, other] = ["own", "other"].map(|text| ProgramId::parse(text).unwrap());
    let acting = |programs| {
        PartitionAccess::of_the_hub(osaka()).acting(Caller {
            account: 7,
            organisation: InstitutionMasterId::parse("271004").unwrap(),
            user_id: UserId::parse("s-0001").unwrap(),
            person: None,
            role: Role::Clerk,
            rights: Rights::default(),
            programs,
            number_viewing: NumberViewing::Masked,
            terminals: Vec::new(),
            terminal: TerminalId::main(),
        })
    };
    let some = acting(Programs::Only(BTreeSet::from([own.clone()])));
    assert_eq!((some.code(), some.principal()), ("271004", "user:271004/s-0001"));
    assert_eq!(some.caller().map(|caller| caller.account), Some(7));
    assert!(some.is_in_charge_of(&own) && !some.is_in_charge_of(&other) && !some.is_in_charge_of_all());
    let all = acting(Programs::All);
    assert!(all.is_in_charge_of(&own) && all.is_in_charge_of(&other) && all.is_in_charge_of_all());
}

#[test]
fn a_principal_is_not_printed() {
    let access = PartitionAccess::by_operator(osaka(), "yamada");
    assert_eq!(format!("{access:?}"), "PartitionAccess(271004, …)");
}

#[test]
fn the_right_to_a_person_names_each_of_their_numbers_once_and_the_earned_one_first() {
    let mut access = PersonAccess::by_tag(vec![2]);
    assert_eq!(access.pmh_tags(), [vec![2]]);
    for joined in [1, 2, 3, 1] {
        access.add(vec![joined]);
    }
    assert_eq!(access.pmh_tags(), [vec![2], vec![1], vec![3]]);
}
