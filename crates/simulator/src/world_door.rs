//! The door of the world itself: is it there, is everybody ready, what time is it. What it is told goes to
//! every party's own admin door; it has no other way into a party.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::future::{join_all, try_join_all};
use http::StatusCode;
use pmh_domain::{parse_rfc3339, rfc3339_japan};
use pmh_service::{Body, CallError, PlainClient, Refused, World, WorldError};
use pmh_wire::{ClockAnswer, ClockCommand, Code, Door, Party, StatusAnswer, paths};

#[derive(Clone)]
struct Doors(Vec<PlainClient>);

/// `/healthz`, `/readyz`, `/__admin/status` (an array, one element a party) and `/__admin/clock`.
pub(crate) fn router(world: &World) -> Result<Router, WorldError> {
    let clients = Party::ALL
        .into_iter()
        .map(|party| Ok(PlainClient::new(world.reach(Door::admin_of(party))?)))
        .collect::<Result<Vec<_>, WorldError>>()?;
    Ok(Router::new()
        .route(paths::HEALTHZ, get(|| async { StatusCode::NO_CONTENT }))
        .route(paths::READYZ, get(ready))
        .route(paths::ADMIN_STATUS, get(status))
        .route(paths::ADMIN_CLOCK, post(change_clock))
        .with_state(Doors(clients)))
}

impl Doors {
    async fn status(&self) -> Vec<Result<StatusAnswer, CallError>> {
        join_all(self.0.iter().map(|party| party.get(paths::ADMIN_STATUS))).await
    }

    async fn all_status(&self) -> Result<Vec<StatusAnswer>, Refused> {
        let answers: Result<Vec<StatusAnswer>, CallError> = self.status().await.into_iter().collect();
        Ok(answers?)
    }
}

async fn ready(State(doors): State<Doors>) -> Result<StatusCode, Refused> {
    let all_ready = doors.all_status().await?.iter().all(|party| party.ready);
    if all_ready { Ok(StatusCode::NO_CONTENT) } else { Err(Code::Unavailable.into()) }
}

async fn status(State(doors): State<Doors>) -> Result<Json<Vec<StatusAnswer>>, Refused> {
    Ok(Json(doors.all_status().await?))
}

/// One time for all: an advance becomes the time that it leads to. If a party does not answer, the command
/// fails and may be sent again; until then the parties' clocks may differ.
async fn change_clock(
    State(doors): State<Doors>,
    Body(command): Body<ClockCommand>,
) -> Result<Json<ClockAnswer>, Refused> {
    let command = match command {
        ClockCommand::AdvanceMs(ms) => {
            let latest = doors
                .all_status()
                .await?
                .iter()
                .filter_map(|party| parse_rfc3339(&party.virtual_now))
                .max()
                .ok_or(Code::PeerFailed)?;
            let to =
                latest.checked_add(ms).ok_or_else(|| Code::InvalidMember.problem().at_field("advanceMs"))?;
            ClockCommand::Set(rfc3339_japan(to))
        }
        ClockCommand::Set(time) => {
            parse_rfc3339(&time).ok_or_else(|| Code::InvalidMember.problem().at_field("set"))?;
            ClockCommand::Set(time)
        }
        ClockCommand::Freeze(frozen) => ClockCommand::Freeze(frozen),
    };
    let answers: Vec<ClockAnswer> =
        try_join_all(doors.0.iter().map(|party| party.post(paths::ADMIN_CLOCK, &command))).await?;
    answers.into_iter().next().map(Json).ok_or_else(|| Code::PeerFailed.into())
}
