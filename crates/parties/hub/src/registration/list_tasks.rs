//! `GET /registration/v1/tasks?status=…&from=…&to=…&after=…`: the municipality's own tasks, newest first, a page at a
//! time. `from` and `to` are times of acceptance (RFC 3339), both included. The header of the upload, with a part of
//! a file's name, lists the tasks of such files: a name may be a person's and stands in no URL.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::HeaderMap;
use pmh_domain::parse_rfc3339;
use pmh_service::Refused;
use pmh_wire::Code;
use pmh_wire::registration::{TaskStatus, Tasks};
use serde::Deserialize;

use super::SignedIn;
use super::submit_files::file_name_of;
use super::task_body::{file_name, status_of, task_body};
use crate::state::Desk;
use crate::store::tasks::{self, Listed};
use crate::users::list_visible_tasks;

/// Texts as they came: a fault is told with the name of its member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    status: Option<String>,
    from: Option<String>,
    to: Option<String>,
    /// As [`Tasks::next`] said.
    after: Option<String>,
}

struct Filter {
    listed: Listed,
    status: Option<TaskStatus>,
    file_name: Option<String>,
}

impl Filter {
    fn parse(asked: &Asked, headers: &HeaderMap) -> Result<Self, Refused> {
        let time = |text: &str| parse_rfc3339(text);
        let listed = Listed {
            before_order: member("after", asked.after.as_deref(), |text| text.parse().ok())?
                .unwrap_or(i64::MAX),
            from_ms: member("from", asked.from.as_deref(), time)?.unwrap_or(i64::MIN),
            to_ms: member("to", asked.to.as_deref(), time)?.unwrap_or(i64::MAX),
        };
        let status = member("status", asked.status.as_deref(), |text| text.parse().ok())?;
        Ok(Self { listed, status, file_name: file_name_of(headers)? })
    }
}

fn member<T>(
    name: &str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refused> {
    let Some(text) = text else { return Ok(None) };
    let refused = || Refused(Code::InvalidMember.problem().at_field(name));
    parse(text).map(Some).ok_or_else(refused)
}

pub(crate) async fn list_tasks(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Tasks>, Refused> {
    let Query(asked) = asked.map_err(|_| Code::InvalidMember)?;
    let filter = Filter::parse(&asked, &headers)?;
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let oldest = tasks::find_next(&mut tx, &access).await?.map(|oldest| oldest.accepted_order);
    let (rows, next) = list_visible_tasks(&mut tx, &access, &filter.listed, |row| {
        let named = |part: &String| file_name(&desk, &access, row).is_some_and(|name| name.contains(part));
        filter.status.is_none_or(|status| status_of(row) == status)
            && filter.file_name.as_ref().is_none_or(named)
    })
    .await?;
    let tasks = rows.iter().map(|row| task_body(&desk, &access, row, oldest)).collect();
    Ok(Json(Tasks { tasks, next: next.and_then(|next| u64::try_from(next).ok()) }))
}
