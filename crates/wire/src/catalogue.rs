//! The one table of errors: an error is added here and nowhere else.
//!
//! Groups: A access, R registration files and rows, N numbering and linking, E linkage keys, P portal,
//! C confirmation, T terminal, D deletion and erasure, K keys, S service. The texts are fixed: none takes a value, so none can leak one.

use std::{fmt, str::FromStr};

use crate::{Problem, ProblemDetails, Texts};

struct Entry {
    code: &'static str,
    status: u16,
    title: &'static str,
    clerk: [&'static str; 2],
    vendor: [&'static str; 2],
}

macro_rules! catalogue {
    ([] $($(#[$doc:meta])* $name:ident $code:literal $status:literal $title:literal
        clerk $clerk_ja:literal / $clerk_en:literal
        vendor $vendor_ja:literal / $vendor_en:literal;)+) => {
        /// Every error that any door answers with, and every fault or warning of a record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }

        pub(super) const TABLE: &[Entry] = &[$(Entry {
            code: $code,
            status: $status,
            title: $title,
            clerk: [$clerk_ja, $clerk_en],
            vendor: [$vendor_ja, $vendor_en],
        },)+];
    };
}

mod page;
mod table;

pub use page::page;
pub use table::Code;
use table::TABLE;

impl Code {
    fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    pub fn as_str(self) -> &'static str {
        self.entry().code
    }

    /// HTTP status. Codes of rows are never a response of their own; theirs is 422.
    pub fn status(self) -> u16 {
        self.entry().status
    }

    /// Whether it only ever stands beside a record that was taken.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Self::LooksRealAccepted
                | Self::OverlappingPeriods
                | Self::OutOfOrder
                | Self::LateRetraction
                | Self::CopaymentContradiction
        )
    }

    pub fn title(self) -> &'static str {
        self.entry().title
    }

    pub fn clerk(self) -> Texts {
        texts(self.entry().clerk)
    }

    pub fn vendor(self) -> Texts {
        texts(self.entry().vendor)
    }

    pub fn problem(self) -> Problem {
        ProblemDetails {
            type_uri: format!("urn:pmh-sim:problem:{}", self.as_str()),
            title: self.title().to_owned(),
            status: self.status(),
            code: self.as_str().to_owned(),
            field: None,
            line: None,
            column: None,
            clerk: self.clerk(),
            vendor: self.vendor(),
        }
        .into()
    }
}

fn texts([ja, en]: [&str; 2]) -> Texts {
    Texts { ja: ja.to_owned(), en: en.to_owned() }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown code of an error")]
pub struct UnknownCode;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_and_titles_are_unique() {
        assert_eq!(Code::ALL.len(), TABLE.len());
        assert_eq!(Code::ALL.iter().map(|code| code.as_str()).collect::<BTreeSet<_>>().len(), TABLE.len());
        assert_eq!(Code::ALL.iter().map(|code| code.title()).collect::<BTreeSet<_>>().len(), TABLE.len());
    }

    #[test]
    fn a_code_is_pmh_a_group_and_three_digits() {
        for code in Code::ALL {
            let rest = code.as_str().strip_prefix("PMH-").unwrap();
            let (group, digits) = rest.split_at(1);
            assert!("ARNEPCTDKS".contains(group) && digits.len() == 3, "{code}");
            assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
            assert_eq!(code.as_str().parse(), Ok(*code));
        }
        assert_eq!("PMH-X999".parse::<Code>(), Err(UnknownCode));
    }

    #[test]
    fn every_status_is_an_error_status_and_of_codes_that_name_one_it_is_the_same() {
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code}");
            if code.as_str().starts_with("PMH-S") {
                assert_eq!(code.as_str()[5..], code.status().to_string(), "{code}");
            }
        }
    }

    #[test]
    fn japanese_texts_hold_kana_and_english_ones_none() {
        let kana = |text: &str| text.chars().any(|c| ('\u{3041}'..='\u{30ff}').contains(&c));
        for code in Code::ALL {
            for texts in [code.clerk(), code.vendor()] {
                assert!(kana(&texts.ja), "{code}: {}", texts.ja);
                assert!(texts.ja.ends_with('。') && !texts.ja.contains('\n'), "{code}: {}", texts.ja);
                assert!(texts.en.ends_with('.') && !texts.en.contains("  "), "{code}: {}", texts.en);
                assert!(texts.en.chars().any(|c| c.is_ascii_lowercase()), "{code}");
            }
            assert!(!code.title().is_empty());
        }
    }
}
