//! Checkpoints of the audit lanes, for whoever keeps them outside the hub (layout *assumed*).

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoints {
    pub checkpoints: Vec<CheckpointBody>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckpointBody {
    pub lane: String,
    pub sequence: i64,
    /// Hash of the lane's last row, lower-case hexadecimal.
    pub head: String,
    pub signed_at: String,
    pub signature: String,
    pub public_key: String,
}
