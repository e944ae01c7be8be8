//! `user`: people who work at a municipality, in a world that was started with `up --users`.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pmh_domain::user::Role;
use pmh_simulator::first_users::{first_password, organisation};
use pmh_simulator::seed::write_private;
use pmh_wire::users::{
    ALL_PROGRAMS, PasswordChange, UserApplication, UserLogin, UserPerson, UserSession, Users,
};

use super::input::password_from_input;
use super::office::Office;
use crate::Output;
use crate::exit::Failure;
use crate::language::Language;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  echo 'a password of my own' | pmh-sim user password s-0001 --municipality 271004
  echo 'a password of my own' | pmh-sim user sign-in s-0001 --municipality 271004
  pmh-sim user apply s-0101 --name '天満　渡' --mail tenma@city.example --municipality 271004 --as s-0002
  pmh-sim user approve s-0101 --municipality 271004 --as s-0001
  pmh-sim user issue s-0101 --municipality 271004 --as s-0001
  pmh-sim user list --municipality 271004 --as s-0001
  pmh-sim register children.csv --municipality 271004 --as s-0002
  pmh-sim user sign-out --municipality 271004 --as s-0001

Passwords are read from the standard input. `password` takes the one before on the first line and the new one on
the second; one line alone is the new one, for a first user of the world who still has the first password.")]
pub(crate) struct User {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Chooses a password. パスワードを決めます。
    Password(Named),
    /// Opens a session, for `--as` of other commands. サインインします。
    SignIn(Named),
    /// Ends the session. サインアウトします。
    SignOut(Office),
    /// Applies for an account for a colleague. 同僚の ID を申請します。
    Apply(Apply),
    /// Approves an application, as an administrator. 申請を承認します。
    Approve(Named),
    /// Issues a first password, shown once. 初期パスワードを発行します。
    Issue(Named),
    /// Lists accounts and reviews that are due. ID の一覧を表示します。
    List(Office),
}

#[derive(Args)]
struct Named {
    /// 機関ユーザーID.
    user: String,
    #[command(flatten)]
    office: Office,
    /// 機関マスタID. Default: the municipality's first organisation.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
}

#[derive(Args)]
struct Apply {
    /// 機関ユーザーID.
    user: String,
    #[command(flatten)]
    office: Office,
    #[arg(long)]
    name: String,
    #[arg(long)]
    mail: String,
    #[arg(long, default_value = "clerk")]
    role: String,
    /// Rights, separated by commas. Default: all that the role may hold.
    #[arg(long, value_delimiter = ',')]
    rights: Option<Vec<String>>,
    /// Programs in charge, separated by commas. Default: all.
    #[arg(long, value_delimiter = ',')]
    programs: Option<Vec<String>>,
    /// Sees Individual Numbers.
    #[arg(long)]
    sees_numbers: bool,
    /// Terminals from which files may be loaded, separated by commas.
    #[arg(long, value_delimiter = ',')]
    terminals: Vec<String>,
}

impl User {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self.verb {
            Verb::Password(named) => named.choose_password(output).await,
            Verb::SignIn(named) => named.sign_in(output).await,
            Verb::SignOut(office) => sign_out(output, &office).await,
            Verb::Apply(apply) => apply.run(output).await,
            Verb::Approve(named) => {
                named.office.client()?.approve_user(&named.user).await?;
                Ok(done(output, "user-approved", ("承認しました。", "approved.")))
            }
            Verb::Issue(named) => named.issue(output).await,
            Verb::List(office) => show_users(output, &office.client()?.users().await?),
        }
    }
}

/// Says that something was done which has no answer of its own.
fn done(output: Output, kind: &str, (ja, en): (&str, &str)) -> ExitCode {
    if output.json {
        println!("{}", serde_json::json!({ "type": kind }));
    } else {
        println!("{}", output.language.pick(ja, en));
    }
    ExitCode::SUCCESS
}

impl Named {
    fn organisation(&self) -> String {
        self.organisation.clone().unwrap_or_else(|| organisation(self.office.municipality.as_str()))
    }

    async fn choose_password(self, output: Output) -> Result<ExitCode, Failure> {
        let missing = || {
            Failure::usage(
                "標準入力に、今のパスワードと新しいパスワードを一行ずつ渡してください。",
                "give the password before and the new one on the standard input, a line each.",
            )
        };
        let one = password_from_input("password")?.ok_or_else(missing)?;
        let (password, new_password) = if let Some(two) = password_from_input("new password")? {
            (one, two)
        } else {
            let code = self.office.municipality.as_str();
            (first_password(self.office.data.path(), code, &self.user).ok_or_else(missing)?, one)
        };
        let institution_master_id = self.organisation();
        let change = PasswordChange { institution_master_id, user_id: self.user, password, new_password };
        self.office.without_session()?.change_password(&change).await?;
        Ok(done(output, "password-changed", ("パスワードを変更しました。", "the password is changed.")))
    }

    async fn sign_in(self, output: Output) -> Result<ExitCode, Failure> {
        let path = self.office.session_path(&self.user)?;
        let password = password_from_input("password")?.unwrap_or_default();
        let institution_master_id = self.organisation();
        let login = UserLogin { institution_master_id, user_id: self.user, password };
        let session = self.office.without_session()?.sign_in(&login).await?;
        write_private(&path, session.session.as_bytes()).map_err(|error| Failure::file(&path, &error))?;
        tell_session(output, &session, &path);
        Ok(ExitCode::SUCCESS)
    }

    async fn issue(self, output: Output) -> Result<ExitCode, Failure> {
        let issued = self.office.client()?.issue_credential(&self.user).await?;
        if output.json {
            println!("{}", serde_json::to_string(&issued).map_err(|error| Failure::internal(&error))?);
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(secret) = issued.first_password.or(issued.credential) {
            println!("{secret}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The session itself stands in its file alone.
fn tell_session(output: Output, session: &UserSession, path: &Path) {
    if output.json {
        println!(
            "{}",
            serde_json::json!({
                "type": "session", "file": path, "endsAt": session.ends_at, "role": session.role,
                "rights": session.rights, "passwordExpiresAt": session.password_expires_at,
                "reviewsOverdue": session.reviews_overdue,
                "isOperationReviewOverdue": session.is_operation_review_overdue,
            })
        );
        return;
    }
    let language = output.language;
    println!("{} {}", language.pick("サインインしました。終了:", "signed in until"), session.ends_at);
    println!("{} {}", language.pick("権限:", "rights:"), session.rights.join(", "));
    if let Some(overdue @ 1..) = session.reviews_overdue {
        println!(
            "{} {overdue}",
            language.pick("見直し期限を過ぎた ID:", "accounts whose review is overdue:")
        );
    }
    if session.is_operation_review_overdue == Some(true) {
        let text = ("操作ログの確認期限を過ぎています。", "the review of the operation log is overdue.");
        println!("{}", language.pick(text.0, text.1));
    }
}

async fn sign_out(output: Output, office: &Office) -> Result<ExitCode, Failure> {
    let Some(user) = &office.acting else {
        return Err(Failure::usage("--as でユーザーIDを指定してください。", "say who by --as USER."));
    };
    let path = office.session_path(user)?;
    office.client()?.sign_out().await?;
    std::fs::remove_file(&path).map_err(|error| Failure::file(&path, &error))?;
    Ok(done(output, "signed-out", ("サインアウトしました。", "signed out.")))
}

impl Apply {
    async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let role = Role::parse(&self.role).ok_or_else(|| {
            Failure::usage(format!("区分ではありません: {}", self.role), format!("not a role: {}", self.role))
        })?;
        let all = || role.may_hold().list().map(|right| right.as_str().to_owned()).collect();
        let application = UserApplication {
            user_id: self.user,
            role: self.role,
            rights: self.rights.unwrap_or_else(all),
            programs: self.programs.unwrap_or_else(|| vec![ALL_PROGRAMS.to_owned()]),
            number_viewing: self.sees_numbers,
            terminals: self.terminals,
            person: Some(UserPerson { name: self.name, mail: self.mail }),
            responsible_user_id: None,
        };
        self.office.client()?.apply_for_user(&application).await?;
        let said = ("申請しました。管理者の承認が必要です。", "applied for; an administrator approves.");
        Ok(done(output, "user-applied", said))
    }
}

pub(crate) fn show_users(output: Output, users: &Users) -> Result<ExitCode, Failure> {
    if output.json {
        println!("{}", serde_json::to_string(users).map_err(|error| Failure::internal(&error))?);
        return Ok(ExitCode::SUCCESS);
    }
    let header = match output.language {
        Language::Ja => {
            ["ユーザーID", "氏名", "区分", "状態", "有効な権限", "担当事務", "番号閲覧", "端末", "次の見直し"]
        }
        Language::En => [
            "user",
            "name",
            "role",
            "state",
            "effective rights",
            "programs",
            "numbers",
            "terminals",
            "review due",
        ],
    };
    let mut rows = table(&header);
    for user in &users.users {
        let due = if user.is_review_overdue {
            format!("! {}", user.review_due_at)
        } else {
            user.review_due_at.clone()
        };
        rows.add_row([
            user.user_id.clone(),
            user.name.clone(),
            user.role.clone(),
            user.state.clone(),
            user.effective_rights.join("\n"),
            user.programs.join("\n"),
            output
                .language
                .pick(
                    if user.number_viewing { "可" } else { "-" },
                    if user.number_viewing { "yes" } else { "-" },
                )
                .to_owned(),
            user.terminals.join("\n"),
            due,
        ]);
    }
    println!("{rows}");
    Ok(ExitCode::SUCCESS)
}
