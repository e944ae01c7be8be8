//! Registration records as CSV. The layout is *assumed* (no CSV layout is published): the members of the
//! published API as columns, a header row of Japanese headings or wire names, CRLF or LF.
//!
//! - Members of `basicFiveInfo` have headings of their own (氏名, or `basicFiveInfo.name`).
//! - A column `自己負担上限.<member>` is a member of `maxCopaymentAmount`; `券面.<member>` one of the first
//!   element of `certificationDetail`, `券面.<n>.<member>` of the n-th. A cell that is a JSON value is that
//!   value (so a number stays a number), any other is text; an empty one is no member. The whole value as
//!   JSON may stand in the column `自己負担上限` or `券面` instead.
//! - A vendor's own headings can be mapped to members ([`CsvLayout`]), where the file is read or, by
//!   [`HeaderTranslator`], where it is sent. A column whose heading begins with `#` is not read.
//! - Flags are true, false, 1 or 0 in any case; lists are joined by `;`; an empty cell is no value.

mod columns;
mod header;
mod layout;
mod nested;
mod reader;
mod results;
mod splitter;
mod translator;
mod writer;

pub use columns::Columns;
pub use layout::{CsvLayout, LayoutError, LayoutFault};
pub use reader::CsvReader;
pub use results::{RESULT_HEADINGS, ResultsCsv};
pub use translator::HeaderTranslator;
pub use writer::{EncodeError, write_csv};

/// Columns of a file at most.
pub const COLUMNS_MAX: usize = 256;

#[cfg(test)]
mod tests;
