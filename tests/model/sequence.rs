//! Carries operations out at the real doors, and holds what is seen against the model.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;

use pmh_audit_verify::verify;
use pmh_domain::PmhId;
use pmh_municipality::RegistrationClient;
use pmh_service::PeerClient;
use pmh_simulator::population::WORLD_START_MS;
use pmh_wire::audit::CheckpointBody;
use pmh_wire::{
    Binding, Checkpoints, Code, Door, EligibilityAnswer, KeyArea, KeyCommand, KeyList, KeyStanding,
    OwnRecords, Party, StatusAnswer, SubjectRecord, Subsidy, Task, paths,
};

use super::operation::{Kind, MUNICIPALITIES, Operation, PEOPLE, Slot, Through};
use super::parties::Parties;
use super::reference::{Model, Row, Shown, Verdict};
use crate::support::Office;
use crate::support::answers::{Answer, get, until};
use crate::support::erasing::for_everything;
use crate::support::keys::key;
use crate::support::oqs::Oqs;
use crate::support::people::{Person, array};
use crate::support::world::World;

pub(super) struct Sequence<'a> {
    parties: &'a mut Parties,
    model: Model,
    people: [Person; PEOPLE],
    pmh_ids: BTreeMap<usize, PmhId>,
    codes: [&'static str; MUNICIPALITIES],
    offices: [Office; MUNICIPALITIES],
    oqs: Oqs,
    /// Its epoch was agreed on before the clock was last set back.
    oqs_is_behind: bool,
    keys: Vec<String>,
    rotated: BTreeSet<(usize, KeyArea)>,
    witnesses: Vec<CheckpointBody>,
}

impl<'a> Sequence<'a> {
    pub(super) async fn begin(parties: &'a mut Parties) -> Self {
        let (people, codes) = parties.begin().await;
        let offices = codes.map(|code| parties.world.office(code));
        let oqs = Oqs::at(parties.oqs.clone()).await;
        Self {
            parties,
            model: Model::default(),
            people,
            pmh_ids: BTreeMap::new(),
            codes,
            offices,
            oqs,
            oqs_is_behind: false,
            keys: Vec::new(),
            rotated: BTreeSet::new(),
            witnesses: Vec::new(),
        }
    }

    fn world(&self) -> &World {
        &self.parties.world
    }

    pub(super) async fn carry_out(&mut self, operation: &Operation) {
        match *operation {
            Operation::Register { slot, kind, edition } => self.register(slot, kind, edition, false).await,
            Operation::KillWhileRegistering { slot, kind, edition } => {
                self.register(slot, kind, edition, true).await;
            }
            Operation::Delete { slot } => self.delete(slot).await,
            Operation::Visit { person } => self.visit(person).await,
            Operation::Bind { person } => self.bind(person).await,
            Operation::Mint { person } => {
                self.mint(person).await;
            }
            Operation::Ask { person, through } => {
                let key = self.mint(person).await;
                self.ask(key, through).await;
            }
            Operation::Replay { key, through } if self.model.keys() > 0 => {
                // The last ones first: older ones have mostly ended.
                let key = self.model.keys() - 1 - key % self.model.keys();
                self.ask(key, through).await;
            }
            Operation::Replay { .. } => {}
            Operation::LoseAnswer { person } => self.lose_answer(person).await,
            Operation::KillWhileAsking { person } => {
                self.lose_answer(person).await;
                self.kill(Party::Hub).await;
            }
            Operation::Advance(time) => {
                self.model.advance(time);
                self.parties.set_clocks(self.model.now_ms()).await;
            }
            Operation::SetBack(time) => {
                self.model.set_back(time);
                self.oqs_is_behind = true;
                self.parties.set_clocks(self.model.now_ms()).await;
            }
            Operation::Restart(party) => {
                self.keep_witnesses(party).await;
                self.parties.restart(party).await;
            }
            Operation::Kill(party) => self.kill(party).await,
            Operation::SecondHub => self.parties.second_hub().await,
            ref of_keys => self.change_keys(of_keys).await,
        }
        self.assert_nothing_stands_under_an_added_version().await;
    }

    async fn change_keys(&mut self, operation: &Operation) {
        match *operation {
            Operation::Rotate { municipality, area } => {
                let newest = self.newest(municipality, area).await;
                let newest = key(self.codes[municipality], area, newest);
                self.world().until_key(&newest, |key| key.standing == KeyStanding::Primary).await;
                self.world().rotate(self.codes[municipality], area).await;
                self.rotated.insert((municipality, area));
            }
            Operation::RotateMaster => {
                self.world().command_keys(&KeyCommand::RotateMaster).await.json::<KeyList>();
            }
            Operation::Reseal => self.reseal().await,
            Operation::Destroy { municipality } => {
                for area in KeyArea::ALL {
                    self.reseal_ring(municipality, area).await;
                    self.destroy(municipality, area).await;
                }
            }
            Operation::Shred { municipality } => self.shred(municipality).await,
            _ => unreachable!("an operation of no key is carried out above"),
        }
    }

    async fn register(&mut self, slot: Slot, kind: Kind, edition: u64, is_killed: bool) {
        let (municipality, person, _) = slot;
        let is_new = !self.model.is_known(person);
        let expected = self.model.register(slot, kind, edition);
        let record = self.record(slot, kind, edition);
        self.hand_in(municipality, &record, expected, is_killed).await;
        if is_new {
            self.parties.until_delivered().await;
        }
        self.assert_held(municipality, person).await;
        self.visit(person).await;
    }

    async fn delete(&mut self, slot: Slot) {
        let (municipality, person, _) = slot;
        let expected = self.model.delete(slot);
        let record = SubjectRecord { is_deleted: true, ..self.record(slot, Kind::InForce, 0) };
        self.hand_in(municipality, &record, expected, false).await;
        self.assert_held(municipality, person).await;
        self.visit(person).await;
    }

    /// What the hub has acknowledged is done once, whatever happens to the hub meanwhile.
    async fn hand_in(&mut self, municipality: usize, record: &SubjectRecord, expected: Row, is_killed: bool) {
        let office = &self.offices[municipality];
        let accepted: Task = office.send(array(std::slice::from_ref(record))).await.json();
        if is_killed {
            self.kill(Party::Hub).await;
        }
        let task = self.offices[municipality].finished(&accepted.task_id).await;
        let of = |row| u64::from(row == expected);
        let rows = [Row::Registered, Row::Updated, Row::Unchanged, Row::Deleted, Row::Rejected].map(of);
        assert_eq!(
            [task.registered, task.updated, task.unchanged, task.deleted, task.rejected],
            rows,
            "{task:?}"
        );
    }

    fn record(&self, (municipality, person, which): Slot, kind: Kind, edition: u64) -> SubjectRecord {
        let usual = self.people[person].record();
        let record = SubjectRecord {
            medical_subsidy_recipient_number: Some(self.recipient_number(municipality, person, which)),
            history_key: history_key(which),
            segment: Some(edition.to_string()),
            ..usual
        };
        match kind {
            Kind::InForce => record,
            Kind::EndsSoon => SubjectRecord { valid_to: "2026-10-02".to_owned(), ..record },
            Kind::BeginsSoon => SubjectRecord { valid_from: "2026-10-03".to_owned(), ..record },
            Kind::ExpiresSoon => {
                SubjectRecord { forced_expiry_date: Some("2026-10-02".to_owned()), ..record }
            }
            Kind::Withheld => SubjectRecord { is_not_disclosed: true, ..record },
            Kind::Stopped => SubjectRecord { is_viewing_stopped: Some(true), ..record },
        }
    }

    /// Says whose certificate it is, and which.
    fn recipient_number(&self, municipality: usize, person: usize, which: usize) -> String {
        let card = self.people[person].card.trim_start_matches("CARD-");
        format!("{card}{municipality}{which}0")
    }

    async fn assert_held(&self, municipality: usize, person: usize) {
        let state = self.offices[municipality].search(&self.people[person]).await;
        let held = state.map(|state| {
            let certificates = state.certificates.into_iter();
            let mut held: Vec<_> = certificates.map(|one| (one.history_key, one.is_deleted)).collect();
            held.sort();
            held
        });
        let expected = self.model.held(municipality, person).map(|held| {
            held.into_iter().map(|(which, is_deleted)| (history_key(which), is_deleted)).collect::<Vec<_>>()
        });
        assert_eq!(held, expected, "what municipality {municipality} has of person {person}");
    }

    /// (municipality, recipient number, edition)
    fn expected(&self, person: usize) -> Vec<(String, String, String)> {
        let named = |(municipality, which, edition): Shown| {
            let recipient = self.recipient_number(municipality, person, which);
            (self.codes[municipality].to_owned(), recipient, edition.to_string())
        };
        let mut expected: Vec<_> = self.model.shown(person).into_iter().map(named).collect();
        expected.sort();
        expected
    }

    async fn visit(&self, person: usize) {
        let seen = self.world().seen_at_clinic(&self.people[person]).await;
        assert_eq!(sorted(seen), self.expected(person), "person {person} at the clinic");
    }

    async fn bind(&mut self, person: usize) {
        if self.model.bind(person) {
            self.read(person).await;
        } else {
            let login = self.world().login(&self.people[person]).await;
            assert_eq!(login.binding, Binding::Waiting, "nobody registered person {person}");
            let refused = self.world().own_records(&login.session).await;
            refused.assert_refused(Code::NotBoundYet, "a citizen whom nobody registered");
        }
    }

    /// What a citizen who is bound sees at the portal.
    async fn read(&self, person: usize) {
        let world = self.world();
        if self.model.is_known(person) {
            let session = world.bound_session(&self.people[person]).await;
            let own: OwnRecords = world.own_records(&session).await.json();
            assert_eq!(sorted(own.subsidies), self.expected(person), "person {person} at the portal");
        } else {
            let session = world.login(&self.people[person]).await.session;
            world.own_records(&session).await.assert_refused(Code::NotBoundYet, "whose last record is gone");
        }
    }

    async fn mint(&mut self, person: usize) -> usize {
        if !self.pmh_ids.contains_key(&person) {
            let pmh_id = self.world().pmh_id_of(&self.people[person]).await;
            self.pmh_ids.insert(person, PmhId::parse(&pmh_id).unwrap());
            self.parties.until_delivered().await;
        }
        if std::mem::take(&mut self.oqs_is_behind) {
            self.oqs = self.oqs.renewed().await;
        }
        self.keys.push(self.oqs.mint(&self.pmh_ids[&person], WORLD_START_MS + self.model.now_ms()));
        self.model.mint(person)
    }

    fn hub(&self, through: Through) -> PeerClient {
        match (through, self.parties.second_world()) {
            (Through::Second, Some(second)) => {
                second.client(Party::Eligibility, "sequence", Door::HubEligibility)
            }
            _ => self.oqs.hub.clone(),
        }
    }

    async fn ask(&mut self, key: usize, through: Through) {
        let hub = self.hub(through);
        let answer = Oqs::ask_at(&hub, &self.keys[key]).await;
        let verdict = self.model.ask(key);
        let what = format!("key {key}");
        match verdict {
            Verdict::Refused(code) => answer.assert_refused(code, &what),
            Verdict::AcceptedUnless(code) if !answer.status.is_success() => {
                answer.assert_refused(code, &what);
            }
            Verdict::Accepted | Verdict::AcceptedUnless(_) => self.assert_answered(key, &answer),
        }
    }

    fn assert_answered(&self, key: usize, answer: &Answer) {
        let person = self.model.whose(key);
        let answered: EligibilityAnswer = answer.json();
        assert_eq!(sorted(answered.subsidies), self.expected(person), "person {person} by key {key}");
    }

    /// The question is on its way, or has come, or is answered when the eligibility system hangs up.
    async fn lose_answer(&mut self, person: usize) {
        let key = self.mint(person).await;
        let before = self.queries().await;
        let hub = self.oqs.hub.clone();
        let linkage_key = self.keys[key].clone();
        tokio::select! {
            _ = Oqs::ask_at(&hub, &linkage_key) => {}
            () = until("the question comes", async || (self.queries().await > before).then_some(())) => {}
        }
        self.model.lose(key);
    }

    async fn queries(&self) -> u64 {
        let status: StatusAnswer = self.world().plain(Door::HubAdmin).get(paths::ADMIN_STATUS).await.unwrap();
        status.counters.get("queries").copied().unwrap_or_default()
    }

    async fn kill(&mut self, party: Party) {
        self.keep_witnesses(party).await;
        self.parties.kill(party).await;
    }

    /// Whoever looks at the audit later has seen how far it was.
    async fn keep_witnesses(&mut self, party: Party) {
        if party == Party::Hub {
            let heads: Checkpoints = get(&self.offices[0].hub, paths::CHECKPOINTS).await.json();
            self.witnesses.extend(heads.checkpoints);
        }
    }

    async fn newest(&self, municipality: usize, area: KeyArea) -> i64 {
        let keys = self.world().keys().await;
        let of = keys.partitions.iter().find(|one| one.partition == self.codes[municipality]).unwrap();
        of.keys.iter().filter(|key| key.area == area).map(|key| key.version).max().unwrap()
    }

    async fn assert_nothing_stands_under_an_added_version(&self) {
        if self.rotated.is_empty() {
            return;
        }
        let keys = self.world().keys().await;
        let mut all = keys.partitions.iter().flat_map(|one| &one.keys);
        assert!(all.all(|key| key.standing != KeyStanding::Added || key.rows_left == 0), "{keys:?}");
    }

    async fn reseal(&self) {
        for (municipality, area) in &self.rotated {
            self.reseal_ring(*municipality, *area).await;
        }
    }

    async fn reseal_ring(&self, municipality: usize, area: KeyArea) {
        let newest = self.newest(municipality, area).await;
        self.world().until_resealed(&key(self.codes[municipality], area, newest)).await;
    }

    async fn destroy(&self, municipality: usize, area: KeyArea) {
        let (code, newest) = (self.codes[municipality], self.newest(municipality, area).await);
        let keys = self.world().keys().await;
        for version in 1..newest {
            if keys.find(code, area, version).unwrap().standing != KeyStanding::Destroyed {
                self.world().end(&key(code, area, version)).await;
            }
        }
    }

    async fn shred(&mut self, municipality: usize) {
        let code = self.codes[municipality];
        self.offices[municipality].erase(&for_everything()).await;
        let shred = KeyCommand::Shred { municipality_code: code.to_owned() };
        let keys: KeyList = self.world().command_keys(&shred).await.json();
        let of = keys.partitions.iter().find(|one| one.partition == code).unwrap();
        assert!(of.keys.iter().all(|key| key.standing == KeyStanding::Destroyed), "{of:?}");
        self.parties.shredded(code);
        self.model.shred(municipality);
        self.rotated.retain(|(at, _)| *at != municipality);
    }

    /// Whatever the operations have not looked at.
    pub(super) async fn end(self) {
        for person in 0..PEOPLE {
            self.visit(person).await;
            if self.model.is_bound(person) {
                self.read(person).await;
            }
        }
        self.reseal().await;
        let (shredded, whole): (Vec<_>, Vec<_>) =
            (0..MUNICIPALITIES).partition(|municipality| self.model.is_shredded(*municipality));
        for municipality in shredded {
            let office = &self.offices[municipality];
            until("it is nobody at the door", async || {
                (office.send("[]").await.problem().code == Code::WrongPeer.as_str()).then_some(())
            })
            .await;
        }
        for municipality in &whole {
            for person in (0..PEOPLE).filter(|person| self.model.held(*municipality, *person).is_some()) {
                self.assert_held(*municipality, person).await;
            }
        }
        // The lanes are the same for each of them.
        self.assert_audit_verifies(whole[0]).await;
    }

    async fn assert_audit_verifies(&self, municipality: usize) {
        let hub = self.offices[municipality].hub.clone();
        let client = RegistrationClient::new(hub, self.codes[municipality].parse().unwrap());
        let file = self.parties.data().join("audit.jsonl");
        client.save_audit(&file).await.unwrap();
        let file = std::fs::File::open(file).unwrap();
        let (report, _) = verify(BufReader::new(file), &self.witnesses, &[]);
        assert!(report.findings.is_empty(), "municipality {municipality}: {report}");
    }
}

fn history_key(which: usize) -> String {
    format!("H-{which}")
}

fn sorted(subsidies: Vec<Subsidy>) -> Vec<(String, String, String)> {
    let facts = |one: Subsidy| {
        (one.municipality_code, one.medical_subsidy_recipient_number.unwrap(), one.segment.unwrap())
    };
    let mut all: Vec<_> = subsidies.into_iter().map(facts).collect();
    all.sort();
    all
}
