//! Errors as they are sent: RFC 9457 problem details with a code, a text for the desk clerk and one for
//! the vendor, each in Japanese and English. Never a personal value.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

use crate::Code;

/// Media type of a problem.
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    pub ja: String,
    pub en: String,
}

/// A problem as it is sent. Boxed, so that a `Result` that may hold one stays small; its members are read
/// through `Deref`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problem(Box<ProblemDetails>);

/// Members that a later version may add are ignored: RFC 9457 asks for that (section 3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemDetails {
    #[serde(rename = "type")]
    pub type_uri: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    /// Wire name of the member at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// In a CSV file the column of the table, in JSON the character of the line; from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    pub clerk: Texts,
    pub vendor: Texts,
}

impl Problem {
    #[must_use]
    pub fn at_field(mut self, field: &str) -> Self {
        self.0.field = Some(field.to_owned());
        self
    }

    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    #[must_use]
    pub fn at_column(mut self, column: u64) -> Self {
        self.0.column = Some(column);
        self
    }

    /// The entry that it was made from; `None` for a problem of somebody else's.
    pub fn known_code(&self) -> Option<Code> {
        self.code.parse().ok()
    }
}

impl From<ProblemDetails> for Problem {
    fn from(details: ProblemDetails) -> Self {
        Self(Box::new(details))
    }
}

impl Deref for Problem {
    type Target = ProblemDetails;

    fn deref(&self) -> &ProblemDetails {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut ProblemDetails {
        &mut self.0
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        code.problem()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.title)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_are_not_set_are_not_sent() {
        let text = serde_json::to_string(&Code::NotFound.problem()).unwrap();
        assert!(
            !text.contains("\"line\"") && !text.contains("\"field\"") && !text.contains("null"),
            "{text}"
        );
        assert!(text.starts_with(r#"{"type":"urn:pmh-sim:problem:PMH-A404","title":"#), "{text}");
    }

    #[test]
    fn a_place_can_be_taken_away_again() {
        let mut problem = Code::Internal.problem().at_line(3).at_column(9).at_field("validTo");
        (problem.field, problem.line, problem.column) = (None, None, None);
        assert_eq!(problem, Code::Internal.problem());
    }

    #[test]
    fn a_problem_survives_the_wire() {
        let problem = Code::MalformedJson.problem().at_line(3).at_column(9).at_field("validTo");
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
        assert_eq!(problem.known_code(), Some(Code::MalformedJson));
    }
}
