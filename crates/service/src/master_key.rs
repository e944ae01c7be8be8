//! The master key of a party: from the environment or from a file that only its owner may read.

use std::io;
use std::path::{Path, PathBuf};

use pmh_crypto::MasterKey;
use pmh_wire::Party;
use zeroize::Zeroizing;

use crate::private_file::{Readers, others_may_read, write_new};
use crate::{PartyEnv, StartError};

/// `PMH_MASTER_KEY_<PARTY>` if it is set, else `keys/<party>.key` in the data folder, made at the first start.
pub fn master_key(env: &PartyEnv, party: Party) -> Result<MasterKey, StartError> {
    if let Some(key) = find_master_key(&env.data, party)? {
        return Ok(key);
    }
    let path = key_path(&env.data, party);
    crate::make_private_folder(&env.data.join("keys"))?;
    let text = MasterKey::generate(&env.entropy).to_text();
    write_new(&path, text.as_bytes(), Readers::Owner)
        .map_err(|source| StartError::File { path: path.clone(), source })?;
    // Read even when it was made here: another process may have been faster.
    read_key(&path)
}

/// The master key of a party that has one already; `None` makes none.
pub fn find_master_key(data: &Path, party: Party) -> Result<Option<MasterKey>, StartError> {
    let variable = format!("PMH_MASTER_KEY_{}", party.as_str().to_ascii_uppercase());
    if let Some(text) = std::env::var_os(&variable) {
        let text = Zeroizing::new(text.to_string_lossy().into_owned());
        return MasterKey::from_text(&text).map(Some).map_err(|_| StartError::MasterKey(variable));
    }
    let path = key_path(data, party);
    if path.exists() { read_key(&path).map(Some) } else { Ok(None) }
}

fn key_path(data: &Path, party: Party) -> PathBuf {
    data.join("keys").join(format!("{party}.key"))
}

fn read_key(path: &Path) -> Result<MasterKey, StartError> {
    let failed = |source: io::Error| StartError::File { path: path.to_owned(), source };
    if others_may_read(path).map_err(failed)? {
        return Err(StartError::Exposed(path.to_owned()));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    MasterKey::from_text(&text).map_err(|_| StartError::MasterKey(path.display().to_string()))
}
