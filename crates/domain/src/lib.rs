//! What is true in the world of the Public Medical Hub (PMH): identifiers, records, states, rules,
//! clock and chance.
//!
//! The crate is pure. It opens no file, no socket and no database, and knows neither serde nor SQL:
//! bodies belong to the wire crate, rows to the store crate, keys to the crypto crate. The two
//! readings of the machine's clocks stand in [`clock`].
//!
//! Values about a person have a `Debug` that prints the type's name alone, no `Display`, and open
//! only through methods named `expose…`, so that `grep expose` lists every place where one is read.
#[macro_use]
mod personal;

pub mod card;
pub mod card_serial;
pub mod certificate;
pub mod chance;
pub mod check_digit;
pub mod clock;
pub mod consents;
pub mod copayment;
pub mod date;
pub mod detail;
pub mod form;
pub mod generations;
pub mod individual_number;
pub mod institution_code;
pub mod linking_number;
pub mod municipality;
pub mod numbering;
pub mod payer_number;
pub mod person;
pub mod pmh_id;
pub mod program;
pub mod pseudonym;
pub mod recipient_number;
pub mod text;
pub mod user;
pub mod verbatim;
pub mod visibility;

pub use card::{CardState, CardUse, GRACE_MONTHS, card_use, grace_to};
pub use card_serial::CardSerial;
pub use certificate::{
    Certificate, CertificateKey, Disclosure, HistoryKey, Validity, ValidityError, Viewing,
};
pub use chance::Chance;
pub use clock::{Change, Clock, ClockState, Stopwatch, SystemClock, VirtualClock};
pub use consents::Consents;
pub use copayment::{CopaymentLimit, LimitKind, LimitTerms, LimitValue, UnreadableMember};
pub use date::{Date, DateError, parse_rfc3339, rfc3339_japan};
pub use detail::{CertificateDetail, DetailItem, DetailLine};
pub use form::{FormError, Strictness};
pub use generations::{is_late_retraction, is_out_of_order, overlapping};
pub use individual_number::{IndividualNumber, IndividualNumberError};
pub use institution_code::InstitutionCode;
pub use linking_number::LinkingNumber;
pub use municipality::MunicipalityCode;
pub use numbering::{Numbering, NumberingAnswer};
pub use payer_number::PayerNumber;
pub use person::{
    Address, BasicFive, Comparison, PersonName, PersonNameKana, Sex, SexError, SpelledItem, SpelledOtherwise,
};
pub use pmh_id::{PmhId, PmhIdError};
pub use program::{CertificateTypeId, ProgramId};
pub use pseudonym::{PmhPseudonym, PortalPseudonym, PseudonymError};
pub use recipient_number::RecipientNumber;
pub use text::TextError;
pub use verbatim::VerbatimJson;
pub use visibility::{Facts, Shown, WhyHidden};
