//! `card`: what happens to a card outside PMH, at the eligibility system and the portal of a running world.

use std::fmt::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pmh_crypto::Entropy;
use pmh_service::{CallError, PlainClient, World};
use pmh_wire::{CardAnswer, CardCommand, CardStateBody, CardUseBody, Code, Door, Party, paths};

use super::DataFolder;
use crate::Output;
use crate::exit::Failure;
use crate::language::Language;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim card show --card CARD-GRACE
  pmh-sim card renew --card CARD-OSAKA-CHILD --new CARD-OSAKA-CHILD-2 --valid-to 2031-05-05
  pmh-sim card activate --card CARD-STOPPED

The same command again changes nothing: one of the two parties may have been away.")]
pub(crate) struct Card {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// A new certificate with a new serial: the former serial stops at once. 証明書を更新します。
    Renew {
        /// Serial of the card.
        #[arg(long)]
        card: String,
        /// The new serial; drawn if none is given.
        #[arg(long)]
        new: Option<String>,
        /// Last day of the new certificate, YYYY-MM-DD; without one it has no end.
        #[arg(long, value_name = "DATE")]
        valid_to: Option<String>,
    },
    /// Stops a card for a time. 一時停止します。
    Stop {
        /// Serial of the card.
        #[arg(long)]
        card: String,
    },
    /// Reports a card lost. 紛失を届け出ます。
    Lose {
        /// Serial of the card.
        #[arg(long)]
        card: String,
    },
    /// Lets a stopped or lost card work again. 再び使えるようにします。
    Activate {
        /// Serial of the card.
        #[arg(long)]
        card: String,
    },
    /// Shows how a card stands. 状態を表示します。
    Show {
        /// Serial of the card.
        #[arg(long)]
        card: String,
    },
}

/// The two parties that know a card.
const KNOWERS: [(Party, Door); 2] =
    [(Party::Eligibility, Door::EligibilityAdmin), (Party::Portal, Door::PortalAdmin)];

impl Card {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let world = self.data.world()?;
        let (command, new) = self.verb.command();
        let answers = tell_both(&world, &command).await?;
        if output.json {
            for (party, answer) in &answers {
                println!(
                    "{}",
                    serde_json::json!({ "type": "card", "party": party, "known": answer.is_some(),
                        "card": answer, "newCardSerial": new })
                );
            }
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(new) = new {
            println!("{}  {new}", output.language.pick("新しいシリアル", "new serial"));
        }
        show(output.language, &answers);
        Ok(ExitCode::SUCCESS)
    }
}

impl Verb {
    /// The command, and the serial that a renewal brings.
    fn command(self) -> (CardCommand, Option<String>) {
        match self {
            Self::Renew { card, new, valid_to } => {
                let new_card_serial = new.unwrap_or_else(drawn_serial);
                let new = Some(new_card_serial.clone());
                (CardCommand::Renew { card_serial: card, new_card_serial, valid_to }, new)
            }
            Self::Stop { card } => (CardCommand::Stop { card_serial: card }, None),
            Self::Lose { card } => (CardCommand::Lose { card_serial: card }, None),
            Self::Activate { card } => (CardCommand::Activate { card_serial: card }, None),
            Self::Show { card } => (CardCommand::Show { card_serial: card }, None),
        }
    }
}

/// As the serials of drawn people look.
fn drawn_serial() -> String {
    let drawn: [u8; 10] = Entropy::new().bytes();
    drawn.iter().fold(String::new(), |mut serial, byte| {
        write!(serial, "{byte:02X}").expect("a String takes all that is written to it");
        serial
    })
}

/// A card that only one of the two knows is acted on there: with `--auto-enrol` the portal has no accounts. The
/// first refusal ends it, so that the portal is not told what the eligibility system refused.
async fn tell_both(
    world: &World,
    command: &CardCommand,
) -> Result<Vec<(Party, Option<CardAnswer>)>, Failure> {
    let mut answers = Vec::new();
    let mut unknown = None;
    for (party, door) in KNOWERS {
        let admin = PlainClient::new(world.address(door)?);
        match admin.post(paths::ADMIN_CARDS, command).await {
            Ok(answer) => answers.push((party, Some(answer))),
            Err(CallError::Refused(problem)) if problem.known_code() == Some(Code::UnknownCard) => {
                answers.push((party, None));
                unknown = Some(CallError::Refused(problem));
            }
            Err(error) => return Err(error.into()),
        }
    }
    match unknown {
        Some(unknown) if answers.iter().all(|(_, answer)| answer.is_none()) => Err(unknown.into()),
        _ => Ok(answers),
    }
}

fn show(language: Language, answers: &[(Party, Option<CardAnswer>)]) {
    let header = match language {
        Language::Ja => ["当事者", "状態", "使える範囲", "有効期限", "猶予の最終日"],
        Language::En => ["party", "state", "good for", "valid to", "grace to"],
    };
    let mut rows = table(&header);
    for (party, answer) in answers {
        let name = language.pick(party.japanese(), party.as_str()).to_owned();
        rows.add_row(match answer {
            None => [
                name,
                language.pick("登録なし", "unknown").to_owned(),
                String::new(),
                String::new(),
                String::new(),
            ],
            Some(answer) => [
                name,
                state(language, answer.state).to_owned(),
                usable(language, answer.usable).to_owned(),
                answer.valid_to.clone().unwrap_or_default(),
                answer.grace_to.clone().unwrap_or_default(),
            ],
        });
    }
    println!("{rows}");
}

fn state(language: Language, state: CardStateBody) -> &'static str {
    match state {
        CardStateBody::Active => language.pick("有効", "active"),
        CardStateBody::Stopped => language.pick("一時停止", "stopped"),
        CardStateBody::Lost => language.pick("紛失", "lost"),
        CardStateBody::Renewed => language.pick("更新済み", "renewed"),
    }
}

fn usable(language: Language, usable: CardUseBody) -> &'static str {
    match usable {
        CardUseBody::Full => language.pick("すべて", "everything"),
        CardUseBody::QualificationOnly => language.pick("保険資格のみ", "insurance only"),
        CardUseBody::Expired => language.pick("なし(期限切れ)", "nothing (expired)"),
        CardUseBody::Stopped => language.pick("なし", "nothing"),
    }
}
