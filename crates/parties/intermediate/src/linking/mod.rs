//! Linking: the OQS is told which PMH-ID belongs to which linking number, and nothing else (001:540).

pub(crate) mod deliver;
