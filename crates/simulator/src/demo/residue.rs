//! What is left where it must not be.

use pmh_domain::PmhId;
use pmh_store::schema_name;
use pmh_wire::Party;
use serde_json::Value;

use super::StepFailed;
use super::findings::Findings;
use super::stage::{Stage, StepResult};
use crate::leak_scan::{Kind, SAMPLED_ONE_IN, Scanned, Wanted};

const LOOKED_FOR: [Kind; 7] = [
    Kind::IndividualNumber,
    Kind::Name,
    Kind::Address,
    Kind::PmhId,
    Kind::PortalPseudonym,
    Kind::LinkingNumber,
    Kind::CardSerial,
];
const CANARY: &str = "canary-7f3a9c51";

/// What is known of people, in all files, logs, captured output; on PostgreSQL in all columns.
pub(crate) async fn leak_scan(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let search = wanted(stage).scanner();
    let mut scanned = Scanned::default();
    search.folder(stage.topology.data(), &mut scanned)?;
    for path in &stage.captured {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        search.file(path, &name, &mut scanned)?;
    }
    if let Some(url) = &stage.database {
        // The separator keeps a world whose name is longer out.
        search.schemas(url, &schema_name(&stage.topology.world().name, ""), &mut scanned).await?;
    }
    findings.note("places", scanned.places);
    findings.note("bytes", scanned.bytes);
    let by_kind = |kind: Kind, allowed: bool| -> u64 {
        let of_kind = scanned.found.iter().filter(|((_, found), _)| *found == kind);
        of_kind.filter(|((place, kind), _)| kind.may_stand_in(place) == allowed).map(|(_, count)| count).sum()
    };
    for kind in LOOKED_FOR {
        findings.note(kind.as_str(), by_kind(kind, false));
    }
    let leaks = scanned.leaks();
    findings.must("no Individual Number where it must not be", by_kind(Kind::IndividualNumber, false) == 0);
    findings.must("no name where it must not be", by_kind(Kind::Name, false) == 0);
    findings.must("no PMH-ID in clear anywhere", by_kind(Kind::PmhId, false) == 0);
    findings.must("nothing else of anybody where it must not be", leaks.is_empty());
    findings.must(
        "the scan sees the numbers in the files that may hold them",
        by_kind(Kind::IndividualNumber, true) > 0,
    );
    if !leaks.is_empty() {
        findings.note("leaks", serde_json::to_value(leaks).unwrap_or(Value::Null));
    }
    plant(stage, findings)
}

/// A scan that finds nothing must be one that could have.
fn plant(stage: &Stage, findings: &mut Findings) -> StepResult {
    let path = stage.topology.data().join("planted.bin");
    let encoded = hex::encode(CANARY.as_bytes());
    std::fs::write(&path, format!("before {encoded} after"))?;
    let mut wanted = Wanted::default();
    wanted.text(Kind::Planted, CANARY);
    let mut scanned = Scanned::default();
    wanted.scanner().folder(stage.topology.data(), &mut scanned)?;
    std::fs::remove_file(&path)?;
    findings.note("plantedFound", scanned.total());
    findings.must("the planted value is found", scanned.total() == 1);
    Ok(())
}

fn wanted(stage: &Stage) -> Wanted {
    let mut wanted = Wanted::default();
    wanted.world(&stage.people);
    for (_, pmh_id) in stage.pmh_ids.iter().step_by(SAMPLED_ONE_IN) {
        wanted.pmh_id(pmh_id);
    }
    wanted
}

/// How often a PMH-ID stands in clear in what one party keeps.
pub(crate) async fn of_pmh_id(stage: &Stage, party: Party, pmh_id: &PmhId) -> Result<u64, StepFailed> {
    let mut wanted = Wanted::default();
    wanted.pmh_id(pmh_id);
    let search = wanted.scanner();
    let mut scanned = Scanned::default();
    if let Some(url) = &stage.database {
        search.schemas(url, &schema_name(&stage.topology.world().name, party.as_str()), &mut scanned).await?;
        return Ok(scanned.total());
    }
    let data = stage.topology.data();
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("{}.sqlite{suffix}", party.as_str());
        search.file(&data.join(&name), &name, &mut scanned)?;
    }
    Ok(scanned.total())
}
