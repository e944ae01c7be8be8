//! The master key of a party: from the environment or from a file that only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pmh_crypto::{Entropy, MasterKey};
use pmh_wire::Party;
use zeroize::Zeroizing;

use crate::private_file::{Readers, others_may_read, replace, write_new};
use crate::{PartyEnv, StartError};

/// `PMH_MASTER_KEY_<PARTY>` if it is set, else `keys/<party>.key` in the data folder, made at the first start.
pub fn master_key(env: &PartyEnv, party: Party) -> Result<MasterKey, StartError> {
    MasterKeyFile::of(&env.data, party, &env.entropy).current()
}

/// Where a party's master key is kept, and its successor while the two change.
pub struct MasterKeyFile {
    variable: String,
    path: PathBuf,
    next: PathBuf,
    entropy: Entropy,
}

impl MasterKeyFile {
    pub fn of(data: &Path, party: Party, entropy: &Entropy) -> Self {
        let folder = data.join("keys");
        Self {
            variable: format!("PMH_MASTER_KEY_{}", party.as_str().to_ascii_uppercase()),
            path: folder.join(format!("{party}.key")),
            next: folder.join(format!("{party}.key.next")),
            entropy: entropy.clone(),
        }
    }

    /// Whether whoever starts the party keeps the key; then nothing here can change it.
    pub fn is_elsewhere(&self) -> bool {
        std::env::var_os(&self.variable).is_some()
    }

    /// The key as the next start would take it, if there is one; none is made.
    pub fn find(&self) -> Result<Option<MasterKey>, StartError> {
        if let Some(text) = std::env::var_os(&self.variable) {
            let text = Zeroizing::new(text.to_string_lossy().into_owned());
            let key = MasterKey::from_text(&text);
            return key.map(Some).map_err(|_| StartError::MasterKey(self.variable.clone()));
        }
        if self.path.exists() { read(&self.path).map(Some) } else { Ok(None) }
    }

    /// The key as the next start would take it.
    pub fn current(&self) -> Result<MasterKey, StartError> {
        if let Some(key) = self.find()? {
            return Ok(key);
        }
        if let Some(folder) = self.path.parent() {
            crate::make_private_folder(folder)?;
        }
        let text = MasterKey::generate(&self.entropy).to_text();
        write_new(&self.path, text.as_bytes(), Readers::Owner).map_err(failed(&self.path))?;
        // Read even when it was made here: another process may have been faster.
        read(&self.path)
    }

    /// The successor, if one is prepared.
    pub fn next(&self) -> Result<Option<MasterKey>, StartError> {
        if self.is_elsewhere() || !self.next.exists() {
            return Ok(None);
        }
        read(&self.next).map(Some)
    }

    /// Keeps a successor durably, before anything is wrapped under it. One that stands there was never in force.
    pub fn prepare_next(&self) -> Result<MasterKey, StartError> {
        let next = MasterKey::generate(&self.entropy);
        replace(&self.next, next.to_text().as_bytes(), Readers::Owner).map_err(failed(&self.next))?;
        self.sync_folder()?;
        Ok(next)
    }

    /// The successor takes the place of the old key, at once or not at all. The old one's bytes are overwritten;
    /// what a file system or a disk keeps of them is not promised. Without a successor another process of this folder
    /// was faster, and nothing is overwritten.
    pub fn promote_next(&self) -> Result<(), StartError> {
        let old = OpenOptions::new().write(true).open(&self.path).map_err(failed(&self.path))?;
        match fs::rename(&self.next, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            renamed => renamed.map_err(failed(&self.path))?,
        }
        self.sync_folder()?;
        overwrite(old).map_err(failed(&self.path))
    }

    fn sync_folder(&self) -> Result<(), StartError> {
        let Some(folder) = self.path.parent() else { return Ok(()) };
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
    }
}

fn read(path: &Path) -> Result<MasterKey, StartError> {
    if others_may_read(path).map_err(failed(path))? {
        return Err(StartError::Exposed(path.to_owned()));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed(path))?);
    MasterKey::from_text(&text).map_err(|_| StartError::MasterKey(path.display().to_string()))
}

fn overwrite(mut file: fs::File) -> io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.write_all(&vec![0; length])?;
    file.sync_all()
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StartError + use<> {
    let path = path.to_owned();
    move |source| StartError::File { path, source }
}
