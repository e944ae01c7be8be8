//! People written straight into the hub's tables, past its doors and its intermediate server: a large population for
//! measurements, and the yardstick of registration.
//!
//! Rows, seals, tasks and the audit are what registration and numbering leave behind: a query, an export, a rotation
//! of keys and a shred find nothing out of the ordinary. Not promised: that the intermediate server and the OQS know
//! these people (whoever asks for them mints linkage keys for their PMH-IDs itself), and results of single rows.
//! Whoever opens it owns the hub's data: no hub may run.

use std::sync::Arc;

use pmh_crypto::{CheckpointSigner, Entropy};
use pmh_domain::{MunicipalityCode, Numbering, PmhId, SpelledOtherwise, VirtualClock};
use pmh_service::{MasterKeyFile, PartyEnv, StartError};
use pmh_store::{Store, StoreError};
use pmh_wire::numbering::PersonToNumber;
use pmh_wire::registration::{Rules, SubjectRecord};
use pmh_wire::{BasicFiveInfo, Party};
use tokio_util::sync::CancellationToken;

use crate::access::PartitionAccess;
use crate::answer;
use crate::audit::{self, Entry, Lane, Written};
use crate::keys::{DeskKeys, IdentityKeys, Masters};
use crate::registration::{CertificateDraft, Named, PersonDraft, SealedRows, stored_certificate};
use crate::start::{import_seed, open_signer};
use crate::store::people;
use crate::store::routes::{self, NewRoute};
use crate::store::tasks::{self, Acceptance, NewTask, Progress};
use crate::store::{DESK, SCHEMA, municipalities};

/// One that writes and one that takes numbers for the next rows meanwhile.
const CONNECTIONS: u32 = 2;

/// What the audit calls it.
const ACT: &str = "bulk.load";

/// Writes people into the tables of a hub that does not run.
pub struct Bulk {
    store: Store,
    keys: DeskKeys,
    lane: Lane,
    signer: Arc<CheckpointSigner>,
    clock: VirtualClock,
    entropy: Entropy,
    rules: Rules,
}

/// A person of one municipality: every certificate as it would be registered, and the PMH-ID that numbering would
/// have answered.
pub struct BulkPerson {
    pub records: Vec<SubjectRecord>,
    pub pmh_id: PmhId,
}

impl std::fmt::Debug for BulkPerson {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BulkPerson(…)")
    }
}

/// Rows of one municipality that are sealed and stand nowhere yet.
pub struct SealedPeople {
    access: PartitionAccess,
    task: [u8; 16],
    rows: SealedRows,
    routes: Vec<NewRoute>,
}

impl SealedPeople {
    pub fn people(&self) -> usize {
        self.rows.people.len()
    }

    /// Rows that a municipality would have sent.
    pub fn records(&self) -> usize {
        self.rows.certificates.len()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the hub would reject the record {record} of person {person}")]
    Rejected { person: usize, record: usize },
}

impl Bulk {
    /// Makes tables and keys that are missing, as a start of the hub does.
    pub async fn open(env: &PartyEnv) -> Result<Self, StartError> {
        SCHEMA.prepare(&env.database).await?;
        let store = SCHEMA.open(&env.database, DESK, CONNECTIONS).await?;
        import_seed(env, &store).await?;
        env.load_clock(&store).await?;
        let master = Masters(MasterKeyFile::of(&env.data, Party::Hub, &env.entropy)).open(&store).await?;
        let mut tx = store.read().await?;
        let codes: Vec<MunicipalityCode> =
            municipalities::list(&mut tx).await?.into_iter().map(|(code, _)| code).collect();
        drop(tx);
        let keys = DeskKeys::open(&store, &master, &env.entropy, &codes).await?;
        let signer = Arc::new(open_signer(&store, &keys.subsidy, &env.entropy).await?);
        let lane = Lane::new(Arc::clone(&keys.subsidy), env.entropy.clone(), env.clock.clone());
        let (clock, entropy) = (env.clock.clone(), env.entropy.clone());
        Ok(Self { store, keys, lane, signer, clock, entropy, rules: env.rules })
    }

    /// Seals people of one municipality under the next numbers of its own count.
    pub async fn seal(
        &self,
        municipality: MunicipalityCode,
        people: &[BulkPerson],
    ) -> Result<SealedPeople, BulkError> {
        let access = PartitionAccess::of_the_hub(municipality);
        let first = self.take_persons(&access, people.len()).await?;
        let identity = self.keys.identity(&access)?;
        let mut sealed = SealedPeople {
            access,
            task: self.entropy.bytes(),
            rows: SealedRows::default(),
            routes: Vec::with_capacity(people.len()),
        };
        for ((at, person), number) in people.iter().enumerate().zip(first..) {
            self.seal_person(&mut sealed, &identity, number, (at, person))?;
        }
        Ok(sealed)
    }

    /// Writes the rows and the audit of one transaction.
    pub async fn insert(&self, sealed: &SealedPeople) -> Result<(), StoreError> {
        let access = &sealed.access;
        let mut turn = self.lane.turn().await;
        let mut tx = self.store.write().await?;
        tx.for_municipality(access.code()).await?;
        let key_version = self.keys.identity(access)?.version();
        let new = NewTask { task: &sealed.task, file_name: None, key_version };
        tasks::add_receiving(&mut tx, access, &new).await?;
        let count = |rows: usize| i64::try_from(rows).expect("rows of one transaction are few");
        let acceptance = Acceptance {
            content_tag: &sealed.task,
            csv_encoding: None,
            accepted_ms: self.clock.now_ms(),
            chunks: 0,
            received: count(sealed.records()),
        };
        tasks::accept(&mut tx, access, &sealed.task, &acceptance).await?;
        sealed.rows.put(access, &mut tx).await?;
        routes::add(&mut tx, access, &sealed.routes).await?;
        let progress = Progress {
            registered: count(sealed.records()),
            asked: count(sealed.people()),
            numbered: count(sealed.people()),
            ..Progress::default()
        };
        tasks::advance(&mut tx, access, &sealed.task, 0, &progress).await?;
        let mut rows = sealed.rows.written();
        rows.extend(sealed.routes.iter().map(|route| Written {
            table: "route",
            row: route.person.to_string(),
            version: 0,
        }));
        let entry = Entry::of(access.code(), ACT, access.principal())
            .with_outcome(format!("{} rows", sealed.records()))
            .wrote(rows);
        turn.append(&mut tx, &[entry]).await?;
        turn.commit(tx).await
    }

    /// Signs the head of the audit and lets the database go.
    pub async fn close(self) {
        let stopping = CancellationToken::new();
        stopping.cancel();
        audit::keep_checkpoints(self.store.clone(), self.signer, vec![self.lane], self.clock, stopping).await;
        self.store.close().await;
    }

    /// What the database says of its durability.
    pub async fn durability(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.store.durability().await
    }

    async fn take_persons(&self, access: &PartitionAccess, count: usize) -> Result<i64, StoreError> {
        let count = i64::try_from(count).expect("people of one transaction are few");
        let mut tx = self.store.write().await?;
        tx.for_municipality(access.code()).await?;
        let first = people::take_persons(&mut tx, access, count).await?;
        tx.commit().await?;
        Ok(first)
    }

    fn seal_person(
        &self,
        sealed: &mut SealedPeople,
        identity: &IdentityKeys,
        number: i64,
        (at, person): (usize, &BulkPerson),
    ) -> Result<(), BulkError> {
        let (access, subsidy) = (&sealed.access, &self.keys.subsidy);
        let mut who = None;
        let mut contents = Vec::with_capacity(person.records.len());
        for (record_at, record) in person.records.iter().enumerate() {
            let parsed = record.parse(access.municipality(), self.rules);
            let subject =
                parsed.subject.map_err(|_| BulkError::Rejected { person: at, record: record_at })?;
            who.get_or_insert((subject.number, subject.basic_five));
            contents.push(subject.certificate);
        }
        let Some((own_number, five)) = who else {
            return Err(BulkError::Rejected { person: at, record: 0 });
        };
        let draft = PersonDraft {
            person: number,
            number_tag: identity.number_tag(&own_number),
            identity: PersonToNumber {
                my_number: own_number.expose().to_owned(),
                basic_five_info: BasicFiveInfo::from(&five),
            },
            numbering: Numbering::Numbered { pmh_id: person.pmh_id.clone(), spelled: SpelledOtherwise::NONE },
            task: sealed.task.to_vec(),
            version: 0,
            certificates: Vec::new(),
            changed: true,
        };
        sealed.rows.people.push(identity.seal_person(&draft));
        let text = answer::encode(&contents.iter().collect::<Vec<_>>(), access.municipality());
        sealed.rows.answers.push(subsidy.seal_answer(access, number, 1, &text)?);
        for (certificate, content) in (1..).zip(contents) {
            let text = stored_certificate::encode(&content);
            let draft =
                CertificateDraft { certificate, content, version: 0, changed: true, named: Named::NotYet };
            sealed.rows.certificates.push(subsidy.seal_certificate(access, number, &draft, &text)?);
        }
        let pmh_tag = self.keys.routing.tag_pmh_id(&person.pmh_id);
        let mac = self.keys.routing.route_mac(&pmh_tag, access.code(), number);
        sealed.routes.push(NewRoute { pmh_tag, person: number, mac });
        Ok(())
    }
}
