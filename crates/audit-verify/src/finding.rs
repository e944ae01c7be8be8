//! What can be wrong, and what cannot be known, each in one sentence.

use pmh_crypto::{LaneFault, LaneId};

/// Something that is not as the hub wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    #[error("line {0} is no line of an export")]
    Line(u64),
    #[error("the export breaks off: its end is missing")]
    Unfinished,
    #[error("the export is signed under another key than the witness")]
    OtherKey,
    #[error("a signed head cannot be read")]
    UnreadableHead,
    #[error("lane {}: the signature of the head at row {sequence} is not the hub's", hex::encode(lane))]
    Signature { lane: LaneId, sequence: i64 },
    #[error("lane {}: the signature of the cut at row {sequence} is not the hub's", hex::encode(lane))]
    CutSignature { lane: LaneId, sequence: i64 },
    #[error("lane {}: rows {first} to {last} are missing", hex::encode(lane))]
    Missing { lane: LaneId, first: i64, last: i64 },
    /// Of the chain alone.
    #[error("lane {}: {fault}", hex::encode(lane))]
    Lane { lane: LaneId, fault: LaneFault },
    #[error(
        "lane {}: row {sequence} is not the one that was signed or shown before: written anew, or forked",
        hex::encode(lane)
    )]
    Forked { lane: LaneId, sequence: i64 },
    #[error(
        "lane {}: row {sequence}, entry {position} is not the one whose hash stands in the row",
        hex::encode(lane)
    )]
    Entry { lane: LaneId, sequence: i64, position: u64 },
    #[error("lane {}: row {sequence}, entry {position} is missing", hex::encode(lane))]
    MissingEntry { lane: LaneId, sequence: i64, position: u64 },
    #[error("lane {}: row {sequence}, entry {position} is another municipality's", hex::encode(lane))]
    ForeignEntry { lane: LaneId, sequence: i64, position: u64 },
    #[error("{table} {row} was rolled back: it stands in version {found}, the audit wrote version {audited}")]
    RolledBack { table: String, row: String, found: i64, audited: i64 },
    #[error("{table} {row} stands in version {found}, which no act of the audit wrote")]
    Unaudited { table: String, row: String, found: i64 },
    #[error("{table} {row} is missing: the audit wrote it and nothing of the audit removed it")]
    MissingRow { table: String, row: String },
    #[error("the route to person {0} is missing: nothing of the audit removed it")]
    MissingRoute(String),
    #[error("a route to person {0} does not bear the hub's mark")]
    ForgedRoute(String),
}

impl Finding {
    /// For machines.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Line(_) => "line",
            Self::Unfinished => "unfinished",
            Self::OtherKey => "other_key",
            Self::UnreadableHead => "unreadable_head",
            Self::Signature { .. } => "signature",
            Self::CutSignature { .. } => "cut_signature",
            Self::Missing { .. } => "missing_rows",
            Self::Lane { fault, .. } => kind_of(*fault),
            Self::Forked { .. } => "forked",
            Self::Entry { .. } => "entry",
            Self::MissingEntry { .. } => "missing_entry",
            Self::ForeignEntry { .. } => "foreign_entry",
            Self::RolledBack { .. } => "rolled_back",
            Self::Unaudited { .. } => "unaudited",
            Self::MissingRow { .. } => "missing_row",
            Self::MissingRoute(_) => "missing_route",
            Self::ForgedRoute(_) => "forged_route",
        }
    }
}

fn kind_of(fault: LaneFault) -> &'static str {
    match fault {
        LaneFault::OtherLane(_) => "other_lane",
        LaneFault::OutOfOrder { .. } => "out_of_order",
        LaneFault::Unlinked(_) => "unlinked",
        LaneFault::Altered(_) => "altered",
        LaneFault::Leaves(_) => "leaves",
        LaneFault::Truncated { .. } => "truncated",
        LaneFault::NotAsWitnessed(_) => "forked",
        LaneFault::BeforeTheRows(_) => "before_the_rows",
    }
}

/// What nobody can tell from what was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum NotChecked {
    #[error("whether the end of a lane, or a whole lane, is gone or was written anew: there is no witness")]
    NoWitness,
    #[error("rows before a cut: {0} heads of witnesses are older than it")]
    BeforeCut(u64),
    #[error("rows of the tables against the audit: the entries are closed")]
    Closed,
    #[error("rows of the tables against {0} entries that do not open")]
    Unopened(u64),
    #[error("rows of the tables that were written before a cut: {0}")]
    WrittenBeforeCut(u64),
    #[error("rows of the tables that changed while the export was made: {0}")]
    Moving(u64),
}
