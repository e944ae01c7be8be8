//! The life of a linkage key, by a second OQS that has one in hand.

use pmh_wire::{ConsentsBody, EligibilityQuery};

use super::findings::{Findings, refusal};
use super::stage::{CHILD, CONSENTED, Stage, StepResult, institution};

/// A used key again: refused.
pub(crate) async fn replay(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let pmh_id = stage.pmh_id_of(CHILD)?;
    let first = stage.second_oqs.mint(&pmh_id, &institution(0), CONSENTED).await?;
    let second = stage.second_oqs.mint(&pmh_id, &institution(0), CONSENTED).await?;
    findings.must("two keys of one person differ", first != second);
    let query = query(&first.expose(), 0);
    let answer = stage.second_oqs.ask(&query).await?;
    findings.note("firstUse", "answered");
    findings.must("the fresh key is answered", !answer.subsidies.is_empty());
    let again = refusal(stage.second_oqs.ask(&query).await);
    findings.note("secondUse", again.clone());
    findings.must("the used key is refused", again == "PMH-E405");
    Ok(())
}

/// A fresh key, presented for another institution: refused, and not used up by it.
pub(crate) async fn borrowed_key(stage: &mut Stage, findings: &mut Findings) -> StepResult {
    let pmh_id = stage.pmh_id_of(CHILD)?;
    let key = stage.second_oqs.mint(&pmh_id, &institution(0), CONSENTED).await?;
    let elsewhere = refusal(stage.second_oqs.ask(&query(&key.expose(), 1)).await);
    findings.note("elsewhere", elsewhere.clone());
    findings.must("another institution's use is refused", elsewhere == "PMH-E406");
    let here = stage.second_oqs.ask(&query(&key.expose(), 0)).await;
    findings.must("the key still serves its own institution", here.is_ok());
    Ok(())
}

fn query(key: &str, at: usize) -> EligibilityQuery {
    EligibilityQuery {
        institution_code: institution(at).as_str().to_owned(),
        linkage_key: key.to_owned(),
        consents: ConsentsBody::from(CONSENTED),
    }
}
