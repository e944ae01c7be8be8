//! Numbering: who is this person, and under which PMH-ID (001:38).

pub(crate) mod request;
