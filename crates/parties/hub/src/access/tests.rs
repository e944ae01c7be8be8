use pmh_domain::MunicipalityCode;

use super::{PartitionAccess, PersonAccess};

#[test]
fn a_principal_is_not_printed() {
    let osaka: MunicipalityCode = "271004".parse().unwrap();
    let access = PartitionAccess::by_operator(osaka, "yamada");
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
