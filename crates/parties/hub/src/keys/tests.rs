use super::*;
use crate::stand::Stand;

#[tokio::test]
async fn another_master_key_is_named_as_what_is_wrong() {
    let stand = Stand::new().await;
    let other = MasterKey::generate(&stand.entropy);
    let osaka = [stand.access.municipality()];
    let desk = DeskKeys::open(&stand.store, &other, &stand.entropy, &osaka).await;
    assert!(matches!(desk.err(), Some(StartError::WrongMasterKey(Party::Hub))));
    let query = QueryKeys::open(&stand.store, &other, &stand.entropy).await;
    assert!(matches!(query.err(), Some(StartError::WrongMasterKey(Party::Hub))));
}
