//! JSON bodies of requests, read as a whole.

use serde::de::DeserializeOwned;

use crate::{Code, Problem};

/// What is wrong with a body is told by line and column only: the parser's own message may quote a value.
pub fn read_body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> Problem {
    let problem = Code::MalformedBody.problem();
    // The parser says column 0 of what it has not read yet: of a line's first character, also if none follows.
    match (u64::try_from(error.line()), u64::try_from(error.column())) {
        (Ok(line @ 1..), Ok(column)) => problem.at_line(line).at_column(column.max(1)),
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_is_told_by_its_place_alone() {
        let problem = read_body::<Vec<u8>>(b"[1,\n \"900000000001\"]").unwrap_err();
        assert_eq!(problem, Code::MalformedBody.problem().at_line(2).at_column(15));
    }

    #[test]
    fn a_place_is_counted_from_1_though_nothing_stands_there() {
        for (text, line) in [("", 1), ("[", 1), ("{}", 1), ("[1,\n", 2)] {
            let problem = read_body::<Vec<u8>>(text.as_bytes()).unwrap_err();
            assert!(problem.line == Some(line) && problem.column >= Some(1), "{text}: {problem:?}");
        }
    }
}
