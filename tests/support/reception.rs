//! A patient at a reception desk and a citizen at the portal, of a whole world.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};
use pmh_wire::{
    Binding, CardAnswer, CardCommand, ConsentsBody, Door, LoginAnswer, LoginRequest, Subsidy, VisitAnswer,
    VisitRequest, paths,
};

use super::answers::{Answer, header, until};
use super::people::Person;
use super::world::{HOSPITAL, World};

pub(crate) const BOTH: ConsentsBody = ConsentsBody { insurance: true, subsidies: true };
pub(crate) const INSURANCE_ALONE: ConsentsBody = ConsentsBody { insurance: true, subsidies: false };

impl World {
    /// What the receptionist's terminal is answered.
    pub(crate) async fn visit(&self, card: &str, consents: ConsentsBody) -> Answer {
        let request =
            VisitRequest { institution_code: HOSPITAL.to_owned(), card_serial: card.to_owned(), consents };
        self.post_plain(Door::Terminal, paths::VISITS, &request).await
    }

    /// The subsidies that the clinic sees.
    pub(crate) async fn seen_at_clinic(&self, person: &Person) -> Vec<Subsidy> {
        self.visit(&person.card, BOTH).await.json::<VisitAnswer>().subsidies
    }

    /// Waits until word of the person's PMH-ID has reached the eligibility system, and something is shown.
    pub(crate) async fn until_seen(&self, person: &Person) -> Vec<Subsidy> {
        until("a visit that shows something", async || {
            Some(self.seen_at_clinic(person).await).filter(|subsidies| !subsidies.is_empty())
        })
        .await
    }

    pub(crate) async fn login(&self, person: &Person) -> LoginAnswer {
        let request = LoginRequest { card_serial: person.card.clone(), pin: person.pin.clone() };
        self.post_plain(Door::Citizen, paths::CITIZEN_LOGIN, &request).await.json()
    }

    /// The citizen's session, once the pseudonym is bound.
    pub(crate) async fn bound_session(&self, person: &Person) -> String {
        let login = until("a binding", async || {
            Some(self.login(person).await).filter(|login| login.binding == Binding::Bound)
        })
        .await;
        login.session
    }

    pub(crate) async fn own_records(&self, session: &str) -> Answer {
        let headers = header(AUTHORIZATION, &format!("Bearer {session}"));
        let portal = self.plain(Door::Citizen);
        portal.send(Method::GET, paths::CITIZEN_SUBSIDIES, headers, Body::empty()).await.unwrap().into()
    }

    /// Tells a command to both parties that know cards.
    pub(crate) async fn card(&self, command: &CardCommand) -> [CardAnswer; 2] {
        let eligibility = self.post_plain(Door::EligibilityAdmin, paths::ADMIN_CARDS, command).await.json();
        [eligibility, self.post_plain(Door::PortalAdmin, paths::ADMIN_CARDS, command).await.json()]
    }

    pub(crate) async fn post_plain(&self, door: Door, path: &str, body: &impl serde::Serialize) -> Answer {
        let headers: HeaderMap = header(CONTENT_TYPE, "application/json");
        let body = Body::from(serde_json::to_vec(body).unwrap());
        self.plain(door).send(Method::POST, path, headers, body).await.unwrap().into()
    }
}
