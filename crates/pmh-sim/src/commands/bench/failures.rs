//! Why a load could not be run, for whoever called.

use pmh_bench::load::{LoadError, TargetError};
use pmh_bench::prepare::PrepareError;

use crate::exit::{Failure, with_causes};

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        match &error {
            TargetError::NotPermitted { host, ip } => Self::usage(
                format!(
                    "「{host}」({ip}) はこの機械ではありません。負荷をかけてよい相手なら --i-may-load-this-host {host} を付けてください。"
                ),
                format!("{error}. If you may load it, say so with --i-may-load-this-host {host}"),
            ),
            TargetError::NoAddress(_) | TargetError::Unresolved { .. } => {
                let text = with_causes(&error);
                Self::cannot_connect(format!("相手が見つかりません: {text}"), text)
            }
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let text = with_causes(&error);
        match error {
            LoadError::NotConnected { .. } => Self::cannot_connect(
                format!("接続できません: {text}。pmh-sim up が動いていますか。"),
                format!("{text}. Is `pmh-sim up` running?"),
            ),
            LoadError::BrokeDown | LoadError::NoThread(_) => Self::internal(&text),
        }
    }
}

impl From<PrepareError> for Failure {
    fn from(error: PrepareError) -> Self {
        let text = with_causes(&error);
        match error {
            PrepareError::Target(error) => error.into(),
            PrepareError::World(error) => error.into(),
            PrepareError::Pki(error) => error.into(),
            PrepareError::Credential(error) => error.into(),
            PrepareError::Call(error) => error.into(),
            PrepareError::Rejected(_) | PrepareError::NotNumbered { .. } => Self::refused(
                format!("測定に使う住民を登録・採番できません: {text}"),
                format!("the people of the run could not be registered and numbered: {text}"),
            ),
            PrepareError::NotAgreed(_) => Self::internal(&text),
        }
    }
}
