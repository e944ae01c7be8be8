//! What a witness keeps of the heads that it is shown: of each lane the newest, and never an older one again.

use pmh_crypto::LaneFault;
use pmh_wire::audit::CheckpointBody;

use crate::finding::Finding;
use crate::lanes::signed_head;

/// What was shown, against what was kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// To be kept instead of the lane's head, or as its first.
    pub newer: Vec<CheckpointBody>,
    /// What the hub must not show to somebody who has seen more.
    pub contradictions: Vec<Finding>,
}

/// The key is that of what was kept; whoever has kept nothing believes the first one.
pub fn compare_heads(kept: &[CheckpointBody], shown: &[CheckpointBody]) -> Shown {
    let key = kept.first().or(shown.first()).map(|body| hex::decode(&body.public_key));
    let key = key.and_then(Result::ok).unwrap_or_default();
    let mut outcome = Shown::default();
    for body in shown {
        let head = match signed_head(body, &key) {
            Ok(head) => head,
            Err(finding) => {
                outcome.contradictions.push(finding);
                continue;
            }
        };
        let (lane, sequence) = (head.lane, head.sequence);
        match kept.iter().find(|kept| kept.lane == body.lane) {
            Some(kept) if sequence < kept.sequence => {
                let fault = LaneFault::Truncated { last: sequence, witnessed: kept.sequence };
                outcome.contradictions.push(Finding::Lane { lane, fault });
            }
            Some(kept) if sequence == kept.sequence && body.head != kept.head => {
                outcome.contradictions.push(Finding::Forked { lane, sequence });
            }
            Some(kept) if sequence == kept.sequence => {}
            _ => outcome.newer.push(body.clone()),
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use pmh_crypto::{CheckpointSigner, LaneHead};

    use super::*;
    use crate::made::{self, signer};

    fn body(key: &CheckpointSigner, sequence: i64, hash: u8) -> CheckpointBody {
        made::head(key, &LaneHead { lane: [1; 16], sequence, hash: [hash; 32] })
    }

    #[test]
    fn a_witness_goes_forward_only_and_believes_one_key() {
        let (hub, other) = (signer(), signer());
        let kept = [body(&hub, 5, 5)];
        assert_eq!(compare_heads(&[], &kept).newer, kept);
        assert_eq!(compare_heads(&kept, &kept), Shown::default());
        let newer = body(&hub, 6, 6);
        assert_eq!(compare_heads(&kept, std::slice::from_ref(&newer)).newer, [newer]);
        for (wrong, kind) in
            [(body(&hub, 4, 4), "truncated"), (body(&hub, 5, 9), "forked"), (body(&other, 6, 6), "signature")]
        {
            let shown = compare_heads(&kept, &[wrong]);
            assert!(shown.newer.is_empty());
            assert_eq!(shown.contradictions[0].kind(), kind);
        }
    }
}
