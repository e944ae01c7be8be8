//! An export of the audit as the hub makes one, under a key that everybody knows.

use pmh_crypto::{AuditRow, Checkpoint, CheckpointSigner, LaneHead, LaneId, Leaf, append, sha256};
use pmh_domain::rfc3339_japan;
use pmh_wire::{
    CheckpointBody, EXPORT_VERSION, ExportEnd, ExportEntry, ExportHead, ExportLine, ExportRow, ExportedAct,
    RemovedRow, StandingRow, WrittenRow,
};

pub(crate) const OSAKA: &str = "271004";
const TOKYO: &str = "130001";
/// The key of the pinned test of the signed heads; it signs nothing but samples.
pub(crate) const SIGNING_KEY: &str = "3053020101300506032b657004220420202122232425262728292a2b2c2d2e2f303132333435363738\
                                      393a3b3c3d3e3fa12303210029acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322\
                                      966dd7";
const WHOLE: LaneId = [1; 16];
/// The lane of which the first two rows may be too old.
const CUT: LaneId = [2; 16];

pub(crate) fn signer() -> CheckpointSigner {
    let pkcs8 = hex::decode(SIGNING_KEY).expect("hexadecimal");
    CheckpointSigner::from_pkcs8(&pkcs8).expect("a signing key")
}

pub(crate) fn signed(signer: &CheckpointSigner, checkpoint: &Checkpoint) -> CheckpointBody {
    CheckpointBody {
        lane: hex::encode(checkpoint.lane),
        sequence: checkpoint.sequence,
        head: hex::encode(checkpoint.hash),
        signed_at: rfc3339_japan(checkpoint.at_ms),
        signature: hex::encode(checkpoint.signature),
        public_key: hex::encode(signer.public_key()),
    }
}

/// Open, with the acts of one person who came, changed and lost a certificate; two lanes; and what stands in the
/// tables. With signatures one lane has a signed head, and the other one a cut instead of its first two rows.
pub fn sample_export(has_signatures: bool) -> Vec<u8> {
    let signer = signer();
    let (mut rows, last) = lane(WHOLE, 0, &acts());
    let (mut second, _) = lane(CUT, 1_000, &[nothing(), nothing(), nothing(), nothing()]);
    let mut signed_lines = (Vec::new(), Vec::new());
    if has_signatures {
        let cut = head_of(&second[1]);
        second.drain(..2);
        signed_lines.0.push(ExportLine::Checkpoint(signed(&signer, &signer.sign(&last, 0))));
        signed_lines.1.push(ExportLine::Cut(signed(&signer, &signer.sign_cut(&cut, 0).0)));
    }
    rows.append(&mut second);
    let head = ExportLine::Export(ExportHead {
        version: EXPORT_VERSION,
        municipality_code: OSAKA.to_owned(),
        made_at: rfc3339_japan(0),
        public_key: hex::encode(signer.public_key()),
        is_open: true,
        tables: ["person", "certificate", "route"].map(str::to_owned).to_vec(),
    });
    let mut lines = vec![head];
    lines.extend(signed_lines.0);
    lines.extend(rows.into_iter().map(ExportLine::Row));
    lines.extend(standing());
    lines.extend(signed_lines.1);
    let length = lines.len() as u64 + 1;
    lines.push(ExportLine::End(ExportEnd { lines: length }));
    let text = |line: &ExportLine| serde_json::to_string(line).expect("a line can be written") + "\n";
    lines.iter().map(text).collect::<String>().into_bytes()
}

fn standing() -> [ExportLine; 3] {
    [("person", "1", 2, None), ("certificate", "1.2", 1, None), ("route", "1", 0, Some(true))].map(
        |(table, row, version, holds)| {
            let (table, row) = (table.to_owned(), row.to_owned());
            ExportLine::Standing(StandingRow { table, row, version, holds })
        },
    )
}

fn act(written: &[(&str, &str, i64)], removed: &[(&str, &str)]) -> ExportedAct {
    let written = written.iter().map(|(table, row, version)| WrittenRow {
        table: (*table).to_owned(),
        row: (*row).to_owned(),
        version: *version,
    });
    let removed =
        removed.iter().map(|(table, row)| RemovedRow { table: (*table).to_owned(), row: (*row).to_owned() });
    ExportedAct {
        act: "registration.apply".to_owned(),
        principal: "hub".to_owned(),
        person: Some(1),
        institution: None,
        outcome: None,
        removed: removed.collect(),
        written: written.collect(),
    }
}

fn nothing() -> ExportedAct {
    act(&[], &[])
}

fn acts() -> [ExportedAct; 3] {
    [
        act(&[("person", "1", 1), ("certificate", "1.1", 1)], &[]),
        act(&[("route", "1", 0), ("certificate", "1.2", 1)], &[]),
        act(&[("person", "1", 2)], &[("certificate", "1.1")]),
    ]
}

/// One row for each act, which stands behind an entry of Tokyo.
fn lane(lane: LaneId, from_ms: i64, acts: &[ExportedAct]) -> (Vec<ExportRow>, LaneHead) {
    let mut head = LaneHead::start(lane);
    let mut rows = Vec::new();
    for act in acts {
        let sealed = format!("sealed {}", head.sequence + 1);
        let leaf = |code: &str| Leaf { municipality: code.to_owned(), entry_hash: sha256(sealed.as_bytes()) };
        let at_ms = from_ms + head.sequence;
        let row = append(&head, at_ms, at_ms, &[leaf(TOKYO), leaf(OSAKA)]);
        head = row.head();
        let entry = ExportEntry { position: 1, sealed: hex::encode(sealed), told: Some(act.clone()) };
        rows.push(told(row, entry));
    }
    (rows, head)
}

fn told(row: AuditRow, entry: ExportEntry) -> ExportRow {
    ExportRow {
        lane: hex::encode(row.lane),
        sequence: row.sequence,
        virtual_ms: row.virtual_ms,
        real_ms: row.real_ms,
        previous: hex::encode(row.previous),
        hash: hex::encode(row.hash),
        leaves: hex::encode(row.leaves),
        entries: vec![entry],
    }
}

fn head_of(row: &ExportRow) -> LaneHead {
    let hash = hex::decode(&row.hash).expect("hexadecimal").try_into().expect("32 bytes");
    LaneHead { lane: CUT, sequence: row.sequence, hash }
}
