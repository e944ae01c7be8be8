//! What is left where it must not be.

use std::collections::BTreeMap;

use pmh_domain::PmhId;
use pmh_wire::Party;
use serde_json::Value;

use super::StepFailed;
use super::findings::Findings;
use super::stage::{Stage, StepResult};
use crate::leak_scan::{Kind, Scanned, Wanted};

/// Who may hold numbers and names: their own share of the world, handed to them before it starts.
const MAY_HOLD_PEOPLE: [&str; 2] = ["seed/municipality.json", "seed/intermediate.json"];
const CANARY: &str = "canary-7f3a9c51";

/// Individual Numbers, names and PMH-IDs in all files, logs, captured output; on PostgreSQL in all columns.
pub(crate) async fn leak_scan(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let search = wanted(stage).scanner();
    let mut scanned = Scanned::default();
    search.folder(stage.topology.data(), &mut scanned)?;
    for path in &stage.captured {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        search.file(path, &name, &mut scanned)?;
    }
    if let Some(url) = &stage.database {
        for party in Party::ALL {
            search.schema(url, &stage.topology.world().name, party, &mut scanned).await?;
        }
    }
    findings.note("places", scanned.places);
    findings.note("bytes", scanned.bytes);
    let by_kind = |kind: Kind, allowed: bool| -> u64 {
        let of_kind = scanned.found.iter().filter(|((_, found), _)| *found == kind);
        of_kind
            .filter(|((place, _), _)| MAY_HOLD_PEOPLE.contains(&place.as_str()) == allowed)
            .map(|(_, count)| count)
            .sum()
    };
    for kind in [Kind::IndividualNumber, Kind::Name, Kind::PmhId] {
        findings.note(kind.as_str(), by_kind(kind, false));
    }
    findings.must("no Individual Number where it must not be", by_kind(Kind::IndividualNumber, false) == 0);
    findings.must("no name where it must not be", by_kind(Kind::Name, false) == 0);
    findings
        .must("no PMH-ID in clear anywhere", by_kind(Kind::PmhId, false) + by_kind(Kind::PmhId, true) == 0);
    findings.must(
        "the scan sees the numbers in the files that may hold them",
        by_kind(Kind::IndividualNumber, true) > 0,
    );
    let leaks: BTreeMap<String, u64> = scanned
        .found
        .iter()
        .filter(|((place, _), _)| !MAY_HOLD_PEOPLE.contains(&place.as_str()))
        .map(|((place, kind), count)| (format!("{place}: {}", kind.as_str()), *count))
        .collect();
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
    wanted.add(Kind::Planted, CANARY.as_bytes());
    let mut scanned = Scanned::default();
    wanted.scanner().folder(stage.topology.data(), &mut scanned)?;
    std::fs::remove_file(&path)?;
    findings.note("plantedFound", scanned.total());
    findings.must("the planted value is found", scanned.total() == 1);
    Ok(())
}

fn wanted(stage: &Stage) -> Wanted {
    let mut wanted = Wanted::default();
    for one in &stage.people.people {
        wanted.add(Kind::IndividualNumber, one.person.number.expose().as_bytes());
        wanted.add(Kind::Name, one.person.basic_five.name.expose().as_bytes());
        wanted.add(Kind::Name, one.person.basic_five.name_kana.expose().as_bytes());
    }
    for (_, pmh_id) in &stage.pmh_ids {
        add_pmh_id(&mut wanted, pmh_id);
    }
    wanted
}

fn add_pmh_id(wanted: &mut Wanted, pmh_id: &PmhId) {
    wanted.add(Kind::PmhId, pmh_id.expose_bytes());
    wanted.add(Kind::PmhId, pmh_id.expose_text().as_bytes());
}

/// How often a PMH-ID stands in clear in what one party keeps.
pub(crate) async fn of_pmh_id(stage: &Stage, party: Party, pmh_id: &PmhId) -> Result<u64, StepFailed> {
    let mut wanted = Wanted::default();
    add_pmh_id(&mut wanted, pmh_id);
    let search = wanted.scanner();
    let mut scanned = Scanned::default();
    if let Some(url) = &stage.database {
        search.schema(url, &stage.topology.world().name, party, &mut scanned).await?;
        return Ok(scanned.total());
    }
    let data = stage.topology.data();
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("{}.sqlite{suffix}", party.as_str());
        search.file(&data.join(&name), &name, &mut scanned)?;
    }
    Ok(scanned.total())
}
