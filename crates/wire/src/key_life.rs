//! `/__admin/keys` of the hub: where each key version stands, and what its operator does with it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which ring of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyArea {
    Identity,
    Subsidy,
}

impl KeyArea {
    pub const ALL: [Self; 2] = [Self::Identity, Self::Subsidy];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Subsidy => "subsidy",
        }
    }
}

impl fmt::Display for KeyArea {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A key version's way, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyStanding {
    /// Opens, does not seal yet.
    Added,
    /// Seals everything that is written.
    Primary,
    /// Opens what stands under it until that is sealed anew.
    Retiring,
    /// Neither opens nor seals, and can come back.
    Disabled,
    Destroyed,
}

/// Why a version is not further on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyWait {
    /// Not every live hub process has loaded its state.
    Processes,
    /// Rows are left under it.
    Rows,
    /// Somebody has to disable it.
    Disabling,
    /// Somebody has to destroy it.
    Destroying,
}

/// One version. Its key is in no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyVersion {
    pub area: KeyArea,
    pub version: i64,
    pub standing: KeyStanding,
    pub rows_left: u64,
    /// Live hub processes that have loaded this standing.
    pub loaded_by: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<KeyWait>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartitionKeys {
    /// A municipality code, or `hub` for what is nobody's.
    pub partition: String,
    pub keys: Vec<KeyVersion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyList {
    /// Live hub processes on this database.
    pub processes: u64,
    pub partitions: Vec<PartitionKeys>,
}

impl KeyList {
    pub fn find(&self, partition: &str, area: KeyArea, version: i64) -> Option<&KeyVersion> {
        let of_partition = self.partitions.iter().find(|one| one.partition == partition)?;
        of_partition.keys.iter().find(|key| key.area == area && key.version == version)
    }
}

/// One version of one ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyName {
    pub partition: String,
    pub area: KeyArea,
    pub version: i64,
}

/// What the hub's operator does. `{"rotate": {"partition": "271004", "area": "subsidy"}}`, `"reseal"`, `"rotateMaster"`, …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum KeyCommand {
    /// Adds a version. It becomes primary by itself when every live process has loaded it, and the rows follow.
    Rotate {
        partition: String,
        area: KeyArea,
    },
    /// Looks at once for rows under older versions, instead of within half a minute.
    Reseal,
    Disable(KeyName),
    /// Takes a disabling back.
    Enable(KeyName),
    /// For good.
    Destroy(KeyName),
    /// A municipality whose partition is empty loses all its keys, and the master key is replaced.
    Shred {
        municipality_code: String,
    },
    RotateMaster,
}
