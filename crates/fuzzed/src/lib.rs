//! What is fuzzed: one function for each kind of input that comes from outside. Each takes any bytes, asserts what
//! must hold of them, and answers nothing; that it does not panic is the least of it.
//!
//! Two callers: the targets under `fuzz/`, one line each, which a fuzzer drives on a nightly compiler; and the tests
//! of this crate, which replay the corpus on the compiler that everybody has. `docs/TESTING.md` tells what ran.

mod audit_export;
mod csv;
mod edits;
mod files;
mod json_bodies;
mod key_ring_file;
mod linkage_key;
mod sample_export;
mod sealed_value;

pub use audit_export::audit_export;
pub use csv::csv;
pub use json_bodies::{BODIES, json_bodies};
pub use key_ring_file::key_ring_file;
pub use linkage_key::linkage_key;
pub use sample_export::sample_export;
pub use sealed_value::sealed_value;

pub type FuzzFunction = fn(&[u8]);

/// By the name of the target and of the folder of its corpus.
pub const FUNCTIONS: [(&str, FuzzFunction); 6] = [
    ("audit_export", audit_export),
    ("csv", csv),
    ("json_bodies", json_bodies),
    ("key_ring_file", key_ring_file),
    ("linkage_key", linkage_key),
    ("sealed_value", sealed_value),
];
