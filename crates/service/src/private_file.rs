//! Files that appear whole or not at all, and that only their owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone, Copy)]
pub(crate) enum Readers {
    Owner,
    All,
}

/// Writes a new file and syncs it. `false`: another process was faster, its file stands.
pub(crate) fn write_new(path: &Path, content: &[u8], readers: Readers) -> io::Result<bool> {
    let draft = draft_of(path)?;
    write_draft(&draft, content, readers)?;
    // A link, not a rename: it fails when the name is taken.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a file, replacing one that stands there.
pub(crate) fn replace(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let draft = draft_of(path)?;
    write_draft(&draft, content, readers)?;
    fs::rename(&draft, path)
}

/// Whether others than the owner may read the file. Always `false` where files have no mode.
pub(crate) fn others_may_read(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        fs::metadata(path).map(|_| false)
    }
}

fn draft_of(path: &Path) -> io::Result<PathBuf> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    Ok(path.with_file_name(format!(".{name}.{}.{number}", std::process::id())))
}

fn write_draft(draft: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    // One may be left of a process that had the same id.
    match fs::remove_file(draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(match readers {
            Readers::Owner => 0o600,
            Readers::All => 0o644,
        });
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = options.open(draft)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_stands_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(write_new(&path, b"first", Readers::Owner).unwrap());
        assert!(!write_new(&path, b"second", Readers::Owner).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_a_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new(&path, b"secret", Readers::Owner).unwrap();
        assert!(!others_may_read(&path).unwrap());
        replace(&path, b"public", Readers::All).unwrap();
        assert!(others_may_read(&path).unwrap());
    }
}
