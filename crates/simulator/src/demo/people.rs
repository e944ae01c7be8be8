//! Patients and citizens.

use http::HeaderValue;
use http::header::AUTHORIZATION;
use pmh_service::CallError;
use pmh_wire::{Binding, LoginAnswer, LoginRequest, OwnRecords, Party, SubjectRecord, VisitAnswer, paths};

use super::StepFailed;
use super::findings::Findings;
use super::residue;
use super::stage::{CHILD, Stage, StepResult, until};

/// The citizen logs in; the portal binds a pseudonym and forgets the PMH-ID.
pub(crate) async fn bind(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let request = LoginRequest { card_serial: CHILD.to_owned(), pin: stage.pin_of(CHILD)? };
    let login = until("the binding", async || {
        // The PMH-ID comes by way of intermediate server and OQS; until then the portal says "waiting".
        let login: LoginAnswer = stage.citizen.post(paths::CITIZEN_LOGIN, &request).await?;
        Ok((login.binding == Binding::Bound).then_some(login))
    })
    .await?;
    findings.note("bindings", stage.topology.count(Party::Hub, "bindings"));
    findings.must("one pair is bound", stage.topology.count(Party::Hub, "bindings") == 1);
    stage.session = Some(login.session);
    let pmh_id = stage.pmh_id_of(CHILD)?;
    let left = residue::of_pmh_id(stage, Party::Portal, &pmh_id).await?;
    findings.note("pmhIdLeftAtPortal", left);
    findings.must("no trace of the PMH-ID is left at the portal", left == 0);
    Ok(())
}

/// As a certificate says it.
const OSAKAS_LIMIT: &str = "1日500円・月2日まで、全体で月2,500円まで、調剤なし";

/// Card and consent: the subsidies with the copayment limit.
pub(crate) async fn visit(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let answer = stage.visit(CHILD, true).await?;
    findings.note("subsidies", answer.subsidies.len());
    let Some(subsidy) = answer.subsidies.first() else {
        findings.must("the subsidy is shown", false);
        return Ok(());
    };
    findings.note("certificate", subsidy.certification_name.clone());
    let limit = subsidy.max_copayment_amount.as_ref().map_or("", |limit| limit.as_str());
    findings.note("copaymentLimit", serde_json::from_str(limit).unwrap_or(serde_json::Value::Null));
    findings.must("Osaka's subsidy is shown", subsidy.municipality_code == super::stage::OSAKA);
    let text = subsidy.copayment_texts().map_or_else(String::new, |texts| texts.ja);
    findings.must("the copayment limit is shown", text == OSAKAS_LIMIT);
    findings.note("copaymentLimitInWords", text);
    Ok(())
}

/// The next visit: another linkage key, the same answer.
pub(crate) async fn revisit(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let minted = stage.topology.count(Party::Eligibility, "minted");
    let first = stage.visit(CHILD, true).await?;
    let second = stage.visit(CHILD, true).await?;
    let fresh = stage.topology.count(Party::Eligibility, "minted") - minted;
    findings.note("keysMinted", fresh);
    findings.must("each visit minted a key of its own", fresh == 2);
    findings.must("the answers are the same", first.subsidies == second.subsidies);
    Ok(())
}

/// Without consent the OQS mints no key and does not ask the hub.
pub(crate) async fn no_consent(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let minted = stage.topology.count(Party::Eligibility, "minted");
    let asked = stage.topology.count(Party::Hub, "queries");
    let answer = stage.visit(CHILD, false).await?;
    let minted = stage.topology.count(Party::Eligibility, "minted") - minted;
    let asked = stage.topology.count(Party::Hub, "queries") - asked;
    findings.note("keysMinted", minted);
    findings.note("hubAsked", asked);
    findings.must("no key is minted", minted == 0);
    findings.must("the hub is not asked", asked == 0);
    findings.must("the answer is empty", answer.subsidies.is_empty());
    Ok(())
}

/// Nobody registered this person: the receptionist sees what a missing consent shows.
pub(crate) async fn not_registered(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    same_as_no_consent(stage, findings, "CARD-NOT-REGISTERED").await
}

/// Registered, but the validity is over: the same again.
pub(crate) async fn lapsed(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let found = stage.osaka.search(&stage.individual_number_of("CARD-LAPSED")?).await?;
    findings.must(
        "the person is registered and numbered",
        found.people.iter().any(|one| one.numbering == "numbered"),
    );
    same_as_no_consent(stage, findings, "CARD-LAPSED").await
}

async fn same_as_no_consent(stage: &Stage, findings: &mut Findings, card: &str) -> StepResult {
    let refused = stage.visit(CHILD, false).await?;
    let answer = stage.visit(card, true).await?;
    findings.must("the answer is empty", answer.subsidies.is_empty());
    let same = bytes_but_for_the_time(&refused) == bytes_but_for_the_time(&answer);
    findings.note("sameBytesAsNoConsent", same);
    findings.must("the same bytes as without consent, but for the time", same);
    let width = refused.answered_at.len() == answer.answered_at.len();
    findings.must("the time has a fixed width", width);
    Ok(())
}

fn bytes_but_for_the_time(answer: &VisitAnswer) -> Vec<u8> {
    let answer = VisitAnswer { answered_at: String::new(), ..answer.clone() };
    serde_json::to_vec(&answer).expect("an answer always serialises")
}

/// The citizen reads the same record by pseudonym.
pub(crate) async fn citizen(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let session = stage.session.clone().ok_or_else(|| {
        StepFailed::Unexpected("nobody is logged in, because an earlier step failed".to_owned())
    })?;
    let bearer = HeaderValue::from_str(&format!("Bearer {session}"))
        .map_err(|_| StepFailed::Unexpected("the session is no header".to_owned()))?;
    let own: OwnRecords = stage.citizen.get_with(paths::CITIZEN_SUBSIDIES, AUTHORIZATION, bearer).await?;
    let visit = stage.visit(CHILD, true).await?;
    findings.note("subsidies", own.subsidies.len());
    findings.must("the citizen sees what the clinic saw", own.subsidies == visit.subsidies);
    let text = serde_json::to_string(&own).expect("an answer always serialises");
    let number = stage.number_of(CHILD)?;
    let pmh_id = stage.pmh_id_of(CHILD)?;
    findings.must("no Individual Number in the answer", !text.contains(&number));
    findings.must("no PMH-ID in the answer", !text.contains(&pmh_id.expose_text()));
    let stranger: Result<OwnRecords, CallError> = stage.citizen.get(paths::CITIZEN_SUBSIDIES).await;
    let refusal = super::findings::refusal(stranger);
    findings.note("withoutSession", refusal.clone());
    findings.must("nothing without a session", refusal == "PMH-A401");
    Ok(())
}

/// A deletion record takes the certificate away: the clinic sees nothing.
pub(crate) async fn withdraw(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let record = SubjectRecord { is_deleted: true, ..stage.record_of(CHILD)? };
    let body = serde_json::to_vec(&[&record]).expect("a record always serialises");
    let task = stage.osaka.submit_json(body.into(), Some("withdrawn.json")).await?;
    let task = stage.osaka.wait_until_finished(&task.task_id, |_| {}).await?;
    findings.note("deleted", task.deleted);
    findings.must("the certificate is deleted", task.deleted == 1);
    let answer = stage.visit(CHILD, true).await?;
    findings.note("subsidies", answer.subsidies.len());
    findings.must("the clinic sees nothing", answer.subsidies.is_empty());
    Ok(())
}
