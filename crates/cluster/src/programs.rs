//! Finds the server's programs.

use std::path::{Path, PathBuf};

/// The oldest PostgreSQL that the project supports.
pub const POSTGRES_MAJOR_MIN: u32 = 15;

/// Where Debian and its relatives keep the server's programs, outside PATH, one folder a version.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// The folder of `postgres` and `initdb`: from PATH, else the newest that Debian has installed.
pub fn find_postgres() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).filter(|folder| has_server(folder));
    on_path.chain(debian_folders(Path::new(DEBIAN_VERSIONS))).find(|folder| is_new_enough(folder))
}

fn has_server(folder: &Path) -> bool {
    ["postgres", "initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
}

/// Newest first.
fn debian_folders(versions: &Path) -> Vec<PathBuf> {
    let Ok(entries) = versions.read_dir() else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .filter(|(_, folder)| has_server(folder))
        .collect();
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn is_new_enough(folder: &Path) -> bool {
    let output = std::process::Command::new(folder.join("postgres")).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.ok().and_then(|text| major_version(&text)).is_some_and(|major| major >= POSTGRES_MAJOR_MIN)
}

/// Of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `… 17beta1`.
fn major_version(text: &str) -> Option<u32> {
    let version = text.split("(PostgreSQL) ").nth(1)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_prints() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(major_version("something else"), None);
    }

    #[test]
    fn the_newest_installed_version_comes_first_and_half_ones_are_left_out() {
        let versions = tempfile::tempdir().unwrap();
        for (version, programs) in [
            ("9.6", &["postgres", "initdb", "pg_ctl"][..]),
            ("15", &["postgres", "initdb", "pg_ctl"]),
            ("16", &["psql"]),
            ("100", &["postgres", "initdb", "pg_ctl"]),
        ] {
            let bin = versions.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            for program in programs {
                std::fs::write(bin.join(program), "").unwrap();
            }
        }
        let found = debian_folders(versions.path());
        assert_eq!(found, ["100", "15"].map(|version| versions.path().join(version).join("bin")));
    }
}
