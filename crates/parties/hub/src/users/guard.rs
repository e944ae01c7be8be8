//! In front of every route of the registration door: who is it, may they, and, where users sign in, one audit entry
//! for the call whatever became of it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use pmh_domain::user::{Role, SessionSpan, TerminalId};
use pmh_domain::{Date, MunicipalityCode};
use pmh_service::Refused;
use pmh_store::{StoreError, Tx};
use pmh_wire::Code;

use super::account::{self, Account, Holder, acts};
use super::{Caller, Needs};
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::registration::{Route, by_certificate_alone, certificate_of, municipality_of_token};
use crate::state::Desk;
use crate::store::{sessions, users};

/// What the guard of one route is made with.
#[derive(Clone)]
pub(crate) struct AtRoute {
    pub(crate) desk: Desk,
    pub(crate) route: &'static Route,
}

pub(crate) async fn guard(State(at): State<AtRoute>, mut request: Request, next: Next) -> Response {
    let AtRoute { desk, route } = at;
    if !desk.users.options.required {
        return match by_certificate_alone(request.headers(), request.extensions(), &desk) {
            Ok(access) => {
                request.extensions_mut().insert(access);
                next.run(request).await
            }
            Err(code) => Refused::from(code).into_response(),
        };
    }
    let at_door = match at_door(&desk, &request) {
        Ok(at_door) => at_door,
        // Nobody knows in whose partition this would be told.
        Err(code) => return Refused::from(code).into_response(),
    };
    let (access, response) = match admit(&desk, &at_door, route.needs).await {
        Ok((access, Ok(()))) => {
            request.extensions_mut().insert(access.clone());
            request.extensions_mut().insert(at_door.terminal);
            (access, next.run(request).await)
        }
        Ok((access, Err(code))) => (access, Refused::from(code).into_response()),
        Err(error) => return Refused::from(error).into_response(),
    };
    // The entry stands before the answer leaves: nothing is shown that the log does not tell.
    match record(&desk, &access, route, response.status()).await {
        Ok(()) => response,
        Err(error) => Refused::from(error).into_response(),
    }
}

/// What can be told before any table is read.
struct AtDoor {
    /// As the certificate alone gives it.
    access: PartitionAccess,
    terminal: TerminalId,
    bearer_hash: Option<[u8; 32]>,
    /// A certificate or the municipality's own token says whose partition it is; at the plain door a session that
    /// nobody has looked up yet only claims it.
    is_proven: bool,
}

fn at_door(desk: &Desk, request: &Request) -> Result<AtDoor, Code> {
    let bearer = bearer_of(request.headers())?;
    let named = bearer.and_then(municipality_named_in);
    let bearer_hash = bearer.map(|bearer| pmh_crypto::sha256(bearer.as_bytes()));
    if let Some(certificate) = certificate_of(request.extensions(), desk)? {
        if named.is_some_and(|named| named != certificate.access.municipality()) {
            return Err(Code::NotSignedIn);
        }
        return Ok(AtDoor {
            access: certificate.access,
            terminal: certificate.terminal,
            bearer_hash,
            is_proven: true,
        });
    }
    let by_token = bearer_hash.and_then(|hash| municipality_of_token(desk, &hash));
    let municipality = named.or(by_token).filter(|code| desk.keys.knows(*code)).ok_or(Code::NotSignedIn)?;
    Ok(AtDoor {
        access: PartitionAccess::by_credential(municipality),
        terminal: TerminalId::plain(),
        bearer_hash,
        is_proven: named.is_none(),
    })
}

fn bearer_of(headers: &HeaderMap) -> Result<Option<&str>, Code> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Code::NotSignedIn)?;
    text.strip_prefix("Bearer ").map(Some).ok_or(Code::NotSignedIn)
}

/// How a session begins.
pub(crate) const SESSION: &str = "session";
/// How the credential of an unattended system begins.
pub(crate) const CREDENTIAL: &str = "credential";

/// Sessions and credentials begin with their word and the municipality's code, so that the plain door knows whose
/// partition to look in. Nothing else follows from it: the whole is hashed and looked up there.
pub(crate) fn new_secret(desk: &Desk, access: &PartitionAccess, word: &str) -> String {
    format!("{word}-{}-{}", access.code(), hex::encode(desk.entropy.bytes::<32>()))
}

fn municipality_named_in(bearer: &str) -> Option<MunicipalityCode> {
    let (word, rest) = bearer.split_once('-')?;
    let (code, _) = rest.split_once('-')?;
    [SESSION, CREDENTIAL].contains(&word).then(|| code.parse().ok())?
}

/// Who acts, and whether they may. A refusal names who was refused, as far as that is known.
async fn admit(
    desk: &Desk,
    at_door: &AtDoor,
    needs: Needs,
) -> Result<(PartitionAccess, Result<(), Code>), StoreError> {
    if needs == Needs::Certificate {
        return Ok((at_door.access.clone(), Ok(())));
    }
    let caller = match authenticate(desk, at_door).await? {
        Ok(caller) => caller,
        Err(_) if is_left_without_accounts(desk, at_door, needs).await? => {
            return Ok((at_door.access.clone(), Ok(())));
        }
        Err(code) => return Ok((at_door.access.clone(), Err(code))),
    };
    let decision = match caller.role {
        // A system comes from its own terminals alone, whatever it wants (001:322).
        Role::Unattended if !caller.terminals.contains(&caller.terminal) => Err(Code::OtherTerminal),
        _ => needs.decide(&caller),
    };
    Ok((at_door.access.acting(caller), decision))
}

async fn is_left_without_accounts(desk: &Desk, at_door: &AtDoor, needs: Needs) -> Result<bool, StoreError> {
    if !matches!(needs, Needs::RightWhileAccountsStand(_)) || !at_door.is_proven {
        return Ok(false);
    }
    let mut tx = desk.store.read().await?;
    tx.for_municipality(at_door.access.code()).await?;
    Ok(users::list(&mut tx, &at_door.access).await?.is_empty())
}

async fn authenticate(desk: &Desk, at_door: &AtDoor) -> Result<Result<Caller, Code>, StoreError> {
    let Some(hash) = at_door.bearer_hash else { return Ok(Err(Code::NotSignedIn)) };
    let access = &at_door.access;
    let now_ms = desk.clock.now_ms();
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let found = match sessions::find(&mut tx, access, &hash).await? {
        Some(session) => {
            let span = SessionSpan { opened_ms: session.opened_ms, ends_ms: session.ends_ms };
            let is_open = span.is_open(now_ms) && session.terminal == at_door.terminal.as_str();
            if is_open { account::find(desk, access, &mut tx, session.account).await? } else { None }
        }
        None => account::find_by_credential(desk, access, &mut tx, &hash).await?,
    };
    let Some(account) = found else { return Ok(Err(Code::NotSignedIn)) };
    let others = responsible_of(desk, access, &mut tx, &account).await?;
    if !acts(&account, &others, Date::in_japan(now_ms)) {
        return Ok(Err(Code::NotSignedIn));
    }
    Ok(Ok(Caller::of(account, at_door.terminal.clone())))
}

/// The account of whoever stands for a system.
async fn responsible_of(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    account: &Account,
) -> Result<Vec<Account>, StoreError> {
    match account.holder {
        Holder::Person(_) => Ok(Vec::new()),
        Holder::System { responsible } => {
            Ok(account::find(desk, access, tx, responsible).await?.into_iter().collect())
        }
    }
}

/// The act of a call's entry in the audit.
pub(crate) const CALL: &str = "staff.call";

async fn record(
    desk: &Desk,
    access: &PartitionAccess,
    route: &Route,
    status: StatusCode,
) -> Result<(), StoreError> {
    let entry = Entry::of(access.code(), CALL, access.principal()).with_outcome(format!(
        "{} {} {}",
        route.verb.as_str(),
        route.path,
        status.as_u16()
    ));
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await
}
