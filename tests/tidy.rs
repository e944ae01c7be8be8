//! The tree keeps its own rules. Each check answers a list of faults, and each has a case that it must catch.

mod crates;
mod documents;
mod licences;
mod rust_text;
mod statements;
mod tree;

use tree::Tree;

/// All faults at once: a run that names only the first one is a run too many.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}

const LINES_MAX: usize = 500;

#[test]
fn no_rust_file_is_longer_than_500_lines() {
    let faults: Vec<String> = Tree::read()
        .with_extension("rs")
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&faults);
}

/// Texts that stand in no file. Put together, lest this file be the first to hold them.
fn banned() -> [(&'static str, &'static str); 10] {
    [
        (concat!("#[", "allow("), "write #[expect(lint, reason = \"…\")]"),
        (concat!("#![", "allow("), "write #![expect(lint, reason = \"…\")]"),
        (concat!("TO", "DO"), "do it, or write an issue"),
        (concat!("FIX", "ME"), "fix it, or write an issue"),
        (concat!("/wo", "rk/"), "a path of somebody's machine"),
        (concat!("/ro", "ot/"), "a path of somebody's machine"),
        (concat!("/ho", "me/"), "a path of somebody's machine"),
        (concat!("crates", ".io"), "a host of a registry"),
        (concat!("npm", "js"), "a host of a registry"),
        (concat!("py", "pi.org"), "a host of a registry"),
    ]
}

fn banned_in(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (word, instead) in banned() {
            if line.contains(word) {
                faults.push(format!("{path}:{}: {word} ({instead})", number + 1));
            }
        }
    }
    faults
}

#[test]
fn no_file_holds_a_banned_text() {
    // Cargo writes the name of its index into a Cargo.lock.
    let tree = Tree::read();
    let own = tree.files().filter(|(path, _)| !path.ends_with("Cargo.lock"));
    assert_none(&own.flat_map(|(path, text)| banned_in(path, text)).collect::<Vec<_>>());
}

#[test]
fn a_banned_text_is_found_with_its_line() {
    let faults = banned_in("a.rs", concat!("fn a() {}\n#[", "allow(dead_code)]\n// TO", "DO: later\n"));
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("a.rs:2: ") && faults[1].starts_with("a.rs:3: "), "{faults:?}");
}
