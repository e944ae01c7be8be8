//! The table, one file for each part. Each file's macro hands what stands so far, and its own entries, to the next
//! one; the last makes one enum of all, so a code without texts does not compile.

mod access;
mod files;
mod keys;
mod parties;
mod records;
mod service;
mod tasks;

use super::Entry;
use access::access;
use files::files;
use keys::keys;
use parties::parties;
use records::records;
use service::service;
use tasks::tasks;

access! { [files records tasks parties keys service catalogue] }
