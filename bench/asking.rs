//! What the measurements at the hub's eligibility door share: they are the municipality, the hub towards the
//! intermediate server, and the OQS.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pmh_crypto::{Entropy, EpochAgreement, EpochId, EpochKey, Side, mint};
use pmh_domain::{Consents, InstitutionCode, PmhId, Strictness};
use pmh_municipality::RegistrationClient;
use pmh_service::{Exchanges, PeerClient};
use pmh_simulator::topology::{Topology, peer_client};
use pmh_wire::{
    ConsentsBody, Door, EligibilityQuery, EpochAnswer, EpochRequest, NumberingAnswer, NumberingRequest,
    PEOPLE_PER_REQUEST_MAX, Party, PeerName, PersonToNumber, SubjectRecord, paths,
};

pub(crate) const OSAKA: &str = "271004";
const HOSPITAL: &str = "2719910016";
const CONSENTED: Consents = Consents { insurance: true, subsidies: true };

pub(crate) async fn register(topology: &Topology, records: &[SubjectRecord]) -> Result<()> {
    let peer = PeerName { party: Party::Municipality, name: OSAKA.to_owned() };
    let hub = peer_client(topology.world(), topology.data(), &peer, Party::Hub)?;
    let client = RegistrationClient::new(hub, OSAKA.parse()?);
    let task = client.submit_json(serde_json::to_vec(records)?.into(), None).await?;
    let task = client.wait_until_finished(&task.task_id, |_| {}).await?;
    ensure!(task.rejected == 0, "{task:?}");
    Ok(())
}

/// The PMH-IDs of these people, in their order. Asks as the hub does; who has one keeps it.
pub(crate) async fn number(topology: &Topology, records: &[SubjectRecord]) -> Result<Vec<PmhId>> {
    let hub = PeerName { party: Party::Hub, name: "hub".to_owned() };
    let intermediate = peer_client(topology.world(), topology.data(), &hub, Party::Intermediate)?;
    let mut ids = Vec::new();
    for some in records.chunks(PEOPLE_PER_REQUEST_MAX) {
        let people = some.iter().map(|record| PersonToNumber {
            my_number: record.my_number.clone(),
            basic_five_info: record.basic_five_info.clone(),
        });
        let request = NumberingRequest { people: people.collect(), joins_after: 0 };
        let answer: NumberingAnswer = intermediate.post(paths::NUMBERING, &request).await?;
        for record in some {
            let one = answer.numbered.iter().find(|one| one.my_number == record.my_number);
            ids.push(PmhId::parse(&one.context("everybody is known and numbered")?.pmh_id)?);
        }
    }
    Ok(ids)
}

/// The hub's eligibility door, for a second OQS.
pub(crate) fn hub(topology: &Topology) -> Result<PeerClient> {
    let name = PeerName { party: Party::Eligibility, name: "bench".to_owned() };
    let address = topology.world().reach(Door::HubEligibility)?;
    let pki = topology.pki();
    Ok(PeerClient::new(&pki.issue(&name)?, pki.ca(), Party::Hub, address, Exchanges::none()))
}

pub(crate) async fn agree(hub: &PeerClient) -> Result<EpochKey> {
    let (agreement, public_key) = EpochAgreement::start(Side::Eligibility, &Entropy::new());
    let request = EpochRequest { public_key: URL_SAFE_NO_PAD.encode(public_key) };
    let answer: EpochAnswer = hub.post(paths::EPOCHS, &request).await?;
    let theirs = URL_SAFE_NO_PAD.decode(answer.public_key)?;
    agreement.finish(&theirs, EpochId(answer.epoch)).context("the hub's public key")
}

/// A question with a linkage key that was minted for it.
pub(crate) fn query(epoch: &EpochKey, person: &PmhId, now_ms: i64) -> Result<EligibilityQuery> {
    let hospital = InstitutionCode::parse(HOSPITAL, Strictness::Strict)?;
    let key = mint(epoch, &Entropy::new(), person, now_ms, &hospital, CONSENTED);
    Ok(EligibilityQuery {
        institution_code: HOSPITAL.to_owned(),
        linkage_key: key.expose(),
        consents: ConsentsBody::from(CONSENTED),
    })
}
