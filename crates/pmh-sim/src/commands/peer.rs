//! `peer`: the certificates that say who connects. Works on the files of a world, with its CA's key; processes that run
//! see the change at their next handshake and their next request.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use pmh_domain::rfc3339_japan;
use pmh_service::{Issued, Pki, Rotated, Serial};
use pmh_wire::{Party, PeerName};

use super::DataFolder;
use crate::Output;
use crate::exit::Failure;
use crate::language::Language;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim peer list
  pmh-sim peer rotate municipality 271004
  pmh-sim peer revoke municipality 271004
  pmh-sim peer revoke --serial 5f1c0a

`rotate` makes another key and certificate; the former certificate stays good until its serial is revoked. `revoke`
cannot be taken back: `rotate` gives the peer a certificate that is good again. Nothing needs to be restarted.")]
pub(crate) struct Peer {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Who has which certificate. 証明書を一覧します。
    List,
    /// Takes a certificate out of use. 証明書を失効させます。
    #[command(arg_required_else_help = true)]
    Revoke {
        #[command(flatten)]
        name: Option<Name>,
        /// Any certificate of this world, also a former one.
        #[arg(long, conflicts_with_all = ["party", "name"])]
        serial: Option<Serial>,
    },
    /// Gives a peer another key and certificate. 鍵と証明書を更新します。
    Rotate {
        #[command(flatten)]
        name: Name,
    },
}

#[derive(Args)]
struct Name {
    /// municipality, hub, intermediate, eligibility, portal or institution.
    party: Party,
    /// As `list` shows it: a code, or the party's own name.
    name: String,
}

impl Name {
    fn peer(self) -> Result<PeerName, Failure> {
        PeerName::new(self.party, &self.name)
            .map_err(|_| Failure::usage("相手の名前が正しくありません。", "that is no name of a peer."))
    }
}

impl Peer {
    pub(crate) fn run(self, output: Output) -> Result<ExitCode, Failure> {
        self.data.world()?;
        let pki = Pki::open(&self.data.path().join("pki"))?;
        match self.verb {
            Verb::List => list(output, &pki.issued()?),
            Verb::Revoke { name: Some(name), .. } => {
                let serial = pki.issued_to(&name.peer()?)?.serial;
                tell_revoked(output, &serial, pki.revoke(&serial)?);
            }
            Verb::Revoke { serial: Some(serial), .. } => {
                tell_revoked(output, &serial, pki.revoke(&serial)?);
            }
            Verb::Revoke { .. } => {
                return Err(Failure::usage(
                    "相手か --serial を指定してください。",
                    "name a peer, or give --serial.",
                ));
            }
            Verb::Rotate { name } => tell_rotated(output, &pki.rotate(&name.peer()?)?),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(output: Output, issued: &[Issued]) {
    let mut rows = table(&match output.language {
        Language::Ja => ["当事者", "名前", "シリアル", "有効期限", "失効"],
        Language::En => ["party", "name", "serial", "valid to", "revoked"],
    });
    for Issued { peer, serial, valid_to, revoked } in issued {
        let valid_to = rfc3339_japan(valid_to * 1_000);
        if output.json {
            println!(
                "{}",
                serde_json::json!({
                    "type": "peer", "party": peer.party, "name": peer.name, "serial": serial.to_string(),
                    "validTo": valid_to, "revoked": revoked,
                })
            );
        } else {
            let revoked = if *revoked { output.language.pick("失効", "revoked") } else { "" };
            let (party, serial) = (peer.party.to_string(), serial.to_string());
            rows.add_row([party, peer.name.clone(), serial, valid_to, revoked.to_owned()]);
        }
    }
    if !output.json {
        println!("{rows}");
    }
}

fn tell_revoked(output: Output, serial: &Serial, changed: bool) {
    if output.json {
        let line = serde_json::json!({ "type": "revoked", "serial": serial.to_string(), "changed": changed });
        println!("{line}");
    } else if changed {
        println!("{} {serial}", output.language.pick("失効させました:", "revoked:"));
    } else {
        println!("{} {serial}", output.language.pick("すでに失効しています:", "was revoked before:"));
    }
}

fn tell_rotated(output: Output, Rotated { former, serial }: &Rotated) {
    if output.json {
        let (former, serial) = (former.to_string(), serial.to_string());
        println!("{}", serde_json::json!({ "type": "rotated", "former": former, "serial": serial }));
        return;
    }
    println!("{} {serial}", output.language.pick("更新しました:", "rotated:"));
    let hint = output.language.pick(
        "前の証明書はまだ使えます。失効させるには:",
        "the former certificate is still good. To take it out of use:",
    );
    println!("{hint} pmh-sim peer revoke --serial {former}");
}
