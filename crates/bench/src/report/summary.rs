//! A report for a terminal.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement};

use super::{
    Report, Words,
    tables::{Table, about, headline, tables},
};

impl Report {
    /// Several lines, the last one without its end.
    pub fn to_text(&self, words: &Words) -> String {
        let mut parts = vec![format!("{}: {}", words.title, self.workload)];
        parts.extend(about(self, words));
        let headline: Vec<String> = headline(self, words).iter().map(|row| row.cells.join(" ")).collect();
        parts.push(headline.join("  "));
        for table in tables(self, words) {
            parts.push(format!("\n{}", table.title));
            parts.push(drawn(&table));
            if !table.note.is_empty() {
                parts.push(table.note);
            }
        }
        parts.join("\n")
    }
}

fn drawn(table: &Table) -> String {
    let mut drawn = comfy_table::Table::new();
    drawn.load_preset(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    if !table.header.is_empty() {
        drawn.set_header(&table.header);
    }
    drawn.add_rows(table.rows.iter().map(|row| &row.cells));
    if !table.header.is_empty() {
        drawn.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    }
    drawn.to_string()
}

#[cfg(test)]
mod tests {
    use crate::report::{Comparison, Model, Words, sample};

    #[test]
    fn the_summary_tells_what_was_left_unsent_and_what_was_missed() {
        let text = sample::report().to_text(&Words::EN);
        for part in [
            "Load report: eligibility\nopen model, arrivals at 100/s\n",
            "throughput 99.0/s  p50 1.68 ms  p99 702 ms  planned 6,000  sent 5,975  unsent 25  succeeded 5,940  failed 35  expectations held 1 / 2",
            "│ p99<20ms ┆  702 ms ┆ ✗ missed │",
            "503 PMH-LIMIT-OVERLOADED ┆    30 ┆  0.50 % ┆  900 µs ┆ 900 µs ┆ 900 µs ┆    failed │",
            "the highest rate that kept it was 1,500/s",
            "│ durability ┆ synchronous=FULL",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(text.lines().any(|line| line.starts_with("│ connect ") && line.contains('–')), "{text}");
    }

    #[test]
    fn the_summary_is_japanese_for_who_reads_japanese() {
        let mut report = sample::report();
        report.model = Model::Closed { connections: 128 };
        report.baseline = Some(Comparison::between(&report, &report).unwrap());
        let text = report.to_text(&Words::JA);
        for part in ["負荷試験の結果", "接続数 128", "未送信 25", "✗ 未達", "最初のバイトまで", "誤差の範囲"]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
