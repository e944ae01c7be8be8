//! The credential that a municipality keeps beside its certificate.

use std::path::Path;

use crate::StartError;
use crate::private_file::others_may_read;

/// The bearer token in `tokens/<code>.token` of the data folder, if there is one. A hub with users takes it as that of
/// the municipality's unattended system; without users it checks it and asks for none. One that others than its owner
/// may read is refused.
pub fn municipality_credential(data: &Path, code: &str) -> Result<Option<String>, StartError> {
    let path = data.join("tokens").join(format!("{code}.token"));
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    if others_may_read(&path).map_err(|source| StartError::File { path: path.clone(), source })? {
        return Err(StartError::Exposed(path));
    }
    let token = text.trim();
    Ok((!token.is_empty()).then(|| token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private_file;

    #[test]
    fn a_municipality_without_a_token_has_no_credential() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(municipality_credential(folder.path(), "271004").unwrap(), None);
        std::fs::create_dir(folder.path().join("tokens")).unwrap();
        let token = folder.path().join("tokens/271004.token");
        private_file::replace(&token, b"abc\n", private_file::Readers::Owner).unwrap();
        assert_eq!(municipality_credential(folder.path(), "271004").unwrap().as_deref(), Some("abc"));
        assert_eq!(municipality_credential(folder.path(), "130001").unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_token_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tokens")).unwrap();
        let token = folder.path().join("tokens/271004.token");
        private_file::replace(&token, b"abc", private_file::Readers::All).unwrap();
        let refused = municipality_credential(folder.path(), "271004");
        assert!(matches!(refused, Err(StartError::Exposed(path)) if path == token));
    }
}
