//! One owner per party: whoever runs a party of a world holds its lock, `lock/<party>` in the data folder.
//!
//! The locks are those of the operating system and end with the process, also with one that was killed. They
//! say nothing of another data folder on the same PostgreSQL server: a second hub there is a matter of the
//! database.

use std::fs::{File, TryLockError};
use std::path::Path;

use pmh_service::{StartError, make_private_folder};
use pmh_wire::Party;

/// The locks of the parties of one process.
#[derive(Debug)]
pub(crate) struct Ownership {
    _locks: Vec<File>,
}

impl Ownership {
    /// All of these parties or none.
    pub(crate) fn take(data: &Path, parties: &[Party]) -> Result<Self, StartError> {
        let folder = data.join("lock");
        make_private_folder(&folder)?;
        let take = |party: &Party| {
            let path = folder.join(party.as_str());
            let failed = |source| StartError::File { path: path.clone(), source };
            let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => Ok(file),
                Err(TryLockError::WouldBlock) => {
                    Err(StartError::RunsAlready { party: *party, data: data.to_owned() })
                }
                Err(TryLockError::Error(source)) => Err(failed(source)),
            }
        };
        Ok(Self { _locks: parties.iter().map(take).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_has_one_owner_until_that_one_ends() {
        let data = tempfile::tempdir().unwrap();
        let first = Ownership::take(data.path(), &[Party::Hub]).unwrap();
        let second = Ownership::take(data.path(), &Party::ALL).unwrap_err();
        assert!(matches!(second, StartError::RunsAlready { party: Party::Hub, .. }), "{second}");
        // The refused one holds nothing of what it could have had.
        drop(Ownership::take(data.path(), &[Party::Municipality, Party::Portal]).unwrap());
        drop(first);
        drop(Ownership::take(data.path(), &Party::ALL).unwrap());
    }
}
