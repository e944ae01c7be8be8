//! What came out, for people and for machines.

use std::fmt;

use serde_json::{Value, json};

use crate::finding::{Finding, NotChecked};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub municipality: String,
    pub lanes: u64,
    pub rows: u64,
    pub own_acts: u64,
    pub signed_heads: u64,
    /// Rows of the tables that were compared with the audit.
    pub standing_rows: u64,
    /// Lane in hexadecimal, and the last row that is gone, of each signed cut.
    pub cuts: Vec<(String, i64)>,
    pub findings: Vec<Finding>,
    pub not_checked: Vec<NotChecked>,
}

impl Report {
    pub fn verifies(&self) -> bool {
        self.findings.is_empty()
    }

    pub fn to_json(&self, file: &str) -> Value {
        let finding = |finding: &Finding| json!({"kind": finding.kind(), "text": finding.to_string()});
        json!({
            "file": file,
            "municipalityCode": self.municipality,
            "verifies": self.verifies(),
            "lanes": self.lanes,
            "rows": self.rows,
            "ownActs": self.own_acts,
            "signedHeads": self.signed_heads,
            "standingRows": self.standing_rows,
            "cuts": self.cuts.iter().map(|(lane, at)| json!({"lane": lane, "at": at})).collect::<Vec<_>>(),
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "notChecked": self.not_checked.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{}: {} lanes, {} rows, {} acts of {}, {} signed heads, {} rows of the tables",
            if self.verifies() { "verifies" } else { "DOES NOT VERIFY" },
            self.lanes,
            self.rows,
            self.own_acts,
            self.municipality,
            self.signed_heads,
            self.standing_rows
        )?;
        for finding in &self.findings {
            writeln!(formatter, "  found: {finding}")?;
        }
        for (lane, at) in &self.cuts {
            writeln!(formatter, "  lane {lane}: cut at row {at}, signed")?;
        }
        for what in &self.not_checked {
            writeln!(formatter, "  not checked: {what}")?;
        }
        Ok(())
    }
}
