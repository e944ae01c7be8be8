//! A hub's database in a folder that vanishes, for tests of this crate. What the doors do is tested from
//! outside, in the suite of the program.

use std::sync::Arc;

use pmh_crypto::{CheckpointSigner, Entropy, MasterKey};
use pmh_domain::{MunicipalityCode, VirtualClock};
use pmh_service::Counters;
use pmh_store::{Database, GroupCommit, Store, Tx};
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::access::PartitionAccess;
use crate::audit::{Lane, Lanes};
use crate::eligibility::Epochs;
use crate::keys::{DeskKeys, QueryKeys};
use crate::state::{Inquiry, InquiryParts};
use crate::store::{DESK, SCHEMA, municipalities};

pub(crate) const OSAKA: &str = "271004";

pub(crate) struct Stand {
    pub(crate) store: Store,
    pub(crate) keys: DeskKeys,
    pub(crate) entropy: Entropy,
    pub(crate) master: MasterKey,
    pub(crate) access: PartitionAccess,
    _folder: TempDir,
}

impl Stand {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite { folder: folder.path().to_owned() };
        SCHEMA.prepare(&database).await.unwrap();
        let store = SCHEMA.open(&database, DESK, 2).await.unwrap();
        let entropy = Entropy::new();
        let osaka: MunicipalityCode = OSAKA.parse().unwrap();
        let master = MasterKey::generate(&entropy);
        let mut tx = store.write().await.unwrap();
        municipalities::put(&mut tx, osaka, "大阪市", b"hash").await.unwrap();
        tx.commit().await.unwrap();
        let keys = DeskKeys::open(&store, &master, &entropy, &[osaka]).await.unwrap();
        Self { store, keys, entropy, master, access: PartitionAccess::of_the_hub(osaka), _folder: folder }
    }

    /// The query doors' state under a clock.
    pub(crate) fn inquiry(&self, clock: &VirtualClock) -> Inquiry {
        let (subsidy, routing) = (Arc::clone(&self.keys.subsidy), Arc::clone(&self.keys.routing));
        let lane = Lane::new(Arc::clone(&subsidy), self.entropy.clone(), clock.clone());
        Inquiry::new(InquiryParts {
            lanes: Lanes::with(&lane, 1),
            lane,
            store: self.store.clone(),
            keys: QueryKeys { subsidy, routing },
            signer: Arc::new(CheckpointSigner::generate(&self.entropy)),
            clock: clock.clone(),
            entropy: self.entropy.clone(),
            counters: Counters::new(),
            epochs: Epochs::default(),
            clock_moved: Notify::new(),
            questions: GroupCommit::new(1),
        })
    }

    pub(crate) async fn write(&self) -> Tx {
        self.store.write().await.unwrap()
    }
}
