//! The accounts that each municipality begins with at the hub's registration door: an administrator, a clerk who sees
//! Individual Numbers, one who does not, and the municipality's own system, whose credential is its token.
//!
//! First passwords are secrets of a running world, so they are drawn from the system's entropy, never from the seed.
//! They stand in `tokens/<code>-users.txt`, for their owner's eyes only; the hub gets Argon2id hashes.

use std::{fs, io, path::Path};

use pmh_crypto::{Entropy, PasswordCost, PasswordHash, draw_password};
use pmh_domain::user::{Right, Rights, Role, TerminalId};
use pmh_wire::{ALL_PROGRAMS, SeedUser, UserApplication, UserPerson};

use crate::seed::{SeedError, write_private};

/// The terminal beside a municipality's own system that a new world has a certificate for.
pub const COUNTER: &str = "counter-1";

struct Staff {
    user_id: &'static str,
    name: &'static str,
    role: Role,
    sees_numbers: bool,
    loads_at: &'static [&'static str],
}

/// Invented.
const STAFF: [Staff; 3] = [
    Staff {
        user_id: "s-0001",
        name: "中之島　栞",
        role: Role::Administrator,
        sees_numbers: true,
        loads_at: &[],
    },
    Staff {
        user_id: "s-0002",
        name: "北浜　湊",
        role: Role::Clerk,
        sees_numbers: true,
        loads_at: &[TerminalId::MAIN, COUNTER],
    },
    Staff {
        user_id: "s-0003", name: "淀屋　橋子", role: Role::Clerk, sees_numbers: false, loads_at: &[]
    },
];

/// The municipality's own system.
const SYSTEM: &str = "u-0001";

/// First passwords of [`STAFF`], in its order.
pub(crate) struct FirstPasswords([String; STAFF.len()]);

impl std::fmt::Debug for FirstPasswords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FirstPasswords(…)")
    }
}

impl FirstPasswords {
    pub(crate) fn draw(entropy: &Entropy) -> Self {
        Self(std::array::from_fn(|_| draw_password(entropy).to_string()))
    }

    /// Writes them down. If some stand in the file already, those: seeding twice locks nobody out.
    pub(crate) fn keep(self, path: &Path, organisation: &str) -> Result<Self, SeedError> {
        let failed = |source| SeedError::File { path: path.to_owned(), source };
        match fs::read_to_string(path) {
            Ok(text) => Self::read(&text).ok_or_else(|| SeedError::Users { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_private(path, self.text(organisation).as_bytes()).map_err(failed)?;
                Ok(self)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn text(&self, organisation: &str) -> String {
        let mut text = "# 機関マスタID\t機関ユーザーID\t区分\t初期パスワード\n".to_owned();
        for (staff, password) in STAFF.iter().zip(&self.0) {
            let line = [organisation, staff.user_id, staff.role.as_str(), password].join("\t");
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let lines: Vec<&str> =
            text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
        let mut passwords = Vec::new();
        for (staff, line) in STAFF.iter().zip(&lines) {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields.as_slice() {
                [_, user_id, _, password] if *user_id == staff.user_id && !password.is_empty() => {
                    passwords.push((*password).to_owned());
                }
                _ => return None,
            }
        }
        if lines.len() != STAFF.len() {
            return None;
        }
        passwords.try_into().ok().map(Self)
    }

    /// The hub's share: everything but the passwords.
    pub(crate) fn users(&self, code: &str, programs: &[String], entropy: &Entropy) -> Vec<SeedUser> {
        let staff = STAFF.iter().zip(&self.0).map(|(staff, password)| SeedUser {
            institution_master_id: organisation(code),
            application: staff.application(code, programs),
            password_hash: Some(
                PasswordHash::of(password, PasswordCost::STANDARD, entropy).expose_text().to_owned(),
            ),
        });
        staff.chain([system(code)]).collect()
    }
}

impl Staff {
    fn application(&self, code: &str, programs: &[String]) -> UserApplication {
        let rights: Rights = self
            .role
            .may_hold()
            .list()
            .filter(|right| *right != Right::LoadFiles || !self.loads_at.is_empty())
            .collect();
        UserApplication {
            user_id: self.user_id.to_owned(),
            role: self.role.as_str().to_owned(),
            rights: words(rights),
            programs: match self.role {
                Role::Clerk => programs.to_vec(),
                Role::Administrator | Role::Unattended => vec![ALL_PROGRAMS.to_owned()],
            },
            number_viewing: self.sees_numbers,
            terminals: self.loads_at.iter().map(|terminal| (*terminal).to_owned()).collect(),
            person: Some(UserPerson {
                name: self.name.to_owned(),
                mail: format!("{}@{code}.example", self.user_id),
            }),
            responsible_user_id: None,
        }
    }
}

fn system(code: &str) -> SeedUser {
    SeedUser {
        institution_master_id: organisation(code),
        application: UserApplication {
            user_id: SYSTEM.to_owned(),
            role: Role::Unattended.as_str().to_owned(),
            rights: words(Role::Unattended.may_hold()),
            programs: vec![ALL_PROGRAMS.to_owned()],
            number_viewing: false,
            terminals: vec![TerminalId::MAIN.to_owned()],
            person: None,
            responsible_user_id: Some(STAFF[0].user_id.to_owned()),
        },
        password_hash: None,
    }
}

/// The first password of one of a municipality's first users, as it stands in the data folder.
pub fn first_password(data: &Path, code: &str, user_id: &str) -> Option<String> {
    let text = fs::read_to_string(data.join(format!("tokens/{code}-users.txt"))).ok()?;
    let passwords = FirstPasswords::read(&text)?;
    let at = STAFF.iter().position(|staff| staff.user_id == user_id)?;
    passwords.0.into_iter().nth(at)
}

/// 機関マスタID of a municipality's first organisation.
pub fn organisation(code: &str) -> String {
    format!("{code}-1")
}

fn words(rights: Rights) -> Vec<String> {
    rights.list().map(|right| right.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_passwords_are_kept_by_a_second_seeding() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens/271004-users.txt");
        let entropy = Entropy::new();
        let first = FirstPasswords::draw(&entropy).keep(&path, "271004-1").unwrap();
        let second = FirstPasswords::draw(&entropy).keep(&path, "271004-1").unwrap();
        assert_eq!(first.0, second.0);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("271004-1\ts-0002\tclerk\t{}\n", first.0[1])));
    }

    #[test]
    fn a_damaged_file_of_users_is_an_error_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("271004-users.txt");
        for text in ["", "271004-1\ts-0001\tadministrator\tpassword\n", "a\nb\nc\n"] {
            fs::write(&path, text).unwrap();
            let kept = FirstPasswords::draw(&Entropy::new()).keep(&path, "271004-1");
            assert!(matches!(kept, Err(SeedError::Users { .. })), "{text:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn the_hub_gets_hashes_and_one_clerk_sees_no_numbers() {
        let entropy = Entropy::new();
        let passwords = FirstPasswords::draw(&entropy);
        let users = passwords.users("271004", &["OsakaChild".to_owned()], &entropy);
        let json = serde_json::to_string(&users).unwrap();
        for password in &passwords.0 {
            assert!(!json.contains(password.as_str()));
        }
        let hash = PasswordHash::from_text(users[1].password_hash.as_deref().unwrap()).unwrap();
        assert!(hash.is_of(&passwords.0[1]));
        let sees: Vec<bool> = users.iter().map(|user| user.application.number_viewing).collect();
        assert_eq!(sees, [true, true, false, false]);
    }
}
