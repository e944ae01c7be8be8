//! One act of a batch: whose it is, and a hash that commits to its entry.

use crate::framing::push_field;

const LENGTH_BYTES: usize = 4;
const HASH_LENGTH: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    pub municipality: String,
    /// An export for one municipality shows the leaves of all others, and the bare hash of a
    /// guessable entry would confirm the guess: so it is the hash of the *sealed* entry, in which a
    /// drawn nonce stands.
    pub entry_hash: [u8; HASH_LENGTH],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored leaves of an audit row cannot be read")]
pub struct LeavesError;

/// `count (4) | for each: length of the code (4), code, hash (32)`.
pub fn encode_leaves(leaves: &[Leaf]) -> Vec<u8> {
    let count = u32::try_from(leaves.len()).expect("a batch is bounded, far below 2^32 acts");
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + leaves.len() * (LENGTH_BYTES + 6 + HASH_LENGTH));
    bytes.extend_from_slice(&count.to_be_bytes());
    for leaf in leaves {
        push_field(&mut bytes, leaf.municipality.as_bytes());
        bytes.extend_from_slice(&leaf.entry_hash);
    }
    bytes
}

pub fn decode_leaves(bytes: &[u8]) -> Result<Vec<Leaf>, LeavesError> {
    let (count, mut rest) = take_length(bytes)?;
    let mut leaves = Vec::new();
    for _ in 0..count {
        let (length, after) = take_length(rest)?;
        let (municipality, after) = after.split_at_checked(length).ok_or(LeavesError)?;
        let (entry_hash, after) = after.split_first_chunk::<HASH_LENGTH>().ok_or(LeavesError)?;
        let municipality = std::str::from_utf8(municipality).map_err(|_| LeavesError)?.to_owned();
        leaves.push(Leaf { municipality, entry_hash: *entry_hash });
        rest = after;
    }
    if rest.is_empty() { Ok(leaves) } else { Err(LeavesError) }
}

fn take_length(bytes: &[u8]) -> Result<(usize, &[u8]), LeavesError> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>().ok_or(LeavesError)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| LeavesError)?;
    Ok((length, rest))
}
