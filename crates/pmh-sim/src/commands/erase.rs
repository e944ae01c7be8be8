//! `erase`: erasing what the hub holds, by two people of a municipality or by one and the hub's operator.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use pmh_domain::MunicipalityCode;
use pmh_service::PlainClient;
use pmh_wire::{
    Door, Erasure, ErasureApproval, ErasureReason, ErasureRequest, ErasureScope, Erasures, OperatorErasure,
    paths,
};

use super::DataFolder;
use super::erasure_report::{show, show_all};
use super::input::number_from_input;
use super::office::Office;
use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  echo 900000000011 | pmh-sim erase ask --municipality 271004 --by sato --reason moved-out --document 2026/12
  pmh-sim erase ask --municipality 271004 --everything --by sato --document 2026/99
  pmh-sim erase list --municipality 271004
  pmh-sim erase approve erasure-… --municipality 271004 --by suzuki
  pmh-sim erase show erasure-… --municipality 271004
  pmh-sim erase operator --municipality 271004 --document 2026/12 --by operator-1

Of the whole partition goes everything that the municipality registered and the accounts of its people.
An Individual Number is read from the standard input, never from the command line. Where users sign in, the two
people are those who are signed in: `--as USER` instead of `--by NAME`.")]
pub(crate) struct Erase {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Asks for an erasure, as the first person. 消去を申請します。
    Ask(Ask),
    /// Carries one out, as the second person, and shows the report. 二人目として承認し、消去します。
    Approve(Approve),
    /// Lists requests and records. 申請と記録の一覧を表示します。
    List(Office),
    /// Shows one. 一件を表示します。
    Show(Show),
    /// Carries out, as the hub's operator, what a municipality has asked for. 運用事業者として依頼どおり消去します。
    Operator(Operator),
}

#[derive(Args)]
struct Ask {
    #[command(flatten)]
    office: Office,
    /// The whole partition, at the end of the contract.
    #[arg(long, conflicts_with = "reason")]
    everything: bool,
    /// Why; the person's Individual Number comes from the standard input.
    #[arg(long, required_unless_present = "everything")]
    reason: Option<Reason>,
    /// Number of the document by which the municipality decided.
    #[arg(long)]
    document: String,
    /// User id of the first person, where nobody signs in.
    #[arg(long, value_name = "NAME", conflicts_with = "acting")]
    by: Option<String>,
}

#[derive(Args)]
struct Approve {
    erasure: String,
    #[command(flatten)]
    office: Office,
    /// User id of the second person, where nobody signs in.
    #[arg(long, value_name = "NAME", conflicts_with = "acting")]
    by: Option<String>,
}

#[derive(Args)]
struct Show {
    erasure: String,
    #[command(flatten)]
    office: Office,
}

#[derive(Args)]
struct Operator {
    #[command(flatten)]
    data: DataFolder,
    /// 自治体コード, 6 digits.
    #[arg(long, value_name = "CODE")]
    municipality: MunicipalityCode,
    /// The document under which the municipality has asked.
    #[arg(long)]
    document: String,
    /// Who of the operator carries it out.
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    MovedOut,
    Died,
    RegisteredInError,
    NoLongerNeeded,
}

impl From<Reason> for ErasureReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::MovedOut => Self::MovedOut,
            Reason::Died => Self::Died,
            Reason::RegisteredInError => Self::RegisteredInError,
            Reason::NoLongerNeeded => Self::NoLongerNeeded,
        }
    }
}

impl Erase {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self.verb {
            Verb::Ask(ask) => show(output, &ask.run().await?),
            Verb::Approve(approve) => {
                let approval = ErasureApproval { approved_by: approve.by };
                show(output, &approve.office.client()?.approve_erasure(&approve.erasure, &approval).await?)
            }
            Verb::List(office) => show_all(output, &office.client()?.erasures().await?),
            Verb::Show(one) => show(output, &one.office.client()?.erasure(&one.erasure).await?),
            Verb::Operator(operator) => {
                for erasure in operator.run().await? {
                    show(output, &erasure)?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

impl Ask {
    async fn run(self) -> Result<Erasure, Failure> {
        let (scope, my_number, reason) = match self.reason {
            None => (ErasureScope::Partition, None, ErasureReason::ContractEnded),
            Some(reason) => (ErasureScope::Person, Some(number_from_input()?), reason.into()),
        };
        let document = self.document;
        let request = ErasureRequest { scope, my_number, reason, document, requested_by: self.by };
        Ok(self.office.client()?.request_erasure(&request).await?)
    }
}

impl Operator {
    async fn run(self) -> Result<Vec<Erasure>, Failure> {
        let admin = PlainClient::new(self.data.world()?.address(Door::HubAdmin)?);
        let request = OperatorErasure {
            municipality_code: self.municipality.to_string(),
            document: self.document,
            carried_out_by: self.by,
        };
        let done: Erasures = admin.with_timeout(super::LONG).post(paths::ADMIN_ERASURES, &request).await?;
        Ok(done.erasures)
    }
}
