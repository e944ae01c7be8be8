//! Who may not.

use pmh_service::pki::Pki;
use pmh_service::{CallError, Exchanges, PeerClient};
use pmh_wire::{Door, Party, PeerName, SubjectRecord, Task, Tasks, paths};

use super::StepFailed;
use super::findings::{Findings, refusal};
use super::stage::{CHILD, OSAKA, Stage, StepResult};
use crate::world::INSTITUTIONS;

/// Tokyo asks for Osaka's task, person and deletion: not even existence is told.
pub(crate) async fn other_municipality(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let task_id = stage.osaka_task.clone().ok_or_else(|| {
        StepFailed::Unexpected("no task of Osaka's, because an earlier step failed".to_owned())
    })?;
    let foreign = problem_text(stage.tokyo.task(&task_id).await);
    let unknown = problem_text(stage.tokyo.task("task-00000000000000000000000000000000").await);
    findings.note("foreignTask", foreign.0.clone());
    findings.must("a foreign task is not found", foreign.0 == "PMH-A404");
    findings.must("foreign and unknown are told the same", foreign == unknown);

    let found = stage.tokyo.search(&stage.individual_number_of(CHILD)?).await?;
    findings.note("foreignPersonFound", found.people.len());
    findings.must("a foreign person is nobody", found.people.is_empty());

    let record = SubjectRecord { is_deleted: true, ..stage.record_of(CHILD)? };
    let body = serde_json::to_vec(&[&record]).expect("a record always serialises");
    let task = stage.tokyo.submit_json(body.into(), None).await?;
    let task = stage.tokyo.wait_until_finished(&task.task_id, |_| {}).await?;
    let results = stage.tokyo.results(&task.task_id).await?;
    let code = results.first().and_then(|result| result.errors.first()).map(|error| error.code.clone());
    findings.note("foreignDeletion", code.clone().unwrap_or_default());
    findings.must("a foreign deletion is rejected", task.rejected == 1 && task.deleted == 0);
    let answer = stage.visit(CHILD, true).await?;
    findings.must("Osaka's record stands", answer.subsidies.iter().any(|one| one.municipality_code == OSAKA));
    Ok(())
}

/// Code and the whole of the problem's text, to compare two refusals.
fn problem_text(answer: Result<Task, CallError>) -> (String, String) {
    match answer {
        Err(CallError::Refused(problem)) => {
            let text = serde_json::to_string(&problem).expect("a problem always serialises");
            (problem.code.clone(), text)
        }
        other => (refusal(other), String::new()),
    }
}

/// An institution's certificate at the registration door, no certificate, a foreign CA.
pub(crate) async fn wrong_door(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let institution = stage.client_as(Party::Institution, INSTITUTIONS[0].code, Door::HubRegistration)?;
    let answer = refusal(institution.get::<Tasks>(paths::TASKS).await);
    findings.note("institution", answer.clone());
    findings.must("an institution is refused at the registration door", answer == "PMH-A403");

    let address = stage.topology.world().address(Door::HubRegistration)?;
    let ca = stage.topology.pki().ca().clone();
    let nobody = PeerClient::without_certificate(&ca, Party::Hub, address);
    let answer = nobody.get::<Tasks>(paths::TASKS).await;
    findings.note("noCertificate", outcome(&answer));
    findings.must(
        "without a certificate there is no connection",
        matches!(answer, Err(CallError::Unreachable(_))),
    );

    let folder = tempfile::tempdir()?;
    let foreign = Pki::create(&folder.path().join("pki"))?;
    let osaka = foreign.issue(&PeerName { party: Party::Municipality, name: OSAKA.to_owned() })?;
    let forger = PeerClient::new(&osaka, &ca, Party::Hub, address, Exchanges::none());
    let answer = forger.get::<Tasks>(paths::TASKS).await;
    findings.note("foreignCa", outcome(&answer));
    findings.must("a foreign CA's certificate is refused", matches!(answer, Err(CallError::Unreachable(_))));
    Ok(())
}

fn outcome<T>(answer: &Result<T, CallError>) -> &'static str {
    match answer {
        Ok(_) => "accepted",
        Err(CallError::Unreachable(_)) => "no connection",
        Err(_) => "refused",
    }
}
