//! Users of the registration door (001:299-312). A world switches them on; without them a municipality's
//! certificate alone opens the door, as it always did.
//!
//! | file | what |
//! |---|---|
//! | `needs` | the one place where a route's needs meet a caller's rights |
//! | `guard` | in front of every route: who is it, may they, and one audit entry for the call |
//! | `sign_in`, `password`, `sign_out`, `proof` | passwords and sessions |
//! | `apply`, `approve`, `issue`, `change`, `move_away`, `review` | the life of an account |
//! | `list`, `export` | the access table |
//! | `rows`, `tasks` | what a user may hand in, and which tasks they see |
//! | `account`, `caller`, `seed` | accounts as stored, whoever acts, the first users of a world |

mod account;
mod apply;
mod approve;
mod caller;
mod change;
mod export;
mod guard;
mod issue;
mod list;
mod list_movements;
mod management;
mod move_away;
mod needs;
mod password;
mod proof;
mod review;
mod rows;
mod seed;
mod sign_in;
mod sign_out;
mod tasks;
#[cfg(test)]
mod tests;

use pmh_crypto::{Entropy, PasswordCost, PasswordHash};
use pmh_domain::user::Parameters;

pub(crate) use apply::apply_for_user;
pub(crate) use approve::approve_user;
pub(crate) use caller::Caller;
pub(crate) use change::change_user;
pub(crate) use export::{asks_for_csv, export_access_table};
pub(crate) use guard::{AtRoute, guard};
pub(crate) use issue::issue_credential;
pub(crate) use list::list_users;
pub(crate) use list_movements::list_movements;
pub(crate) use move_away::move_users;
pub(crate) use needs::Needs;
pub(crate) use password::change_password;
pub(crate) use review::review_users;
pub(crate) use rows::{TaskPrograms, admit_row};
pub(crate) use seed::import_seed;
pub(crate) use sign_in::sign_in;
pub(crate) use sign_out::sign_out;
pub(crate) use tasks::{find_visible_task, list_visible_tasks};

/// What a world chooses about its users.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserOptions {
    /// Whether every route of the registration door wants a signed-in user, or an unattended system that a
    /// named person stands for.
    pub required: bool,
    pub parameters: Parameters,
    pub password_cost: PasswordCost,
}

/// The choice, with what follows from it.
pub(crate) struct UserRules {
    pub(crate) options: UserOptions,
    /// Checked in place of the password of somebody who is not there, so that time does not tell.
    pub(crate) stand_in: PasswordHash,
}

impl UserRules {
    pub(crate) fn new(options: UserOptions, entropy: &Entropy) -> Self {
        Self { options, stand_in: PasswordHash::of("", options.password_cost, entropy) }
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.options.parameters
    }
}
