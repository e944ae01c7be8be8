//! Introduction: the portal is told which PMH-ID belongs to which portal pseudonym, and nothing else (001:544).

pub(crate) mod deliver;
