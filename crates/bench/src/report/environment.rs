//! Where a run happened: without it a figure means nothing to whoever reads it later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    pub cpu: String,
    pub cores: u32,
    pub os: String,
    /// `sqlite`, `postgres`, or empty where the server is not ours to ask.
    pub database: String,
    pub database_version: String,
    /// What decides whether an answer stands durably: `fsync`, `synchronous_commit`, `synchronous`.
    pub durability: BTreeMap<String, String>,
    pub commit: String,
    /// Of the program.
    pub version: String,
    /// People that the server holds.
    pub population: u64,
    pub host_is_loopback: bool,
}
