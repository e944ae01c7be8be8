//! Exit codes and the one place where a failure is told.

use std::io::Write;
use std::process::ExitCode;

use pmh_municipality::{ReadLogError, SubmitError};
use pmh_service::{CallError, PkiError, StartError, WorldError};
use pmh_simulator::backup::BackupError;
use pmh_store::StoreError;
use pmh_wire::Problem;

use crate::Output;

/// Everything came out as it must.
pub(crate) const OK: u8 = 0;
/// The program ran, and what it checked is not so.
pub(crate) const CHECK_FAILED: u8 = 1;
const USAGE: u8 = 2;
const CANNOT_CONNECT: u8 = 11;
const TARGET_REFUSED: u8 = 12;
const ENVIRONMENT: u8 = 14;
pub(crate) const INTERNAL: u8 = 20;

/// Why the program stops, in both languages, without a personal value.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    ja: String,
    en: String,
}

impl Failure {
    pub(crate) fn usage(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: USAGE, ja: ja.into(), en: en.into() }
    }

    pub(crate) fn cannot_connect(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: CANNOT_CONNECT, ja: ja.into(), en: en.into() }
    }

    /// The other side did not take what it was sent.
    pub(crate) fn refused(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: TARGET_REFUSED, ja: ja.into(), en: en.into() }
    }

    pub(crate) fn environment(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: ENVIRONMENT, ja: ja.into(), en: en.into() }
    }

    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        Self {
            code: INTERNAL, ja: format!("内部エラー: {error}"), en: format!("internal error: {error}")
        }
    }

    /// What is printed finds no room; the reason is the system's.
    pub(crate) fn unwritable(reason: &str) -> Self {
        Self::environment(
            format!("出力を書き込めません: {reason}"),
            format!("what is printed cannot be written: {reason}"),
        )
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::environment(
            format!("ファイル「{path}」を扱えません: {error}"),
            format!("cannot use the file {path}: {error}"),
        )
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unreachable(reason) => Self::cannot_connect(
                format!("接続できません: {reason}。pmh-sim up が動いていますか。"),
                format!("cannot connect: {reason}. Is `pmh-sim up` running?"),
            ),
            CallError::TimedOut => {
                Self::cannot_connect("応答がありません。", "no answer within the time limit.")
            }
            CallError::Refused(problem) => problem.into(),
            CallError::Unexpected(what) => Self::internal(&what),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::environment(format!("データベース: {error}"), format!("database: {error}"))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!(" ({line}:{column})"),
            (Some(line), None) => format!(" ({line})"),
            _ => String::new(),
        };
        Self {
            code: TARGET_REFUSED,
            ja: format!("{}{place} {}", problem.code, problem.clerk.ja),
            en: format!("{}{place} {}", problem.code, problem.clerk.en),
        }
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::File(error) => error.into(),
            SubmitError::Call(error) => error.into(),
        }
    }
}

impl From<ReadLogError> for Failure {
    fn from(error: ReadLogError) -> Self {
        match error {
            ReadLogError::Call(error) => error.into(),
            ReadLogError::Found(fault) => Self {
                code: CHECK_FAILED,
                ja: format!("記録を検証できません: {fault}"),
                en: format!("the log does not verify: {fault}"),
            },
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            StartError::RunsAlready { party, data } => {
                let folder = data.display();
                Self::environment(
                    format!(
                        "「{folder}」の {party} はすでに動いています。一つのデータの持ち主は一つのプロセスだけです。"
                    ),
                    format!(
                        "the {party} of the world in {folder} runs already: its data has one owner at a time."
                    ),
                )
            }
            error => {
                let text = with_causes(&error);
                Self::environment(format!("起動できません: {text}"), format!("cannot start: {text}"))
            }
        }
    }
}

impl From<WorldError> for Failure {
    fn from(error: WorldError) -> Self {
        StartError::from(error).into()
    }
}

impl From<PkiError> for Failure {
    fn from(error: PkiError) -> Self {
        let text = with_causes(&error);
        Self::environment(format!("証明書: {text}"), format!("certificates: {text}"))
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let ja = match &error {
            BackupError::World(_) | BackupError::Start(StartError::World(_)) => {
                "世界の計画(world.json)を読めません".to_owned()
            }
            BackupError::Start(StartError::WrongMasterKey(party)) => format!(
                "{party} のマスター鍵は、このバックアップを取った時のものではありません。その鍵を戻してください"
            ),
            BackupError::Start(StartError::RunsAlready { .. }) => {
                "この世界は動いています。止めてから復元してください".to_owned()
            }
            BackupError::Store(StoreError::NewerDatabase { .. }) => {
                "新しい版のプログラムが作ったデータです。その版で復元してください".to_owned()
            }
            BackupError::NoDatabase { party, .. } => format!("{party} はまだ一度も動いていません"),
            BackupError::Inside(_) => "バックアップ先が世界のフォルダーの中です。一緒に失われます".to_owned(),
            BackupError::SamePlace(_) => "第二の保管先が第一と同じです".to_owned(),
            BackupError::Busy(_) => "別のバックアップを書き込み中です".to_owned(),
            BackupError::NoBackup(_) => "バックアップがありません".to_owned(),
            BackupError::Damaged { .. } => "バックアップが壊れています".to_owned(),
            BackupError::OtherWorld { .. } => "別の世界のバックアップです".to_owned(),
            BackupError::NoSecret(_) => {
                "鍵と証明書はバックアップに含まれません。保管先から戻してください".to_owned()
            }
            BackupError::LostErasures(_) => {
                "バックアップの後に消去された人が分かりません。復元するとその人の\
                 データが戻ります。承知の上なら --accept-lost-erasures を付け、消去をやり直してください"
                    .to_owned()
            }
            BackupError::Hub(_) => "バックアップの監査記録を検証できません".to_owned(),
            BackupError::Start(_) | BackupError::Store(_) | BackupError::File { .. } => {
                "バックアップまたは復元に失敗しました".to_owned()
            }
        };
        let text = with_causes(&error);
        let en = match &error {
            BackupError::LostErasures(_) => format!(
                "{text}. Whoever was erased would be back: `--accept-lost-erasures` restores all the same, and \
                 the erasures are yours to repeat"
            ),
            _ => text.clone(),
        };
        Self::environment(format!("{ja}: {text}"), en)
    }
}

/// An error and what caused it, on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::environment(format!("入出力: {error}"), format!("input or output: {error}"))
    }
}

/// Tells the failure on the error channel.
pub(crate) fn report(output: Output, failure: &Failure) -> ExitCode {
    ExitCode::from(tell(output, failure))
}

/// The same, and the exit code. Never panics: where the error channel cannot be written either, the code alone tells.
pub(crate) fn tell(output: Output, failure: &Failure) -> u8 {
    let text = output.language.pick(&failure.ja, &failure.en);
    let line = if output.json {
        serde_json::json!({ "type": "error", "exitCode": failure.code, "message": text }).to_string()
    } else {
        format!("pmh-sim: {text}")
    };
    let _ = writeln!(std::io::stderr(), "{line}");
    failure.code
}
