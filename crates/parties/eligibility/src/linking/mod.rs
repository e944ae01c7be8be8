//! Linking: the intermediate server tells which PMH-ID belongs to which linking number (001:540).

pub(crate) mod receive;
