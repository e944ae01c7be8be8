//! Finds the programs of the system that the checks use.

use std::path::PathBuf;

pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_on_the_path_or_not_at_all() {
        assert!(find_on_path("cargo").is_some());
        assert!(find_on_path("no-program-has-this-name").is_none());
    }
}
