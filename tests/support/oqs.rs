//! An eligibility system at the hub's door, with an epoch of its own and linkage keys in hand.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pmh_crypto::{Entropy, EpochAgreement, EpochId, EpochKey, Side, mint};
use pmh_domain::{Consents, InstitutionCode, PmhId, Strictness, parse_rfc3339};
use pmh_service::PeerClient;
use pmh_wire::{
    ClockAnswer, ClockCommand, Code, ConsentsBody, Door, EligibilityQuery, EpochAnswer, EpochRequest, Party,
    StatusAnswer, paths,
};

use super::answers::{Answer, post_json};
use super::world::{HOSPITAL, World};

pub(crate) const CONSENTED: Consents = Consents { insurance: true, subsidies: true };

pub(crate) struct Oqs {
    pub(crate) hub: PeerClient,
    epoch: EpochKey,
}

impl World {
    /// With a certificate of its own: several may stand at the door.
    pub(crate) async fn oqs(&self, name: &str) -> Oqs {
        let hub = self.client(Party::Eligibility, name, Door::HubEligibility);
        let epoch = agree(&hub).await;
        Oqs { hub, epoch }
    }

    /// The same after a restart of the hub: its certificate and its epoch stay.
    pub(crate) fn oqs_of(&self, before: Oqs) -> Oqs {
        Oqs { hub: self.client(Party::Eligibility, "oqs", Door::HubEligibility), ..before }
    }

    /// Changes the hub's virtual clock, and no one else's.
    pub(crate) async fn turn_clock(&self, command: ClockCommand) -> ClockAnswer {
        self.plain(Door::HubAdmin).post(paths::ADMIN_CLOCK, &command).await.unwrap()
    }

    /// The hub's virtual time.
    pub(crate) async fn now_ms(&self) -> i64 {
        let status: StatusAnswer = self.plain(Door::HubAdmin).get(paths::ADMIN_STATUS).await.unwrap();
        parse_rfc3339(&status.virtual_now).unwrap()
    }
}

impl Oqs {
    /// At the door of a hub that runs as a process.
    pub(crate) async fn at(hub: PeerClient) -> Self {
        let epoch = agree(&hub).await;
        Self { hub, epoch }
    }

    /// The same at another hub: its epoch stays.
    pub(crate) fn through(self, hub: PeerClient) -> Self {
        Self { hub, ..self }
    }
}

pub(crate) async fn agree(hub: &PeerClient) -> EpochKey {
    let (agreement, public_key) = EpochAgreement::start(Side::Eligibility, &Entropy::new());
    let request = EpochRequest { public_key: URL_SAFE_NO_PAD.encode(public_key) };
    let answer: EpochAnswer = hub.post(paths::EPOCHS, &request).await.unwrap();
    let theirs = URL_SAFE_NO_PAD.decode(answer.public_key).unwrap();
    agreement.finish(&theirs, EpochId(answer.epoch)).unwrap()
}

impl Oqs {
    /// A key for the hospital, minted at a time of one's choice.
    pub(crate) fn mint(&self, pmh_id: &PmhId, minted_ms: i64) -> String {
        let hospital = InstitutionCode::parse(HOSPITAL, Strictness::Strict).unwrap();
        mint(&self.epoch, &Entropy::new(), pmh_id, minted_ms, &hospital, CONSENTED).expose()
    }

    /// A new epoch; keys are minted under the old one until the answer is taken for `self`.
    pub(crate) async fn renewed(&self) -> Self {
        Self { hub: self.hub.clone(), epoch: agree(&self.hub).await }
    }

    pub(crate) fn epoch(&self) -> u32 {
        self.epoch.id().0
    }

    pub(crate) async fn ask(&self, key: &str) -> Answer {
        Self::ask_at(&self.hub, key).await
    }

    /// At any process of the hub.
    pub(crate) async fn ask_at(hub: &PeerClient, key: &str) -> Answer {
        post_json(hub, paths::QUERIES, serde_json::to_vec(&query(key)).unwrap()).await
    }

    pub(crate) async fn ask_as(&self, query: &EligibilityQuery) -> Answer {
        post_json(&self.hub, paths::QUERIES, serde_json::to_vec(query).unwrap()).await
    }
}

/// The question that [`Oqs::mint`] makes a key for.
pub(crate) fn query(key: &str) -> EligibilityQuery {
    EligibilityQuery {
        institution_code: HOSPITAL.to_owned(),
        linkage_key: key.to_owned(),
        consents: ConsentsBody::from(CONSENTED),
    }
}

/// Of the answer to a key that others may have used before. Any other refusal would be of somebody innocent.
#[track_caller]
pub(crate) fn is_accepted(answer: &Answer) -> bool {
    if !answer.status.is_success() {
        answer.assert_refused(Code::LinkageKeyUsed, "somebody else was first");
    }
    answer.status.is_success()
}
