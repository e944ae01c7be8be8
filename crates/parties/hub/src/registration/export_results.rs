//! The results of a task as a file, in the encoding of the upload, made while it is sent: a chunk at a time is in
//! memory, whatever the size of the task.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use pmh_service::Refused;
use pmh_wire::csv::ResultsCsv;
use pmh_wire::encoding::Encoding;

use super::show_results::read_page;
use crate::access::PartitionAccess;
use crate::state::Desk;
use crate::store::tasks::TaskRow;

/// An answer that breaks off in the middle is one that failed: the whole stands in it only if it ends.
pub(super) fn export_results(desk: Desk, access: PartitionAccess, task: TaskRow) -> Response {
    // The published JSON is UTF-8.
    let encoding = task.csv_encoding.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Encoding::Utf8);
    let kind = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => "text/csv; charset=utf-8",
        Encoding::Cp932 => "text/csv; charset=shift_jis",
    };
    let body = Body::from_stream(
        pieces(desk, access, task, ResultsCsv::new(encoding)).map_err(|Refused(problem)| problem),
    );
    ([(CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
}

fn pieces(
    desk: Desk,
    access: PartitionAccess,
    task: TaskRow,
    csv: ResultsCsv,
) -> impl Stream<Item = Result<Bytes, Refused>> {
    let heading = stream::once(async move { Ok(Bytes::from(csv.heading())) });
    let rows = stream::try_unfold((desk, access, task, 0), move |(desk, access, task, after)| async move {
        let Some(page) = read_page(&desk, &access, &task, after).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        for result in &page.results {
            csv.push(&mut bytes, result);
        }
        Ok(Some((Bytes::from(bytes), (desk, access, task, page.last_line))))
    });
    heading.chain(rows)
}
