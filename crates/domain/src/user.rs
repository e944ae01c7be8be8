//! Users of the hub's registration door (ユーザー情報, 001:256-257): who they are, what they may, how they sign in.
//!
//! An id belongs to one natural person (001:312), is issued upon application and approval by another person
//! (001:307, 001:309), and ends on the day that the list of movements names (001:309). What the seeds do not say
//! (lengths, days, tries) is *assumed* and stands in [`Parameters`] and [`PasswordPolicy`].
//!
//! | file | decides |
//! |---|---|
//! | `ids` | ids of organisations, users and terminals |
//! | `rights` | the one table of what a role may hold |
//! | `scope` | programs in charge, viewing of Individual Numbers |
//! | `person` | whether an account is one natural person's |
//! | `password` | which passwords are taken, how long they last |
//! | `account` | the states of an account |

mod account;
mod ids;
mod password;
mod person;
mod rights;
mod scope;

pub use account::{AccountState, NotPossible, OwnDecision, SignInRefusal, Standing, decided_by_another};
pub use ids::{InstitutionMasterId, TerminalId, UserId};
pub use password::{Parameters, PasswordFault, PasswordPolicy, SessionSpan};
pub use person::{Mail, NaturalPerson, NotPersonal};
pub use rights::{Right, Rights, Role};
pub use scope::{NumberViewing, PROGRAMS_MAX, Programs};
