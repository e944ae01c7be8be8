//! A crowd: as many people as a measurement asks for, in the municipalities of the seeded world, and the way into a
//! stopped hub's tables. Everybody has three certificates in force on the first day; one in ten has the third one from
//! another municipality.
//!
//! Not promised: that anybody but the hub knows them. They have no card and no 紐付番号 that a party was told of.

use std::path::PathBuf;
use std::sync::Arc;

use pmh_crypto::Entropy;
use pmh_domain::{Chance, MunicipalityCode, PmhId};
use pmh_hub::{Bulk, BulkError, BulkPerson, SealedPeople};
use pmh_service::{Counters, Exchanges, PartyEnv, Pki, StartError, World};
use pmh_wire::{Party, SubjectRecord};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::municipalities::{self, LocalGovernment};
use crate::numbers::{CheckDigits, Numbers};
use crate::ownership::Ownership;
use crate::population::{Ages, People, Person};
use crate::records::Register;
use crate::scheme::Scheme;
use crate::topology::Options;

/// Of everybody.
pub const CERTIFICATES: usize = 3;
/// Sealed batches that wait for the database.
const AHEAD: usize = 2;

/// Who registers how many of a hundred (*assumed*: the orders of magnitude of `001` and of the published counts of
/// 自立支援医療 and 指定難病).
const SHARES: [(Scheme, u64); 4] = [
    (Scheme::OsakaChild, 42),
    (Scheme::TokyoMental, 32),
    (Scheme::KawasakiChild, 24),
    (Scheme::SaitamaIntractable, 2),
];

/// People without end, as far as they were asked for, in batches of one municipality each.
pub struct Crowd {
    offices: Vec<Office>,
    chance: Chance,
    batch: usize,
    made: usize,
    left: usize,
}

/// People whom one municipality registers.
pub struct Batch {
    pub municipality: MunicipalityCode,
    pub people: Vec<Member>,
}

/// One of the crowd, by place, and what the municipality of the batch registers of them.
pub struct Member {
    pub place: usize,
    pub person: Person,
    pub records: Vec<SubjectRecord>,
}

struct Office {
    of: &'static LocalGovernment,
    people: People,
    registers: [Register; CERTIFICATES],
    waiting: Vec<Member>,
}

impl Office {
    fn new(seed: u64, own: Scheme) -> Self {
        let code =
            own.municipality().expect("the four schemes of the seeded world have their municipalities");
        let of = municipalities::find(code).expect("and those are in the table");
        let schemes = [Scheme::SaitamaIntractable, Scheme::TokyoMental, Scheme::OtherChild];
        Self {
            of,
            people: People::new(
                seed,
                &format!("crowd/{code}"),
                of,
                Ages::Children,
                Numbers::generated(seed, of, CheckDigits::Wrong),
            ),
            registers: schemes.map(|scheme| Register::new(seed, of, scheme)),
            waiting: Vec::new(),
        }
    }
}

impl Crowd {
    /// `batch`: people of one transaction.
    pub fn new(seed: u64, batch: usize) -> Self {
        let offices = SHARES.iter().map(|(scheme, _)| Office::new(seed, *scheme)).collect();
        Self { offices, chance: Chance::named(seed, "crowd"), batch, made: 0, left: 0 }
    }

    /// So many more.
    pub fn ask_for(&mut self, people: usize) {
        self.left += people;
    }

    fn make_one(&mut self) {
        let shares: Vec<(usize, u64)> = SHARES.iter().map(|(_, share)| *share).enumerate().collect();
        let home = *self.chance.weighted(&shares);
        let elsewhere = self.chance.chance(1, 10).then_some((home + 1) % self.offices.len());
        let person = self.offices[home].people.person();
        let mut records: Vec<_> =
            self.offices[home].registers.iter_mut().map(|register| register.record(&person)).collect();
        if let Some(elsewhere) = elsewhere {
            records.pop();
            let records = vec![self.offices[elsewhere].registers[CERTIFICATES - 1].record(&person)];
            let person = person.clone();
            self.offices[elsewhere].waiting.push(Member { place: self.made, person, records });
        }
        self.offices[home].waiting.push(Member { place: self.made, person, records });
        self.made += 1;
    }
}

impl Iterator for Crowd {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        while self.left > 0 && self.offices.iter().all(|office| office.waiting.len() < self.batch) {
            self.make_one();
            self.left -= 1;
        }
        let fullest = self.offices.iter_mut().max_by_key(|office| office.waiting.len())?;
        if fullest.waiting.is_empty() {
            return None;
        }
        let people = std::mem::take(&mut fullest.waiting);
        Some(Batch { municipality: fullest.of.code, people })
    }
}

/// A stopped hub whose tables may be written. Dropped without [`Filling::finish`], what was written stands without a
/// signed head.
pub struct Filling {
    bulk: Arc<Bulk>,
    _ownership: Ownership,
}

impl Filling {
    /// Of the world that [`crate::topology::make_world`] made; refused while its hub runs.
    pub async fn begin(options: &Options) -> Result<Self, StartError> {
        let ownership = Ownership::take(&options.data, &[Party::Hub])?;
        let world = World::read(&options.data)?;
        let env = PartyEnv {
            clock: world.clock(),
            entropy: Entropy::new(),
            data: PathBuf::clone(&options.data),
            database: options.database(&world)?,
            pki: Arc::new(Pki::open(&options.data.join("pki"))?),
            exchanges: Exchanges::none(),
            counters: Counters::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
            auto_enrol: false,
            rules: options.rules,
            world,
        };
        Ok(Self { bulk: Arc::new(Bulk::open(&env).await?), _ownership: ownership })
    }

    /// Writes what the crowd was asked for; one seals while another one writes. `ids` are the PMH-IDs by the places of
    /// the people. `written` is told of every batch.
    pub async fn fill(
        &self,
        crowd: Crowd,
        ids: Arc<Vec<PmhId>>,
        mut written: impl FnMut(&SealedPeople),
    ) -> Result<Crowd, BulkError> {
        let (sealed, mut waiting) = mpsc::channel::<SealedPeople>(AHEAD);
        let bulk = Arc::clone(&self.bulk);
        let sealing = tokio::spawn(async move {
            let mut crowd = crowd;
            for batch in crowd.by_ref() {
                let one = bulk.seal(batch.municipality, &with_ids(batch.people, &ids)).await?;
                // The writer has failed and says why.
                if sealed.send(one).await.is_err() {
                    break;
                }
            }
            Ok::<Crowd, BulkError>(crowd)
        });
        while let Some(one) = waiting.recv().await {
            self.bulk.insert(&one).await?;
            written(&one);
        }
        sealing.await.expect("sealing does not panic")
    }

    /// Batches that are sealed and not yet written, to measure the writing alone.
    pub async fn seal(&self, crowd: &mut Crowd, ids: &[PmhId]) -> Result<Vec<SealedPeople>, BulkError> {
        let mut sealed = Vec::new();
        for batch in crowd.by_ref() {
            sealed.push(self.bulk.seal(batch.municipality, &with_ids(batch.people, ids)).await?);
        }
        Ok(sealed)
    }

    pub async fn insert(&self, sealed: &SealedPeople) -> Result<(), BulkError> {
        Ok(self.bulk.insert(sealed).await?)
    }

    /// What the database itself says of its durability.
    pub async fn durability(&self) -> Result<Vec<(String, String)>, BulkError> {
        Ok(self.bulk.durability().await?)
    }

    /// Signs the audit's head and lets go of the hub.
    pub async fn finish(self) {
        if let Some(bulk) = Arc::into_inner(self.bulk) {
            bulk.close().await;
        }
    }
}

fn with_ids(people: Vec<Member>, ids: &[PmhId]) -> Vec<BulkPerson> {
    let own = |member: Member| BulkPerson { records: member.records, pmh_id: ids[member.place].clone() };
    people.into_iter().map(own).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use pmh_wire::Rules;

    use super::*;
    use crate::seed::DEFAULT_SEED;

    #[test]
    fn everybody_has_three_good_records_and_one_in_ten_is_in_two_municipalities() {
        let mut crowd = Crowd::new(DEFAULT_SEED, 1_000);
        crowd.ask_for(2_000);
        let mut first: Vec<Batch> = crowd.by_ref().collect();
        crowd.ask_for(1_000);
        first.extend(crowd);
        let mut records = BTreeMap::<usize, usize>::new();
        let mut municipalities = BTreeMap::<usize, BTreeSet<MunicipalityCode>>::new();
        for batch in &first {
            assert!(batch.people.len() <= 1_000);
            for member in &batch.people {
                *records.entry(member.place).or_default() += member.records.len();
                municipalities.entry(member.place).or_default().insert(batch.municipality);
                for record in &member.records {
                    let parsed = record.parse(batch.municipality, Rules::default());
                    assert!(parsed.subject.is_ok() && parsed.warnings.is_empty());
                }
            }
        }
        assert_eq!(records.len(), 3_000);
        assert!(records.keys().copied().eq(0..3_000) && records.values().all(|count| *count == CERTIFICATES));
        let in_two = municipalities.values().filter(|codes| codes.len() == 2).count();
        assert!((240..360).contains(&in_two), "{in_two}");
        let codes: BTreeSet<_> = municipalities.values().flatten().collect();
        assert_eq!(codes.len(), SHARES.len());
    }
}
