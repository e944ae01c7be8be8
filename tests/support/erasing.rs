//! People who erase: two of a municipality, and the hub's operator.

use pmh_wire::{
    Door, Erasure, ErasureApproval, ErasureReason, ErasureRequest, ErasureScope, Erasures, OperatorErasure,
    paths,
};

use super::Office;
use super::answers::{Answer, get, post_json};
use super::people::Person;
use super::world::World;

pub(crate) const DOCUMENT: &str = "2026/100";
pub(crate) const FIRST: &str = "sato";
pub(crate) const SECOND: &str = "suzuki";

/// A request for one person.
pub(crate) fn for_person(person: &Person) -> ErasureRequest {
    ErasureRequest {
        scope: ErasureScope::Person,
        my_number: Some(person.my_number.clone()),
        reason: ErasureReason::MovedOut,
        document: DOCUMENT.to_owned(),
        requested_by: Some(FIRST.to_owned()),
    }
}

pub(crate) fn for_everything() -> ErasureRequest {
    ErasureRequest {
        scope: ErasureScope::Partition,
        my_number: None,
        reason: ErasureReason::ContractEnded,
        document: DOCUMENT.to_owned(),
        requested_by: Some(FIRST.to_owned()),
    }
}

impl Office {
    pub(crate) async fn ask_to_erase(&self, request: &ErasureRequest) -> Answer {
        post_json(&self.hub, paths::ERASURES, serde_json::to_vec(request).unwrap()).await
    }

    pub(crate) async fn approve(&self, erasure_id: &str, approved_by: &str) -> Answer {
        let approval = ErasureApproval { approved_by: Some(approved_by.to_owned()) };
        post_json(&self.hub, &paths::erasure(erasure_id), serde_json::to_vec(&approval).unwrap()).await
    }

    /// Both people, one after the other.
    pub(crate) async fn erase(&self, request: &ErasureRequest) -> Erasure {
        let asked: Erasure = self.ask_to_erase(request).await.json();
        self.approve(&asked.erasure_id, SECOND).await.json()
    }

    pub(crate) async fn erasures(&self) -> Vec<Erasure> {
        get(&self.hub, paths::ERASURES).await.json::<Erasures>().erasures
    }

    pub(crate) async fn erasure(&self, erasure_id: &str) -> Answer {
        get(&self.hub, &paths::erasure(erasure_id)).await
    }
}

impl World {
    pub(crate) async fn erase_as_operator(&self, municipality: &str, document: &str, who: &str) -> Answer {
        let request = OperatorErasure {
            municipality_code: municipality.to_owned(),
            document: document.to_owned(),
            carried_out_by: who.to_owned(),
        };
        self.post_plain(Door::HubAdmin, paths::ADMIN_ERASURES, &request).await
    }
}

/// How many rows of a table an erasure took.
pub(crate) fn rows_of(erasure: &Erasure, table: &str) -> u64 {
    erasure.erased.iter().filter(|one| one.table == table).map(|one| one.rows).sum()
}
