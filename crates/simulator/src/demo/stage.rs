//! The world of the demo and the hands that it uses.

use std::path::PathBuf;
use std::time::Duration;

use pmh_crypto::Entropy;
use pmh_domain::{
    Consents, IndividualNumber, InstitutionCode, MunicipalityCode, PmhId, Stopwatch, Strictness,
};
use pmh_eligibility::hub::Epochs;
use pmh_municipality::RegistrationClient;
use pmh_service::{Counters, PeerClient, PlainClient, StartError};
use pmh_wire::{ConsentsBody, Door, Party, PeerName, SubjectRecord, VisitAnswer, VisitRequest, paths};

use super::{Options, PATIENCE, StepFailed};
use crate::population::Person;
use crate::scheme::Scheme;
use crate::topology::{self, Topology};
use crate::world::{INSTITUTIONS, World};

pub(crate) const OSAKA: &str = "271004";
pub(crate) const TOKYO: &str = "130001";
/// A child with everything in order.
pub(crate) const CHILD: &str = "CARD-OSAKA-CHILD";

/// Everything the steps act on.
pub(crate) struct Stage {
    pub(crate) topology: Topology,
    /// Who lives there: the demo knows what to look for.
    pub(crate) people: World,
    pub(crate) osaka: RegistrationClient,
    pub(crate) tokyo: RegistrationClient,
    pub(crate) terminal: PlainClient,
    pub(crate) citizen: PlainClient,
    /// A second OQS: own certificate, own epoch.
    pub(crate) second_oqs: Epochs,
    /// PMH-IDs of Osaka's people, as the intermediate server answers them to the hub.
    pub(crate) pmh_ids: Vec<(String, PmhId)>,
    pub(crate) osaka_task: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) captured: Vec<PathBuf>,
    pub(crate) database: Option<String>,
}

impl Stage {
    pub(crate) async fn set(options: &Options) -> Result<Self, StartError> {
        let world = topology::Options {
            port: options.port,
            host: options.host,
            database: options.database.clone(),
            register_seed: false,
            ..topology::Options::at(&options.data)
        };
        let topology = Topology::start(world).await?;
        let osaka = registration_client(&topology, OSAKA)?;
        let tokyo = registration_client(&topology, TOKYO)?;
        let second_oqs = second_oqs(&topology)?;
        Ok(Self {
            terminal: PlainClient::new(topology.world().address(Door::Terminal)?),
            citizen: PlainClient::new(topology.world().address(Door::Citizen)?),
            topology,
            people: World::from_seed(crate::seed::DEFAULT_SEED),
            osaka,
            tokyo,
            second_oqs,
            pmh_ids: Vec::new(),
            osaka_task: None,
            session: None,
            captured: options.captured.clone(),
            database: options.database.clone(),
        })
    }

    /// A world that nobody keeps leaves no schema and no role behind.
    pub(crate) async fn end(self, keep: bool) -> Result<(), StartError> {
        let world =
            topology::Options { database: self.database, ..topology::Options::at(self.topology.data()) };
        self.topology.stop(Duration::from_secs(10)).await;
        if keep { Ok(()) } else { Topology::remove(&world).await }
    }

    /// What the receptionist of the children's hospital sees.
    pub(crate) async fn visit(&self, card: &str, subsidies: bool) -> Result<VisitAnswer, StepFailed> {
        let request = VisitRequest {
            institution_code: INSTITUTIONS[0].code.to_owned(),
            card_serial: card.to_owned(),
            consents: ConsentsBody { insurance: true, subsidies },
        };
        Ok(self.terminal.post(paths::VISITS, &request).await?)
    }

    /// The record of a persona in Osaka's own file.
    pub(crate) fn record_of(&self, card: &str) -> Result<SubjectRecord, StepFailed> {
        let number = self.number_of(card)?;
        let records = self.people.records(Scheme::OsakaChild);
        let record = records.iter().find(|record| record.my_number == number);
        record.cloned().ok_or_else(|| StepFailed::Unexpected(format!("{card} is not in Osaka's file")))
    }

    /// The Individual Number behind a card: only the demo, which made the world, can know it.
    pub(crate) fn individual_number_of(&self, card: &str) -> Result<IndividualNumber, StepFailed> {
        Ok(self.person(card)?.number.clone())
    }

    pub(crate) fn number_of(&self, card: &str) -> Result<String, StepFailed> {
        Ok(self.person(card)?.number.expose().to_owned())
    }

    pub(crate) fn pin_of(&self, card: &str) -> Result<String, StepFailed> {
        Ok(self.person(card)?.enrolment.pin.clone())
    }

    fn person(&self, card: &str) -> Result<&Person, StepFailed> {
        let people = self.people.people.iter().map(|one| &one.person);
        people
            .into_iter()
            .find(|person| person.enrolment.card_serial.expose() == card)
            .ok_or_else(|| StepFailed::Unexpected(format!("{card} is nobody's")))
    }

    pub(crate) fn pmh_id_of(&self, card: &str) -> Result<PmhId, StepFailed> {
        let number = self.number_of(card)?;
        let found = self.pmh_ids.iter().find(|(of, _)| *of == number);
        found
            .map(|(_, pmh_id)| pmh_id.clone())
            .ok_or_else(|| StepFailed::Unexpected(format!("{card} has no PMH-ID")))
    }

    /// A client with the certificate of a peer that the world's CA vouches for.
    pub(crate) fn client_as(&self, party: Party, name: &str, door: Door) -> Result<PeerClient, StartError> {
        client_as(&self.topology, party, name, door)
    }
}

pub(crate) fn client_as(
    topology: &Topology,
    party: Party,
    name: &str,
    door: Door,
) -> Result<PeerClient, StartError> {
    let identity = topology.pki().issue(&PeerName { party, name: name.to_owned() })?;
    let to = door.party().expect("a door between parties belongs to one");
    let address = topology.world().reach(door)?;
    Ok(PeerClient::new(&identity, topology.pki().ca(), to, address, topology.exchanges().clone()))
}

fn registration_client(topology: &Topology, code: &str) -> Result<RegistrationClient, StartError> {
    let client = client_as(topology, Party::Municipality, code, Door::HubRegistration)?;
    let code: MunicipalityCode = code.parse().expect("a code with a right check digit");
    Ok(RegistrationClient::new(client, code))
}

fn second_oqs(topology: &Topology) -> Result<Epochs, StartError> {
    let client = client_as(topology, Party::Eligibility, "demo", Door::HubEligibility)?;
    Ok(Epochs::new(client, Entropy::new(), topology.clock(), Counters::new()))
}

pub(crate) fn institution(at: usize) -> InstitutionCode {
    InstitutionCode::parse(INSTITUTIONS[at].code, Strictness::Strict).expect("the world's codes are valid")
}

pub(crate) const CONSENTED: Consents = Consents { insurance: true, subsidies: true };

/// Asks again until it is so, or the demo's patience ends.
pub(crate) async fn until<T, F>(what: &'static str, mut ask: impl FnMut() -> F) -> Result<T, StepFailed>
where
    F: Future<Output = Result<Option<T>, StepFailed>>,
{
    let waited = Stopwatch::start();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if u128::from(waited.elapsed_ms()) > PATIENCE.as_millis() {
            return Err(StepFailed::TooLate(what));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A step ends well, with what it found, or could not be carried through.
pub(crate) type StepResult = Result<(), StepFailed>;
