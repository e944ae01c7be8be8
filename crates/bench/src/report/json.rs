//! A report as one JSON object, and back.

use serde::Deserialize;

use super::{FORMAT, Report};

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("it is no report of a load run: {0}")]
    NoReport(#[from] serde_json::Error),
    #[error(
        "it is a report of format {0}, and this program reads format {FORMAT}: run the load anew, or compare with the program that wrote it"
    )]
    OtherFormat(u32),
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Report {
    /// On one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("names are strings and numbers are finite")
    }

    /// The format is looked at first: another one may lack any member.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        let Head { format } = serde_json::from_str(text)?;
        if format != FORMAT {
            return Err(ReadError::OtherFormat(format));
        }
        Ok(serde_json::from_str(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadError, Report};
    use crate::report::sample;

    #[test]
    fn a_report_comes_back_from_json_as_it_was() {
        let before = sample::report();
        let text = before.to_json();
        assert_eq!(Report::from_json(&text).unwrap(), before);
        assert_eq!(text.lines().count(), 1);
        for member in
            ["\"format\":1", "\"ratePerSecond\":", "\"secondsShown\":", "\"p9999Us\":", "\"firstByte\""]
        {
            assert!(text.contains(member), "{member}");
        }
    }

    #[test]
    fn a_report_of_another_format_is_refused_as_such() {
        let error = Report::from_json(r#"{"format":7,"somethingElse":true}"#).unwrap_err();
        assert!(matches!(error, ReadError::OtherFormat(7)), "{error}");
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for text in ["", "[]", r#"{"type":"task"}"#, r#"{"format":1,"workload":"visit"}"#] {
            assert!(matches!(Report::from_json(text), Err(ReadError::NoReport(_))), "{text}");
        }
    }
}
