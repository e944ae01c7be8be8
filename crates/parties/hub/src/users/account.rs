//! An account between its sealed row and the types of the domain.

use std::collections::BTreeSet;

use pmh_crypto::PasswordHash;
use pmh_domain::user::{
    AccountState, InstitutionMasterId, NaturalPerson, NumberViewing, Programs, Right, Rights, Role, Standing,
    TerminalId, UserId,
};
use pmh_domain::{Date, ProgramId, rfc3339_japan};
use pmh_store::{StoreError, Tx};
use pmh_wire::users::{ALL_PROGRAMS, UserRow as TableRow};
use serde::{Deserialize, Serialize};

use crate::access::PartitionAccess;
use crate::keys::IdentityKeys;
use crate::state::Desk;
use crate::store::users::{self, UserRow};

/// Who applied for the accounts that a world begins with: nobody of the world.
pub(crate) const THE_SEED: i64 = 0;

/// Whose account it is.
#[derive(Clone)]
pub(crate) enum Holder {
    Person(NaturalPerson),
    /// An unattended system, and the account of the person who stands for it.
    System {
        responsible: i64,
    },
}

#[derive(Clone)]
pub(crate) struct Account {
    /// In the partition's own count.
    pub(crate) number: i64,
    pub(crate) organisation: InstitutionMasterId,
    pub(crate) user_id: UserId,
    pub(crate) holder: Holder,
    pub(crate) role: Role,
    pub(crate) rights: Rights,
    pub(crate) programs: Programs,
    pub(crate) number_viewing: NumberViewing,
    pub(crate) terminals: Vec<TerminalId>,
    pub(crate) standing: Standing,
    pub(crate) applied_by: i64,
    pub(crate) approved_by: Option<i64>,
    pub(crate) password: Option<PasswordHash>,
    pub(crate) credential_hash: Option<Vec<u8>>,
    pub(crate) version: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredAccount {
    organisation: String,
    user_id: String,
    person: Option<(String, String)>,
    responsible: Option<i64>,
    role: String,
    rights: Vec<String>,
    programs: Vec<String>,
    number_viewing: bool,
    terminals: Vec<String>,
    state: String,
    ends_on: Option<String>,
    password_set_ms: i64,
    tries: u8,
    reviewed_ms: i64,
    applied_by: i64,
    approved_by: Option<i64>,
    password: Option<String>,
}

impl Account {
    pub(crate) fn is_of(&self, organisation: &InstitutionMasterId) -> bool {
        self.organisation == *organisation
    }

    /// Seals it as the next version of its row.
    fn seal(&self, keys: &IdentityKeys) -> UserRow {
        let version = self.version + 1;
        let text = serde_json::to_vec(&StoredAccount::from(self))
            .expect("a struct of strings and numbers always serialises");
        UserRow {
            account: self.number,
            user_tag: user_tag(keys, &self.organisation, &self.user_id),
            credential_hash: self.credential_hash.clone(),
            sealed: keys.seal("user_account", "sealed", &self.number.to_be_bytes(), version, &text),
            version,
            key_version: keys.version(),
        }
    }

    fn open(keys: &IdentityKeys, row: &UserRow) -> Result<Self, StoreError> {
        let text =
            keys.open("user_account", "sealed", &row.account.to_be_bytes(), row.version, &row.sealed)?;
        let stored: StoredAccount = serde_json::from_slice(&text).map_err(|_| damaged())?;
        stored.into_account(row).ok_or_else(damaged)
    }

    /// The row of the access table on a day.
    pub(crate) fn table_row(&self, desk: &Desk, accounts: &[Self], now_ms: i64) -> TableRow {
        let today = Date::in_japan(now_ms);
        let parameters = desk.users.parameters();
        let effective = if acts(self, accounts, today) { self.rights } else { Rights::NONE };
        // Who stands for a system is shown as its name, too: it is that person's.
        let responsible = match self.holder {
            Holder::Person(_) => None,
            Holder::System { responsible } => accounts.iter().find(|other| other.number == responsible),
        };
        let person = match (&self.holder, responsible.map(|other| &other.holder)) {
            (Holder::Person(person), _) | (_, Some(Holder::Person(person))) => Some(person),
            _ => None,
        };
        TableRow {
            institution_master_id: self.organisation.to_string(),
            user_id: self.user_id.expose().to_owned(),
            name: person.map(|person| person.expose_name().to_owned()).unwrap_or_default(),
            mail: person.map(|person| person.mail().expose().to_owned()).unwrap_or_default(),
            role: self.role.as_str().to_owned(),
            rights: words(self.rights),
            effective_rights: words(effective),
            number_viewing: self.number_viewing == NumberViewing::Allowed,
            programs: program_texts(&self.programs),
            terminals: self.terminals.iter().map(|terminal| terminal.as_str().to_owned()).collect(),
            state: self.standing.state_on(today).as_str().to_owned(),
            ends_on: self.standing.ends_on.map(|day| day.to_string()),
            responsible_user_id: responsible.map(|other| other.user_id.expose().to_owned()),
            review_due_at: rfc3339_japan(parameters.review_due_ms(self.standing.reviewed_ms)),
            is_review_overdue: self.standing.is_review_overdue(parameters, now_ms, today),
        }
    }
}

/// Whether an account acts on that day: an unattended system only as long as the person who stands for it has an
/// account (001:312). That the person forgot a password does not stop the system.
pub(crate) fn acts(account: &Account, accounts: &[Account], today: Date) -> bool {
    let responsible_is_there = match account.holder {
        Holder::Person(_) => true,
        Holder::System { responsible } => accounts.iter().any(|other| {
            other.number == responsible && other.standing.state_on(today) != AccountState::Ended
        }),
    };
    account.standing.may_act(today) && responsible_is_there
}

pub(crate) fn words(rights: Rights) -> Vec<String> {
    rights.list().map(|right| right.as_str().to_owned()).collect()
}

pub(crate) fn program_texts(programs: &Programs) -> Vec<String> {
    match programs {
        Programs::All => vec![ALL_PROGRAMS.to_owned()],
        Programs::Only(programs) => programs.iter().map(|program| program.as_str().to_owned()).collect(),
    }
}

impl From<&Account> for StoredAccount {
    fn from(account: &Account) -> Self {
        let standing = &account.standing;
        let (person, responsible) = match &account.holder {
            Holder::Person(person) => {
                (Some((person.expose_name().to_owned(), person.mail().expose().to_owned())), None)
            }
            Holder::System { responsible } => (None, Some(*responsible)),
        };
        Self {
            organisation: account.organisation.to_string(),
            user_id: account.user_id.expose().to_owned(),
            person,
            responsible,
            role: account.role.as_str().to_owned(),
            rights: words(account.rights),
            programs: program_texts(&account.programs),
            number_viewing: account.number_viewing == NumberViewing::Allowed,
            terminals: account.terminals.iter().map(|terminal| terminal.as_str().to_owned()).collect(),
            state: standing.state.as_str().to_owned(),
            ends_on: standing.ends_on.map(|day| day.to_string()),
            password_set_ms: standing.password_set_ms,
            tries: standing.tries,
            reviewed_ms: standing.reviewed_ms,
            applied_by: account.applied_by,
            approved_by: account.approved_by,
            password: account.password.as_ref().map(|hash| hash.expose_text().to_owned()),
        }
    }
}

impl StoredAccount {
    /// `None` if a value is none of ours.
    fn into_account(self, row: &UserRow) -> Option<Account> {
        let holder = match (self.person, self.responsible) {
            (Some((name, mail)), None) => Holder::Person(NaturalPerson::parse(&name, &mail).ok()?),
            (None, Some(responsible)) => Holder::System { responsible },
            _ => return None,
        };
        let ends_on = match self.ends_on {
            None => None,
            Some(day) => Some(Date::parse(&day).ok()?),
        };
        let password = match self.password {
            None => None,
            Some(text) => Some(PasswordHash::from_text(&text)?),
        };
        Some(Account {
            number: row.account,
            organisation: InstitutionMasterId::parse(&self.organisation).ok()?,
            user_id: UserId::parse(&self.user_id).ok()?,
            holder,
            role: Role::parse(&self.role)?,
            rights: parse_rights(&self.rights)?,
            programs: parse_programs(&self.programs)?,
            number_viewing: viewing(self.number_viewing),
            terminals: parse_terminals(&self.terminals)?,
            standing: Standing {
                state: AccountState::parse(&self.state)?,
                ends_on,
                password_set_ms: self.password_set_ms,
                tries: self.tries,
                reviewed_ms: self.reviewed_ms,
            },
            applied_by: self.applied_by,
            approved_by: self.approved_by,
            password,
            credential_hash: row.credential_hash.clone(),
            version: row.version,
        })
    }
}

pub(crate) fn viewing(is_allowed: bool) -> NumberViewing {
    if is_allowed { NumberViewing::Allowed } else { NumberViewing::Masked }
}

pub(crate) fn parse_rights(texts: &[String]) -> Option<Rights> {
    texts.iter().map(|text| Right::parse(text)).collect()
}

/// `["*"]`, or programs by name; `None` also for more than an account may name.
pub(crate) fn parse_programs(texts: &[String]) -> Option<Programs> {
    if texts == [ALL_PROGRAMS] {
        return Some(Programs::All);
    }
    let programs: BTreeSet<ProgramId> =
        texts.iter().map(|text| ProgramId::parse(text).ok()).collect::<Option<_>>()?;
    (programs.len() <= pmh_domain::user::PROGRAMS_MAX).then_some(Programs::Only(programs))
}

pub(crate) fn parse_terminals(texts: &[String]) -> Option<Vec<TerminalId>> {
    texts.iter().map(|text| TerminalId::parse(text).ok()).collect()
}

fn user_tag(keys: &IdentityKeys, organisation: &InstitutionMasterId, user_id: &UserId) -> Vec<u8> {
    // The organisation's form has no slash, so no two pairs make one text.
    keys.tag("user", format!("{organisation}/{}", user_id.expose()).as_bytes())
}

fn damaged() -> StoreError {
    StoreError::Inconsistent { table: "user_account", column: "sealed" }
}

pub(crate) async fn list_all(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
) -> Result<Vec<Account>, StoreError> {
    let keys = desk.keys.identity(access)?;
    users::list(tx, access).await?.iter().map(|row| Account::open(&keys, row)).collect()
}

pub(crate) async fn find(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    account: i64,
) -> Result<Option<Account>, StoreError> {
    let keys = desk.keys.identity(access)?;
    users::find(tx, access, account).await?.map(|row| Account::open(&keys, &row)).transpose()
}

/// Whose account this number is, if it is there.
pub(crate) async fn user_id_of(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    account: i64,
) -> Result<Option<UserId>, StoreError> {
    Ok(find(desk, access, tx, account).await?.map(|account| account.user_id))
}

pub(crate) async fn find_by_id(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    (organisation, user_id): (&InstitutionMasterId, &UserId),
) -> Result<Option<Account>, StoreError> {
    let keys = desk.keys.identity(access)?;
    let tag = user_tag(&keys, organisation, user_id);
    users::find_by_tag(tx, access, &tag).await?.map(|row| Account::open(&keys, &row)).transpose()
}

pub(crate) async fn find_by_credential(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    credential_hash: &[u8],
) -> Result<Option<Account>, StoreError> {
    let keys = desk.keys.identity(access)?;
    let row = users::find_by_credential(tx, access, credential_hash).await?;
    row.map(|row| Account::open(&keys, &row)).transpose()
}

pub(crate) async fn add(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    account: &Account,
) -> Result<(), StoreError> {
    users::add(tx, access, &account.seal(&*desk.keys.identity(access)?)).await
}

/// Writes the next version; `Busy` if somebody else did meanwhile.
pub(crate) async fn replace(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    account: &Account,
) -> Result<(), StoreError> {
    users::replace(tx, access, &account.seal(&*desk.keys.identity(access)?)).await
}
