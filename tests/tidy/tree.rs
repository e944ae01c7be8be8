//! The files of the project.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Every text file by its path from the root, with `/`.
pub(super) struct Tree(BTreeMap<String, String>);

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Tree {
    /// What stands in the folder now, without what `.gitignore` names; does not ask git, which an unpacked
    /// archive has not.
    pub(super) fn read() -> Self {
        let root = root();
        let ignored = std::fs::read_to_string(root.join(".gitignore")).unwrap();
        let mut skip: Vec<PathBuf> =
            ignored.lines().filter_map(|line| line.strip_prefix('/')).map(|name| root.join(name)).collect();
        skip.push(root.join(".git"));
        let mut files = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().unwrap() {
                let path = entry.unwrap().path();
                if skip.contains(&path) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(text) = std::fs::read_to_string(&path) {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                    files.insert(name.to_owned(), text);
                }
            }
        }
        Self(files)
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub(super) fn with_extension(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| {
            Path::new(path).extension().is_some_and(|found| found.to_str() == Some(extension))
        })
    }

    pub(super) fn rust_under(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        self.with_extension("rs").filter(move |(path, _)| path.starts_with(folder))
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Whether a file or folder ends in these components: `hub/src/lib.rs` finds `crates/parties/hub/src/lib.rs`.
    pub(super) fn has(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        self.0.keys().any(|file| {
            let parts: Vec<&str> = file.split('/').collect();
            parts.windows(wanted.len()).any(|window| window == wanted)
        })
    }

    /// Whether a file or folder stands exactly there.
    pub(super) fn has_exactly(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.0.keys().any(|file| file == path || file.starts_with(&format!("{path}/")))
    }
}

#[test]
fn the_tree_is_read_without_what_was_built() {
    let tree = Tree::read();
    assert!(tree.text("Cargo.toml").is_some() && tree.text("tests/tidy/tree.rs").is_some());
    assert!(tree.has("store/src/lib.rs") && tree.has_exactly("crates/store/") && !tree.has_exactly("store"));
    assert!(tree.files().all(|(path, _)| !path.starts_with("target/") && !path.starts_with(".git/")));
}
