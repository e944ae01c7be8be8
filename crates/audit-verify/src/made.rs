//! Heads, rows and exports as the hub makes them, for the tests.

use pmh_crypto::{AuditRow, Checkpoint, CheckpointSigner, Entropy, LaneHead, LaneId, Leaf, append, sha256};
use pmh_domain::rfc3339_japan;
use pmh_wire::audit::CheckpointBody;
use pmh_wire::audit_export::{
    EXPORT_VERSION, ExportEnd, ExportEntry, ExportHead, ExportLine, ExportRow, ExportedAct, RemovedRow,
    StandingRow, WrittenRow,
};

pub(crate) const OSAKA: &str = "271004";
pub(crate) const TOKYO: &str = "130001";
pub(crate) const PERSON: &str = "person";
pub(crate) const CERTIFICATE: &str = "certificate";
pub(crate) const ROUTE: &str = "route";

pub(crate) fn signer() -> CheckpointSigner {
    CheckpointSigner::generate(&Entropy::new())
}

pub(crate) fn head(key: &CheckpointSigner, head: &LaneHead) -> CheckpointBody {
    body(key, &key.sign(head, 0))
}

pub(crate) fn cut(key: &CheckpointSigner, head: &LaneHead) -> CheckpointBody {
    body(key, &key.sign_cut(head, 0).0)
}

fn body(key: &CheckpointSigner, signed: &Checkpoint) -> CheckpointBody {
    CheckpointBody {
        lane: hex::encode(signed.lane),
        sequence: signed.sequence,
        head: hex::encode(signed.hash),
        signed_at: rfc3339_japan(signed.at_ms),
        signature: hex::encode(signed.signature),
        public_key: hex::encode(key.public_key()),
    }
}

/// Rows of one lane, one after the other.
pub(crate) struct Lane {
    pub(crate) heads: Vec<LaneHead>,
    pub(crate) rows: Vec<ExportRow>,
}

impl Lane {
    pub(crate) fn new(lane: LaneId) -> Self {
        Self { heads: vec![LaneHead::start(lane)], rows: Vec::new() }
    }

    pub(crate) fn last(&self) -> &LaneHead {
        self.heads.last().expect("a lane has a start")
    }

    /// With an entry of Osaka behind one of Tokyo. `None`: it does not open.
    pub(crate) fn add(&mut self, real_ms: i64, told: Option<ExportedAct>) {
        let sealed = format!("sealed {}", self.rows.len());
        let leaf = |code: &str| Leaf { municipality: code.to_owned(), entry_hash: sha256(sealed.as_bytes()) };
        let row = append(self.last(), real_ms, real_ms, &[leaf(TOKYO), leaf(OSAKA)]);
        self.heads.push(row.head());
        self.rows.push(shown(row, ExportEntry { position: 1, sealed: hex::encode(&sealed), told }));
    }

    /// So many rows in which nothing was written.
    pub(crate) fn of(lane: LaneId, rows: i64) -> Self {
        let mut lane = Self::new(lane);
        for at in 0..rows {
            lane.add(at, Some(act(&[], &[])));
        }
        lane
    }
}

fn shown(row: AuditRow, entry: ExportEntry) -> ExportRow {
    ExportRow {
        lane: hex::encode(row.lane),
        sequence: row.sequence,
        virtual_ms: row.virtual_ms,
        real_ms: row.real_ms,
        previous: hex::encode(row.previous),
        hash: hex::encode(row.hash),
        leaves: hex::encode(row.leaves),
        entries: vec![entry],
    }
}

/// Of each row written: table, row and version; of each removed: table and row.
pub(crate) fn act(written: &[(&str, &str, i64)], removed: &[(&str, &str)]) -> ExportedAct {
    let written = written.iter().map(|(table, row, version)| WrittenRow {
        table: (*table).to_owned(),
        row: (*row).to_owned(),
        version: *version,
    });
    let removed =
        removed.iter().map(|(table, row)| RemovedRow { table: (*table).to_owned(), row: (*row).to_owned() });
    ExportedAct {
        act: "registration.apply".to_owned(),
        principal: "hub".to_owned(),
        person: None,
        institution: None,
        outcome: None,
        removed: removed.collect(),
        written: written.collect(),
    }
}

/// A route bears the hub's mark.
pub(crate) fn standing((table, row, version): (&str, &str, i64)) -> StandingRow {
    let holds = (table == ROUTE).then_some(true);
    StandingRow { table: table.to_owned(), row: row.to_owned(), version, holds }
}

/// Lines as they are sent, between the head of an open export and its end.
pub(crate) fn export(key: &CheckpointSigner, lines: Vec<ExportLine>) -> Vec<u8> {
    let head = ExportLine::Export(ExportHead {
        version: EXPORT_VERSION,
        municipality_code: OSAKA.to_owned(),
        made_at: rfc3339_japan(0),
        public_key: hex::encode(key.public_key()),
        is_open: true,
        tables: [PERSON, CERTIFICATE, ROUTE].map(str::to_owned).to_vec(),
    });
    let end = ExportLine::End(ExportEnd { lines: lines.len() as u64 + 2 });
    text([head].into_iter().chain(lines).chain([end]))
}

pub(crate) fn text(lines: impl IntoIterator<Item = ExportLine>) -> Vec<u8> {
    let line = |line| serde_json::to_string(&line).expect("a line can be written") + "\n";
    lines.into_iter().map(line).collect::<String>().into_bytes()
}
