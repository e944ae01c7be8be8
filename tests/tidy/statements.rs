//! SQLite has no row-level security: every statement of the hub on a partitioned table names the municipality.

use super::{assert_none, rust_text::string_literals, tree::Tree};

const STORE: &str = "crates/parties/hub/src/store";

/// `registration_…` and `user_…` are partitioned, too.
const PARTITIONED: &[&str] = &["person", "certificate", "answer", "erasure", "erasure_count", "unrouted"];

fn is_partitioned(table: &str) -> bool {
    PARTITIONED.contains(&table) || table.starts_with("registration_") || table.starts_with("user_")
}

/// The text from the first partitioned table on, if it is a statement on one.
fn from_table(literal: &str) -> Option<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for (at, _) in literal.match_indices(is_word) {
        if literal[..at].ends_with(is_word) {
            continue;
        }
        let Some(rest) =
            ["FROM ", "INTO ", "UPDATE ", "JOIN "].iter().find_map(|verb| literal[at..].strip_prefix(verb))
        else {
            continue;
        };
        let rest = rest.trim_start();
        let table = rest.split(|c| !is_word(c)).next().unwrap_or_default();
        if is_partitioned(table) {
            return Some(rest);
        }
    }
    None
}

/// In the condition, the list of columns or the key of a conflict: a column that is only read before the table
/// is named binds nothing.
fn names_municipality(literal: &str) -> Option<bool> {
    from_table(literal).map(|rest| rest.contains("municipality_code"))
}

#[test]
fn every_statement_on_a_partitioned_table_names_the_municipality() {
    let tree = Tree::read();
    let mut faults = Vec::new();
    let mut statements = 0;
    for (path, text) in tree.rust_under(STORE) {
        for literal in string_literals(text) {
            match names_municipality(&literal) {
                Some(true) => statements += 1,
                Some(false) => faults.push(format!("{path}: {literal}")),
                None => {}
            }
        }
    }
    assert_none(&faults);
    assert!(statements >= 10, "only {statements} statements were seen under {STORE}");
}

#[test]
fn a_statement_that_forgets_the_municipality_is_found() {
    for (statement, expected) in [
        ("SELECT sealed FROM person WHERE person = $1", Some(false)),
        ("SELECT municipality_code FROM answer WHERE person = $1", Some(false)),
        ("SELECT sealed FROM person WHERE municipality_code = $1", Some(true)),
        ("DELETE FROM registration_chunk WHERE task = $1", Some(false)),
        ("INSERT INTO certificate (municipality_code, person) VALUES {}", Some(true)),
        ("UPDATE answer SET sealed = $1", Some(false)),
        ("SELECT 1 FROM route JOIN  answer USING (person)", Some(false)),
        ("SELECT 1 FROM persons", None),
        ("SELECT 1 FROM epoch", None),
        ("the certificate of a person", None),
    ] {
        assert_eq!(names_municipality(statement), expected, "{statement}");
    }
}
