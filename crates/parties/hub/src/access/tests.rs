use pmh_domain::MunicipalityCode;

use super::PartitionAccess;

#[test]
fn a_principal_is_not_printed() {
    let osaka: MunicipalityCode = "271004".parse().unwrap();
    let access = PartitionAccess::by_operator(osaka, "yamada");
    assert_eq!(format!("{access:?}"), "PartitionAccess(271004, …)");
}
