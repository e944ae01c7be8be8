//! Rust source as text: string literals, names.

use std::collections::BTreeSet;

/// The contents of the string literals of a Rust source, escapes left as they are but for a backslash at the end
/// of a line, which joins. Comments and characters are passed over.
pub(super) fn string_literals(source: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if let Some(hashes) = raw_start(rest) {
            let body = &rest[hashes + 2..];
            let end = format!("\"{}", "#".repeat(hashes));
            let length = body.find(&end).unwrap_or(body.len());
            literals.push(body[..length].to_owned());
            rest = body.get(length + end.len()..).unwrap_or("");
        } else if first == '"' {
            let length = closing_quote(&rest[1..]);
            literals.push(joined(&rest[1..=length]));
            rest = rest.get(length + 2..).unwrap_or("");
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest = &rest[rest[1..].find('\'').unwrap() + 2..];
        } else {
            // A name may end in r, as in `for"`, which no formatted source has.
            rest = &rest[first.len_utf8()..];
        }
    }
    literals
}

/// The number of hashes where a raw string begins.
fn raw_start(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

fn joined(literal: &str) -> String {
    let mut parts = literal.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |joined, part| joined + part.trim_start())
}

/// Every word that could be a name.
pub(super) fn names(source: &str) -> impl Iterator<Item = &str> {
    source.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The names of all functions.
pub(super) fn functions(source: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = names(source).collect();
    words.windows(2).filter(|pair| pair[0] == "fn").map(|pair| pair[1]).collect()
}

#[test]
fn string_literals_are_found_and_comments_are_not() {
    let source = concat!(
        "// \"no\"\nlet a = \"one \\\"quoted\\\" \\\n    line\"; let q = '\"'; ",
        "let b = r#\"raw \"text\"\"#; let c = \"世界\"; // 'it's\n\"last\""
    );
    assert_eq!(string_literals(source), ["one \\\"quoted\\\" line", "raw \"text\"", "世界", "last"]);
}

#[test]
fn functions_are_found_by_name() {
    let found = functions("pub async fn a_b() {} fn c<T>(fnord: T) {}");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a_b", "c"]);
}
