//! All SQL of the municipal system. Every statement on a partitioned table names the municipality.

pub(crate) mod chunk;
pub(crate) mod key;
pub(crate) mod municipality;
pub(crate) mod submission;
pub(crate) mod witness;
