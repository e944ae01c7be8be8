//! Values that are sealed by the million, without the names of their members: certificates and answers are a third of
//! their JSON, and what is not in memory is not read from the disk for a query (decision 20).

use serde::{Deserialize, Serialize};

/// Begins each value. JSON, in which folders of before hold theirs, begins with no such byte.
const FORM: u8 = 1;

#[derive(Debug)]
pub(crate) struct Damaged;

pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(value, vec![FORM])
        .expect("strings, numbers and lists of known length always serialise")
}

/// The bytes after the mark of the form; `None` for a value of before.
pub(crate) fn marked(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(&[FORM])
}

pub(crate) fn decode<'a, T: Deserialize<'a>>(marked: &'a [u8]) -> Result<T, Damaged> {
    match postcard::take_from_bytes(marked) {
        Ok((value, [])) => Ok(value),
        _ => Err(Damaged),
    }
}
