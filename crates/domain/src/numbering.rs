//! The life of a person's numbering, as the hub keeps it.
//!
//! ```text
//!                  asked again                      asked again
//!   Mismatch ──┐                  ┌───────────────────────────────┐
//!              ├──> Awaiting ──> Numbered ──> Renumbering ────────┘ answered: Numbered
//!   NotFound ──┘        │                          │
//!        ▲              │ answered: Mismatch, NotFound
//!        └──────────────┴──────────────────────────┘ (the PMH-ID is given up)
//! ```
//!
//! An answer to a question that is not open changes nothing: nobody injects a numbering (001:281).

use crate::person::SpelledOtherwise;
use crate::pmh_id::PmhId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// Asked, or to be asked, for the first time or after a correction.
    Awaiting,
    Numbered {
        pmh_id: PmhId,
        /// What the insurers spell otherwise.
        spelled: SpelledOtherwise,
    },
    /// Basic five items have changed since; the PMH-ID serves until the answer is there.
    Renumbering {
        pmh_id: PmhId,
    },
    Mismatch,
    NotFound,
}

/// What the intermediate server says. Why items mismatch is never told (001:277).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberingAnswer {
    Numbered(PmhId, SpelledOtherwise),
    Mismatch,
    NotFound,
}

impl Numbering {
    /// The state once the person is (again) to be asked for.
    #[must_use]
    pub fn asked_again(self) -> Self {
        match self {
            Self::Awaiting | Self::Mismatch | Self::NotFound => Self::Awaiting,
            Self::Numbered { pmh_id, .. } | Self::Renumbering { pmh_id } => Self::Renumbering { pmh_id },
        }
    }

    /// The state after an answer. A person whose items no longer match loses the PMH-ID: the check
    /// exists to prevent wrong links (001:90).
    #[must_use]
    pub fn answered(self, answer: NumberingAnswer) -> Self {
        if !self.is_open() {
            return self;
        }
        match answer {
            NumberingAnswer::Numbered(pmh_id, spelled) => Self::Numbered { pmh_id, spelled },
            NumberingAnswer::Mismatch => Self::Mismatch,
            NumberingAnswer::NotFound => Self::NotFound,
        }
    }

    /// Whether an answer is expected.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Awaiting | Self::Renumbering { .. })
    }

    /// Whether the answer breaks the promise that a number already numbered keeps its PMH-ID
    /// (001:38). [`answered`](Self::answered) takes such an answer nevertheless; the hub asks first.
    pub fn is_contradicted_by(&self, answer: &NumberingAnswer) -> bool {
        match (self.pmh_id(), answer) {
            (Some(known), NumberingAnswer::Numbered(answered, _)) => known != answered,
            _ => false,
        }
    }

    pub fn pmh_id(&self) -> Option<&PmhId> {
        match self {
            Self::Numbered { pmh_id, .. } | Self::Renumbering { pmh_id } => Some(pmh_id),
            Self::Awaiting | Self::Mismatch | Self::NotFound => None,
        }
    }

    /// What the insurers spell otherwise, once it is known.
    pub fn spelled(&self) -> SpelledOtherwise {
        match self {
            Self::Numbered { spelled, .. } => *spelled,
            _ => SpelledOtherwise::NONE,
        }
    }

    /// The number under which the state is stored; it never changes its meaning.
    pub fn code(&self) -> i64 {
        match self {
            Self::Awaiting => 0,
            Self::Numbered { .. } => 1,
            Self::Mismatch => 2,
            Self::NotFound => 3,
            Self::Renumbering { .. } => 4,
        }
    }

    /// Reads a stored state. `None` for an unknown code, and when the PMH-ID is missing where the
    /// state has one or present where it has none. Spelling belongs to the numbered alone.
    pub fn from_code(code: i64, pmh_id: Option<PmhId>, spelled: SpelledOtherwise) -> Option<Self> {
        match (code, pmh_id) {
            (1, Some(pmh_id)) => Some(Self::Numbered { pmh_id, spelled }),
            _ if !spelled.is_empty() => None,
            (0, None) => Some(Self::Awaiting),
            (2, None) => Some(Self::Mismatch),
            (3, None) => Some(Self::NotFound),
            (4, Some(pmh_id)) => Some(Self::Renumbering { pmh_id }),
            _ => None,
        }
    }

    /// The word for it in answers and reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Numbered { .. } => "numbered",
            Self::Mismatch => "mismatch",
            Self::NotFound => "not_found",
            Self::Renumbering { .. } => "renumbering",
        }
    }
}

#[cfg(test)]
mod tests;
