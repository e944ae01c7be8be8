//! `--layout FILE`: what the headings of a vendor's CSV files mean.

use std::path::Path;

use pmh_wire::CsvLayout;

use crate::exit::Failure;

pub(super) fn read_layout(path: Option<&Path>) -> Result<Option<CsvLayout>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let layout = CsvLayout::from_toml(&text).map_err(|error| {
        let (file, line, texts) = (path.display(), error.line, error.fault.texts());
        Failure::usage(
            format!("{file}、{line} 行目: {}", texts.ja),
            format!("{file}, line {line}: {}", texts.en),
        )
    })?;
    Ok(Some(layout))
}
