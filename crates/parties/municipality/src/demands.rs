//! What a municipality may demand of the hub and gets: erasure (001:437), the operator's handling log (001:346), who
//! received what (001:350), its own operation log and its reviews (001:314), the state of rights (001:340).

use std::path::Path;
use std::time::Duration;

use pmh_audit_verify::{Finding, Lanes, RowToCheck};
use pmh_service::CallError;
use pmh_wire::audit::{
    CheckpointBody, Checkpoints, Deliveries, DeliveriesRequest, LogEntry, LogPage, OperationReview,
    OperationReviews, PersonActs, PersonActsRequest,
};
use pmh_wire::audit_export::EXPORT_MEDIA_TYPE;
use pmh_wire::users::Users;
use pmh_wire::{Erasure, ErasureApproval, ErasureRequest, Erasures, paths};

use crate::RegistrationClient;
use crate::client::{SubmitError, path_segment};

/// A whole partition, or the whole audit, takes its time.
const LONG: Duration = Duration::from_mins(30);

/// Which log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// What operator, numbering, eligibility and portal did with the partition.
    Handling,
    /// What the municipality's own people and systems did.
    Operations,
}

/// What was followed. That a sealed entry says what is told of it is not checked: for that the partition's key would
/// be needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogProof {
    pub lanes: u64,
    pub rows: u64,
    /// Acts of the municipality's partition, told by this log or not.
    pub own_acts: u64,
    /// Signed heads that the rows reach, of now and of the witnesses.
    pub signed_heads: u64,
    /// Whether some of them were signed before this reading.
    pub has_witness: bool,
}

/// A log that was read to its end.
#[derive(Debug)]
pub struct ReadLog {
    /// In the order of their times.
    pub entries: Vec<LogEntry>,
    pub proof: LogProof,
    /// What the hub had signed before the reading began: the witnesses for the next one.
    pub signed: Vec<CheckpointBody>,
}

/// Why a log is not what it must be, or was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadLogError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("{0}")]
    Found(Finding),
}

impl RegistrationClient {
    pub async fn request_erasure(&self, request: &ErasureRequest) -> Result<Erasure, CallError> {
        self.hub.post(paths::ERASURES, request).await
    }

    /// As the second person. The answer is the report.
    pub async fn approve_erasure(
        &self,
        erasure_id: &str,
        approval: &ErasureApproval,
    ) -> Result<Erasure, CallError> {
        let path = paths::erasure(path_segment(erasure_id)?);
        self.hub.with_timeout(LONG).post(&path, approval).await
    }

    pub async fn erasures(&self) -> Result<Vec<Erasure>, CallError> {
        Ok(self.hub.get::<Erasures>(paths::ERASURES).await?.erasures)
    }

    pub async fn erasure(&self, erasure_id: &str) -> Result<Erasure, CallError> {
        self.hub.get(&paths::erasure(path_segment(erasure_id)?)).await
    }

    pub async fn deliveries(&self, request: &DeliveriesRequest) -> Result<Deliveries, CallError> {
        self.hub.with_timeout(LONG).post(paths::DELIVERIES, request).await
    }

    pub async fn access_table(&self) -> Result<Users, CallError> {
        self.hub.get(paths::ACCESS_TABLE).await
    }

    pub async fn operation_reviews(&self) -> Result<OperationReviews, CallError> {
        self.hub.get(paths::OPERATION_REVIEWS).await
    }

    pub async fn review_operations(&self, review: &OperationReview) -> Result<(), CallError> {
        self.tell(paths::OPERATION_REVIEWS, review).await
    }

    /// Reads a whole log and follows its proof. `witnesses` are heads that the hub had signed at an earlier reading:
    /// with them it shows if the end was cut off or everything rolled back since.
    pub async fn log(&self, log: Log, witnesses: &[CheckpointBody]) -> Result<ReadLog, ReadLogError> {
        let path = match log {
            Log::Handling => paths::HANDLING,
            Log::Operations => paths::OPERATIONS,
        };
        // Before the first row: whatever was signed by then must be among the rows.
        let signed = self.hub.get::<Checkpoints>(paths::CHECKPOINTS).await?.checkpoints;
        let mut lanes = self.lanes(witnesses, &signed);
        let mut entries = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page: LogPage = self.hub.get(&paths::log(path, after.as_deref())).await?;
            for row in page.rows {
                let shown = RowToCheck::of_log(&row);
                lanes.take(&shown.ok_or(CallError::Unexpected("a row that is none".to_owned()))?);
                entries.extend(row.entries);
            }
            match page.next {
                None => break,
                next if next != after => after = next,
                Some(_) => return Err(CallError::Unexpected("a log that does not go on".to_owned()).into()),
            }
        }
        // One width and one offset: as texts they stand in order.
        entries.sort_by(|one, other| one.at.cmp(&other.at));
        // After the last row: what was cut meanwhile is not missing.
        for cut in &self.hub.get::<Checkpoints>(paths::CHECKPOINTS).await?.cuts {
            lanes.cut(cut);
        }
        lanes.finish();
        if let Some(finding) = lanes.findings.first() {
            return Err(ReadLogError::Found(finding.clone()));
        }
        let proof = LogProof {
            lanes: lanes.lanes(),
            rows: lanes.rows,
            own_acts: lanes.own_acts,
            signed_heads: lanes.signed_heads,
            has_witness: lanes.has_witness,
        };
        Ok(ReadLog { entries, proof, signed })
    }

    /// The key is that of the witnesses; without any, the one that the hub names now.
    fn lanes(&self, witnesses: &[CheckpointBody], now: &[CheckpointBody]) -> Lanes {
        let key = witnesses.first().or(now.first()).map(|head| hex::decode(&head.public_key));
        let key = key.and_then(Result::ok).unwrap_or_default();
        let mut lanes = Lanes::new(self.municipality().as_str(), key);
        for witness in witnesses {
            lanes.witness(witness);
        }
        for head in now {
            lanes.signed(head);
        }
        lanes
    }

    /// Every act that concerns one person.
    pub async fn person_acts(&self, request: &PersonActsRequest) -> Result<PersonActs, CallError> {
        self.hub.with_timeout(LONG).post(paths::PERSON_ACTS, request).await
    }

    /// The audit as a file that verifies by itself, written while it comes.
    pub async fn save_audit(&self, path: &Path) -> Result<(), SubmitError> {
        self.save(paths::AUDIT_EXPORT, EXPORT_MEDIA_TYPE, path).await
    }

    /// The signed heads, to be kept.
    pub async fn heads(&self) -> Result<Checkpoints, CallError> {
        self.hub.get(paths::CHECKPOINTS).await
    }
}
