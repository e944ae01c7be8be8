//! The credential that a municipality keeps beside its certificate.

use std::path::Path;

/// The bearer token in `tokens/<code>.token` of the data folder, if there is one. A hub with users takes it as that of
/// the municipality's unattended system; without users it checks it and asks for none.
pub fn municipality_credential(data: &Path, code: &str) -> Option<String> {
    let text = std::fs::read_to_string(data.join("tokens").join(format!("{code}.token"))).ok()?;
    let token = text.trim();
    (!token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_municipality_without_a_token_has_no_credential() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(municipality_credential(folder.path(), "271004"), None);
        std::fs::create_dir(folder.path().join("tokens")).unwrap();
        std::fs::write(folder.path().join("tokens/271004.token"), "abc\n").unwrap();
        assert_eq!(municipality_credential(folder.path(), "271004").as_deref(), Some("abc"));
        assert_eq!(municipality_credential(folder.path(), "130001"), None);
    }
}
