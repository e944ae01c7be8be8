//! Every route of the hub's doors: what it takes, what it refuses, and that a refusal leaves nothing behind.

mod areas;
pub(crate) mod audit_exports;
mod bearer;
mod bindings;
mod cancellation;
mod catalogue;
mod characters;
mod checkpoints;
mod epochs;
mod erasures;
mod failed_tasks;
mod file_rows;
mod files;
mod forty_faults;
mod layouts;
mod linkage_keys;
mod logs;
mod numbering;
mod peers;
mod queries;
mod records;
mod results_csv;
mod search;
mod sizes;
mod subjects;
mod task_list;
mod tasks;
