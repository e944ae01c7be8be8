//! What is sent: bodies, paths, problems, CSV and JSON codecs of every interface.
//!
//! One file per interface. Bodies are camelCase JSON and refuse members that they do not know; a body
//! that carries personal data has a `Debug` that prints only its name. The one table of errors is
//! [`Code`]; every other crate answers with a [`Problem`] made from it.
//!
//! The published registration API (fields, lengths, character classes) is the only outside source.
//! Everything marked *assumed* is ours and stands here in one place.

mod redaction;
#[cfg(test)]
mod sample;

pub mod admin;
pub mod audit;
pub mod audit_export;
pub mod binding;
pub mod body;
pub mod card;
pub mod catalogue;
pub mod citizen;
pub mod confirmation;
pub mod csv;
pub mod door;
pub mod eligibility;
pub mod encoding;
pub mod erasure;
pub mod inner;
pub mod introduction;
pub mod json_array;
pub mod key_life;
pub mod linking;
pub mod number;
pub mod numbering;
pub mod party;
pub mod paths;
pub mod problem;
pub mod records;
pub mod registration;
pub mod seed;
pub mod terminal;
pub mod users;
pub mod verbatim;

pub use admin::*;
pub use audit::*;
pub use audit_export::*;
pub use binding::*;
pub use body::read_body;
pub use card::*;
pub use catalogue::{Code, UnknownCode};
pub use citizen::*;
pub use confirmation::*;
pub use csv::{
    COLUMNS_MAX, Columns, CsvLayout, CsvReader, EncodeError, HeaderTranslator, LayoutError, LayoutFault,
    RESULT_HEADINGS, ResultsCsv, write_csv,
};
pub use door::*;
pub use eligibility::*;
pub use encoding::*;
pub use erasure::*;
pub use inner::{UnreadableOrder, copayment_texts, read_certificate_detail, read_copayment_limit};
pub use introduction::*;
pub use json_array::JsonArrayReader;
pub use key_life::*;
pub use linking::*;
pub use number::*;
pub use numbering::*;
pub use party::*;
pub use problem::*;
pub use records::*;
pub use registration::*;
pub use seed::*;
pub use terminal::*;
pub use users::*;
pub use verbatim::{NESTING_MAX, NotJson, Verbatim};
