//! Registration and numbering.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use pmh_domain::PmhId;
use pmh_wire::{Door, Encoding, Party, SubjectRecord, paths};
use serde_json::{Value, json};

use super::StepFailed;
use super::findings::Findings;
use super::stage::{Stage, StepResult};
use crate::fixtures;
use crate::scheme::Scheme;

const MISMATCHED: &str = "CARD-NAME-MISMATCH";

/// Both Osaka files: counts by outcome, codes of the faults.
pub(crate) async fn register(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let good = hand_in(stage, fixtures::OSAKA_CHILD, "osaka-child.csv").await?;
    let good = stage.osaka.wait_until_finished(&good.task_id, |_| {}).await?;
    findings.note("received", good.received);
    findings.note("registered", good.registered);
    findings.must("every row of the good file is registered", good.registered == good.received);
    findings.must("the good file has at least 300 rows", good.received >= 300);
    stage.osaka_task = Some(good.task_id.clone());

    let faulty = hand_in(stage, fixtures::OSAKA_CHILD_FAULTY, "osaka-child-faulty.csv").await?;
    let faulty = stage.osaka.wait_until_finished(&faulty.task_id, |_| {}).await?;
    let results = stage.osaka.results(&faulty.task_id).await?;
    let found: BTreeMap<u64, BTreeSet<String>> = results
        .iter()
        .filter(|result| !result.errors.is_empty())
        .map(|result| (result.line, result.errors.iter().map(|error| error.code.clone()).collect()))
        .collect();
    let expected: BTreeMap<u64, BTreeSet<String>> = fixtures::osaka_faults()
        .iter()
        .map(|fault| (fault.line, BTreeSet::from([fault.code.as_str().to_owned()])))
        .collect();
    findings.note("faultyReceived", faulty.received);
    findings.note("faultyRejected", faulty.rejected);
    findings.note(
        "codes",
        found.values().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
    );
    findings.must("every fault draws its code, no good row is rejected", found == expected);
    findings.must(
        "the good rows of the faulty file are in",
        faulty.registered + faulty.updated + faulty.unchanged == faulty.received - faulty.rejected,
    );
    Ok(())
}

async fn hand_in(stage: &Stage, file: &'static [u8], name: &str) -> Result<pmh_wire::Task, StepFailed> {
    Ok(stage.osaka.submit_csv(Bytes::from_static(file), None, Some(name)).await?)
}

/// All good rows are numbered; every answer of the intermediate server holds only PMH-ID and number.
pub(crate) async fn numbering(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let task_id = stage.osaka_task.clone().ok_or_else(|| missing("the registered task"))?;
    let task = stage.osaka.task(&task_id).await?;
    let expected = expected_not_numbered(stage);
    findings.note("numbered", task.numbered);
    findings.note("mismatched", task.mismatched);
    findings.note("notFound", task.not_found);
    findings.must("nobody waits", task.numbering_pending == 0);
    findings.must(
        "everybody is numbered but the two personas who cannot be",
        task.numbered + expected == task.received && task.mismatched + task.not_found == expected,
    );
    let (pmh_ids, shapes) = ask_as_the_hub(stage).await?;
    findings.note("answerMembers", shapes.iter().cloned().collect::<Vec<_>>());
    let allowed = BTreeSet::from(["myNumber".to_owned(), "pmhId".to_owned()]);
    findings.must("every answer holds PMH-ID and number only", shapes == allowed);
    stage.pmh_ids = pmh_ids;
    Ok(())
}

fn expected_not_numbered(stage: &Stage) -> u64 {
    let numbers: BTreeSet<&str> =
        stage.people.records(Scheme::OsakaChild).iter().map(|record| record.my_number.as_str()).collect();
    let unknown = stage
        .people
        .people
        .iter()
        .filter(|one| !one.known_to_intermediate && numbers.contains(one.person.number.expose()));
    // The one persona whose kana differ is in Osaka's file too.
    unknown.count() as u64 + 1
}

/// Asks for everybody of Osaka's file as a hub would, and reads the raw answers: what is in them is what
/// the hub gets.
async fn ask_as_the_hub(stage: &Stage) -> Result<(Vec<(String, PmhId)>, BTreeSet<String>), StepFailed> {
    let hub = stage.client_as(Party::Hub, "hub", Door::Numbering)?;
    let mut pmh_ids = Vec::new();
    let mut members = BTreeSet::new();
    for records in stage.people.records(Scheme::OsakaChild).chunks(pmh_wire::PEOPLE_PER_REQUEST_MAX) {
        let people: Vec<Value> = records
            .iter()
            .map(|record| json!({ "myNumber": record.my_number, "basicFiveInfo": record.basic_five_info }))
            .collect();
        let answer: Value = hub.post(paths::NUMBERING, &json!({ "people": people })).await?;
        for one in answer["numbered"].as_array().into_iter().flatten() {
            members.extend(one.as_object().into_iter().flat_map(|object| object.keys().cloned()));
            let number = one["myNumber"].as_str().unwrap_or_default().to_owned();
            let pmh_id = PmhId::parse(one["pmhId"].as_str().unwrap_or_default())
                .map_err(|_| StepFailed::Unexpected("a PMH-ID is malformed".to_owned()))?;
            pmh_ids.push((number, pmh_id));
        }
    }
    Ok((pmh_ids, members))
}

/// Every record changes in a member that is not compared, so everybody is asked for again.
pub(crate) async fn renumber(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let changed: Vec<SubjectRecord> = stage
        .people
        .records(Scheme::OsakaChild)
        .iter()
        .map(|record| SubjectRecord { income_segment: Some("Z".to_owned()), ..record.clone() })
        .collect();
    let issued = stage.topology.count(Party::Intermediate, "pmh_ids");
    let csv = pmh_wire::write_csv(changed.iter(), Encoding::Utf8)
        .map_err(|_| StepFailed::Unexpected("the file cannot be written".to_owned()))?;
    let task = stage.osaka.submit_csv(Bytes::from(csv), None, Some("osaka-child-again.csv")).await?;
    let task = stage.osaka.wait_until_finished(&task.task_id, |_| {}).await?;
    findings.note("updated", task.updated);
    findings.note("numbered", task.numbered);
    findings.must("every record is updated, none doubled", task.updated == task.received);
    findings.must("everybody was asked for again", task.numbered == stage.pmh_ids.len() as u64);
    let (pmh_ids, _) = ask_as_the_hub(stage).await?;
    findings.must("the same PMH-IDs", pmh_ids == stage.pmh_ids);
    let issued_now = stage.topology.count(Party::Intermediate, "pmh_ids");
    findings.note("newPmhIds", issued_now - issued);
    findings.must("no PMH-ID was issued anew", issued_now == issued);
    Ok(())
}

/// One person whose kana differs: not numbered, and nobody says in what.
pub(crate) async fn mismatch(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let record = stage.record_of(MISMATCHED)?;
    let hub = stage.client_as(Party::Hub, "hub", Door::Numbering)?;
    let people = json!([{ "myNumber": record.my_number, "basicFiveInfo": record.basic_five_info }]);
    let answer: Value = hub.post(paths::NUMBERING, &json!({ "people": people })).await?;
    findings.must("not numbered", answer["numbered"] == json!([]));
    let told: Vec<String> =
        answer["notNumbered"][0].as_object().into_iter().flat_map(|object| object.keys().cloned()).collect();
    findings.note("reason", answer["notNumbered"][0]["reason"].clone());
    findings.must("the reason is a mismatch", answer["notNumbered"][0]["reason"] == "mismatch");
    findings.must(
        "number and reason only",
        BTreeSet::from_iter(told) == BTreeSet::from(["myNumber".to_owned(), "reason".to_owned()]),
    );
    let text = answer.to_string();
    let five = &record.basic_five_info;
    for item in [&five.name, &five.name_kana, &five.address, &five.date_of_birth] {
        findings.must("no item of the person is in the answer", !text.contains(item.as_str()));
    }
    for word in ["name", "kana", "address", "birth", "sex"] {
        findings.must("no item is named in the answer", !text.to_lowercase().contains(word));
    }
    let found = stage.osaka.search(&stage.individual_number_of(MISMATCHED)?).await?;
    let seen = found.people.first().map(|person| person.numbering.clone()).unwrap_or_default();
    findings.note("municipalitySees", seen.clone());
    findings.must("the municipality sees the state", seen == "mismatch");
    Ok(())
}

fn missing(what: &str) -> StepFailed {
    StepFailed::Unexpected(format!("{what} is missing, because an earlier step failed"))
}
