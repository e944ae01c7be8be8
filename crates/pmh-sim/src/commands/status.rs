//! `status`: what runs, by every party's own admin door.

use std::process::ExitCode;

use clap::Args;
use pmh_service::PlainClient;
use pmh_wire::{Door, Party, StatusAnswer, paths};

use super::DataFolder;
use crate::Output;
use crate::exit::{self, Failure};
use crate::language::Language;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim status
  pmh-sim status --json

Exits with 1 if a party does not answer.")]
pub(crate) struct Status {
    #[command(flatten)]
    data: DataFolder,
}

impl Status {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let world = self.data.world()?;
        let mut rows = table(&header(output.language));
        let mut all_up = true;
        for party in Party::ALL {
            let address = world.address(Door::admin_of(party))?;
            let answer = PlainClient::new(address).get::<StatusAnswer>(paths::ADMIN_STATUS).await;
            let up = answer.as_ref().is_ok_and(|status| status.ready);
            all_up &= up;
            if output.json {
                let status = answer.as_ref().ok();
                println!(
                    "{}",
                    serde_json::json!({
                        "type": "party", "party": party, "up": up, "address": address, "status": status
                    })
                );
            }
            rows.add_row(match answer {
                Ok(status) => row(output.language, party, &address.to_string(), &status),
                Err(_) => [
                    name(output.language, party),
                    address.to_string(),
                    output.language.pick("停止", "down").to_owned(),
                    String::new(),
                    String::new(),
                ],
            });
        }
        if !output.json {
            println!("{rows}");
        }
        Ok(ExitCode::from(if all_up { exit::OK } else { exit::CHECK_FAILED }))
    }
}

fn header(language: Language) -> [&'static str; 5] {
    match language {
        Language::Ja => ["当事者", "管理口", "状態", "仮想時刻", "数"],
        Language::En => ["party", "admin door", "state", "virtual time", "counts"],
    }
}

fn row(language: Language, party: Party, address: &str, status: &StatusAnswer) -> [String; 5] {
    let counts: Vec<String> = status.counters.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let state = if status.ready {
        language.pick("稼働中", "ready")
    } else {
        language.pick("準備中", "starting")
    };
    [
        name(language, party),
        address.to_owned(),
        state.to_owned(),
        status.virtual_now.clone(),
        counts.join(", "),
    ]
}

fn name(language: Language, party: Party) -> String {
    language.pick(party.japanese(), party.as_str()).to_owned()
}
