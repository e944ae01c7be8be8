//! Every route of the hub's doors: what it takes, what it refuses, and that a refusal leaves nothing behind.

mod areas;
mod bearer;
mod bindings;
mod catalogue;
mod characters;
mod checkpoints;
mod epochs;
mod erasures;
mod file_rows;
mod files;
mod forty_faults;
mod linkage_keys;
mod peers;
mod queries;
mod records;
mod search;
mod sizes;
mod subjects;
mod tasks;
