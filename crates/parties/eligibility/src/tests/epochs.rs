//! When an epoch begins and ends.

use pmh_crypto::Entropy;
use pmh_domain::{Consents, InstitutionCode, Strictness, VirtualClock};
use pmh_service::{Counters, Exchanges, PeerClient};
use pmh_wire::{EligibilityQuery, Party};

use super::stand::{BOTH, INSTITUTION, Stand, enrolled, linked, own_name, pmh_id};
use crate::hub::{EPOCH_LIFE_MS, Epochs};

#[tokio::test(flavor = "multi_thread")]
async fn visits_at_once_agree_on_one_epoch() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = std::sync::Arc::new(stand.start().await);
    server.link(vec![linked(1)]).await.unwrap();
    let visits: Vec<_> = (0..8)
        .map(|_| {
            let server = server.clone();
            tokio::spawn(async move { server.confirm("C-1", BOTH).await.is_ok() })
        })
        .collect();
    for visit in visits {
        assert!(visit.await.unwrap());
    }
    assert_eq!((stand.hub.epochs(), stand.hub.asked().len()), (1, 8));
}

#[tokio::test]
async fn an_epoch_lasts_a_day_of_virtual_time_and_ends_when_the_clock_goes_back() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.clock.freeze();
    server.link(vec![linked(1)]).await.unwrap();
    for (advance_ms, epochs) in [(0, 1), (EPOCH_LIFE_MS - 1, 1), (1, 2), (-1, 3), (1, 3)] {
        server.clock.advance(advance_ms);
        server.confirm("C-1", BOTH).await.unwrap();
        assert_eq!(stand.hub.epochs(), epochs, "after {advance_ms} ms");
        assert_eq!(stand.hub.asked().last().unwrap().minted_ms, server.clock.now_ms());
    }
}

#[tokio::test]
async fn a_restart_begins_a_new_epoch() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    server.confirm("C-1", BOTH).await.unwrap();
    server.stop().await;
    let server = stand.start().await;
    server.confirm("C-1", BOTH).await.unwrap();
    let epochs: Vec<u32> = stand.hub.asked().iter().map(|one| one.epoch).collect();
    assert_eq!(epochs, [1, 2]);
}

#[tokio::test]
async fn somebody_else_s_oqs_can_be_played_from_the_public_pieces() {
    let stand = Stand::new(&[]);
    let identity = stand.pki.load(&own_name(Party::Eligibility)).unwrap();
    let client = PeerClient::new(&identity, stand.pki.ca(), Party::Hub, stand.hub.address, Exchanges::none());
    let epochs = Epochs::new(client, Entropy::new(), VirtualClock::real(), Counters::new());
    assert_eq!(epochs.current(), None);
    let institution = InstitutionCode::parse(INSTITUTION, Strictness::Lenient).unwrap();
    let key = epochs.mint(&pmh_id(1), &institution, Consents::from(BOTH)).await.unwrap();
    assert_eq!(epochs.current(), Some(key.epoch()));
    let query = EligibilityQuery {
        institution_code: INSTITUTION.to_owned(),
        linkage_key: key.expose(),
        consents: BOTH,
    };
    assert!(epochs.ask(&query).await.unwrap().subsidies.is_empty());
    let first = key.epoch();
    assert_ne!(epochs.renew().await.unwrap(), first);
    assert_ne!(epochs.current(), Some(first));
}
