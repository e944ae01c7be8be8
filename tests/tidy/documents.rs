//! What documents name exists: files, types, tests. And the documents exist.

use std::collections::BTreeSet;

use super::{
    assert_none,
    rust_text::{functions, names},
    tree::Tree,
};

const REQUIRED: &[&str] = &[
    "README.md",
    "README.ja.md",
    "docs/ARCHITECTURE.md",
    "docs/GLOSSARY.md",
    "docs/FIDELITY.md",
    "docs/SECURITY.md",
    "docs/TESTING.md",
];

/// A name in backticks that begins with one of these is a path from the root.
const FOLDERS: &[&str] =
    &["crates/", "tests/", "docs/", "fixtures/", "fuzz/", "bench/", "docker/", ".ci/", ".cargo/"];

/// Names in backticks that end so are files of ours, wherever they stand. Data files are not: users have some.
const SOURCES: &[&str] = &[".rs", ".md", ".sql"];

fn documents(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.with_extension("md").filter(|(path, _)| path.starts_with("docs/") || path.starts_with("README"))
}

/// Texts in single backticks, outside code blocks, with the number of their line.
fn in_backticks(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            found.extend(line.split('`').skip(1).step_by(2).map(|span| (number + 1, span)));
        }
    }
    found
}

fn path_fault(tree: &Tree, span: &str) -> Option<String> {
    if span.is_empty() || span.contains(|c: char| c.is_whitespace() || "<>{}*…:".contains(c)) {
        return None;
    }
    let there = if FOLDERS.iter().any(|folder| span.starts_with(folder)) {
        tree.has_exactly(span)
    } else if !span.starts_with(['/', '.', '~']) && SOURCES.iter().any(|end| span.ends_with(end)) {
        tree.has(span)
    } else {
        return None;
    };
    (!there).then(|| format!("no file {span}"))
}

/// Of two humps at least: a single one may be any word, such as `Host`.
fn is_type_name(word: &str) -> bool {
    let humps = word.chars().filter(char::is_ascii_uppercase).count();
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && humps >= 2
        && word.chars().all(|c| c.is_ascii_alphanumeric())
        && word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

fn type_faults(known: &BTreeSet<&str>, span: &str) -> Vec<String> {
    // Sentences and headers in backticks are no Rust.
    if span.contains(|c: char| c.is_whitespace() || c == '-' || c == '/') {
        return Vec::new();
    }
    names(span)
        .filter(|word| is_type_name(word) && !known.contains(word))
        .map(|word| format!("no type {word}"))
        .collect()
}

/// The last part of a name with three words at least, as every test has and few other things have.
fn test_name(span: &str) -> Option<&str> {
    let name = span.rsplit("::").next()?;
    let is_snake = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    (is_snake && name.matches('_').count() >= 2).then_some(name)
}

#[test]
fn the_required_documents_are_there() {
    let tree = Tree::read();
    let missing = REQUIRED.iter().filter(|path| tree.text(path).is_none_or(|text| text.trim().is_empty()));
    assert_none(
        &missing.map(|path| format!("{path} is missing: the project promises it")).collect::<Vec<_>>(),
    );
}

#[test]
fn files_named_in_documents_exist() {
    let tree = Tree::read();
    let mut faults = Vec::new();
    for (path, text) in documents(&tree) {
        for (line, span) in in_backticks(text) {
            faults.extend(path_fault(&tree, span).map(|fault| format!("{path}:{line}: {fault}")));
        }
    }
    assert_none(&faults);
}

#[test]
fn types_named_in_documents_exist() {
    let tree = Tree::read();
    let known: BTreeSet<&str> = tree.rust_under("crates/").flat_map(|(_, text)| names(text)).collect();
    let mut faults = Vec::new();
    for (path, text) in documents(&tree) {
        for (line, span) in in_backticks(text) {
            faults
                .extend(type_faults(&known, span).into_iter().map(|fault| format!("{path}:{line}: {fault}")));
        }
    }
    assert_none(&faults);
}

#[test]
fn tests_named_in_security_exist() {
    let tree = Tree::read();
    let security =
        tree.text("docs/SECURITY.md").expect("docs/SECURITY.md is missing: the project promises it");
    let known: BTreeSet<&str> = tree.with_extension("rs").flat_map(|(_, text)| functions(text)).collect();
    // Tables and columns have long names, too.
    let columns: BTreeSet<&str> = tree.with_extension("sql").flat_map(|(_, text)| names(text)).collect();
    let named: Vec<(usize, &str)> = in_backticks(security)
        .into_iter()
        .filter_map(|(line, span)| Some((line, test_name(span)?)))
        .filter(|(_, name)| !columns.contains(name))
        .collect();
    let unknown = named.iter().filter(|(_, name)| !known.contains(name));
    assert_none(
        &unknown.map(|(line, name)| format!("docs/SECURITY.md:{line}: no test {name}")).collect::<Vec<_>>(),
    );
    assert!(!named.is_empty(), "docs/SECURITY.md names no test: every claim there needs one");
}

#[test]
fn a_document_that_names_what_is_not_there_is_found() {
    let tree = Tree::read();
    for missing in ["crates/nowhere/", "tests/tidy/none.rs", "hub/src/none.rs", "NONE.md"] {
        assert!(path_fault(&tree, missing).is_some(), "{missing}");
    }
    for fine in
        ["crates/store/", "tests/tidy/tree.rs", "store/src/lib.rs", "tidy.rs", "/portal/v1/records", "a b.rs"]
    {
        assert_eq!(path_fault(&tree, fine), None, "{fine}");
    }
    let known = BTreeSet::from(["StoreError"]);
    assert_eq!(type_faults(&known, "pmh_store::StoreError::AlreadyGone"), ["no type AlreadyGone"]);
    assert!(type_faults(&known, "Host").is_empty() && type_faults(&known, "HTTP").is_empty());
    assert_eq!(test_name("roles::a_role_that_bypasses_is_refused"), Some("a_role_that_bypasses_is_refused"));
    assert_eq!(test_name("used_key"), None);
    assert_eq!(in_backticks("a `b` c `d`\n```\n`no`\n```\n`e`"), [(1, "b"), (1, "d"), (5, "e")]);
}
