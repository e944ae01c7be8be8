//! `docs/ERRORS.md`, made from the table.

use std::fmt::Write;

use super::Code;

const HEAD: &str = "\
# Errors and warnings

Every error that any door answers with, every fault of a record and every warning about one. This page is made from
the catalogue in the code (`wire/src/catalogue/table.rs`) and tested against it.

As an answer a code comes in a problem body (RFC 9457, `application/problem+json`) with the status given here. As a
fault or warning of a record (group R) it comes in the results of a task, with the field and, in a CSV file, the column.
Each has a text for the clerk at the desk and one for the vendor of the system. No text holds a value of a record.
";

const GROUPS: [(char, &str); 10] = [
    ('A', "Access"),
    ('R', "Registration: files and records"),
    ('N', "Numbering and linking"),
    ('E', "Linkage keys and epochs"),
    ('P', "Portal"),
    ('C', "Confirmation"),
    ('T', "Terminal"),
    ('D', "Deletion and erasure"),
    ('K', "Keys of the hub"),
    ('S', "Service"),
];

/// The page as it stands in the tree.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for (letter, title) in GROUPS {
        let group = Code::ALL.iter().filter(|code| code.as_str()["PMH-".len()..].starts_with(letter));
        write!(page, "\n## {letter}: {title}\n\n").expect("a string takes everything");
        page.push_str(
            "| code | status | title | clerk 窓口向け | vendor 開発者向け |\n|---|---|---|---|---|\n",
        );
        let mut codes: Vec<_> = group.copied().collect();
        codes.sort_by_key(|code| code.as_str());
        for code in codes {
            page.push_str(&row(code));
        }
    }
    page
}

fn row(code: Code) -> String {
    let (clerk, vendor) = (code.clerk(), code.vendor());
    let status = if code.is_warning() { "warning".to_owned() } else { code.status().to_string() };
    let cells = [
        code.as_str().to_owned(),
        status,
        cell(code.title()),
        format!("{}<br>{}", cell(&clerk.ja), cell(&clerk.en)),
        format!("{}<br>{}", cell(&vendor.ja), cell(&vendor.en)),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// Signs that Markdown would take for its own.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '|' | '*' | '_' | '<' | '[' | '\\') {
            cell.push('\\');
        }
        cell.push(character);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ERRORS.md");

    /// Made anew by `PMH_WRITE_DOCS=1 cargo test -p pmh-wire page`; look at the difference then.
    #[test]
    fn the_page_in_the_tree_is_the_one_that_the_catalogue_makes() {
        if std::env::var_os("PMH_WRITE_DOCS").is_some() {
            std::fs::write(PATH, page()).unwrap();
        }
        let found = std::fs::read_to_string(PATH).unwrap_or_default();
        assert!(
            found == page(),
            "docs/ERRORS.md is not what the catalogue makes: PMH_WRITE_DOCS=1 cargo test -p pmh-wire page"
        );
    }

    #[test]
    fn every_code_has_one_row() {
        let page = page();
        for code in Code::ALL {
            let rows = page.lines().filter(|line| line.starts_with(&format!("| {code} |"))).count();
            assert_eq!(rows, 1, "{code}");
        }
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(page.lines().filter(|line| line.starts_with('|')).all(|line| cells(line) == 6));
    }

    #[test]
    fn a_text_cannot_break_its_table() {
        assert_eq!(cell("a|b_c <d> *e* [f]"), "a\\|b\\_c \\<d> \\*e\\* \\[f]");
    }
}
