//! The client side of the hub's registration door, as a municipal system speaks it. The command line uses it for a
//! user's own files.

use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use pmh_domain::{IndividualNumber, MunicipalityCode};
use pmh_service::{CallError, PeerClient};
use pmh_store::StoreError;
use tokio::io::AsyncReadExt;

use pmh_wire::{Problem, RecordResult, Results, SearchAnswer, SearchRequest, Task, TaskStatus, paths};

/// The name of a file, percent-encoded: a header is ASCII, a file's name often Japanese. *Assumed.*
const FILE_NAME: HeaderName = HeaderName::from_static("x-pmh-file-name");
/// A large file takes its time, and the hub answers when it stands as a whole.
const SUBMIT_TIMEOUT: Duration = Duration::from_mins(30);
const POLL_MIN: Duration = Duration::from_millis(100);
const POLL_MAX: Duration = Duration::from_secs(1);

/// Speaks for one municipality; `hub` carries its certificate.
#[derive(Clone, Debug)]
pub struct RegistrationClient {
    pub(crate) hub: PeerClient,
    municipality: MunicipalityCode,
}

impl RegistrationClient {
    pub fn new(hub: PeerClient, municipality: MunicipalityCode) -> Self {
        Self { hub, municipality }
    }

    /// The same municipality with somebody's session instead of the credential of its own system. `None` for a text
    /// that is no session.
    #[must_use]
    pub fn signed_in(&self, session: &str) -> Option<Self> {
        Some(Self { hub: self.hub.with_bearer(session)?, municipality: self.municipality })
    }

    pub fn municipality(&self) -> MunicipalityCode {
        self.municipality
    }

    /// A JSON array of records. Once the task is here, every row stands durably at the hub.
    pub async fn submit_json(&self, records: Bytes, file_name: Option<&str>) -> Result<Task, CallError> {
        self.submit(paths::SUBJECTS, "application/json", file_name, records.into()).await
    }

    /// The same from a stream, which is never in memory as a whole. A stream that ends with an error breaks the
    /// request off, and the hub keeps nothing of it.
    pub async fn submit_json_stream(
        &self,
        records: impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static,
        file_name: Option<&str>,
    ) -> Result<Task, CallError> {
        self.submit(paths::SUBJECTS, "application/json", file_name, Body::from_stream(records)).await
    }

    /// A CSV file; without `charset` (`utf-8`, `shift_jis`) the hub recognises the encoding.
    pub async fn submit_csv(
        &self,
        file: Bytes,
        charset: Option<&str>,
        file_name: Option<&str>,
    ) -> Result<Task, CallError> {
        let kind =
            charset.map_or_else(|| "text/csv".to_owned(), |charset| format!("text/csv; charset={charset}"));
        self.submit(paths::FILES, &kind, file_name, file.into()).await
    }

    /// A file from disk, read while it is sent: JSON if its name ends in `.json`, else CSV.
    pub async fn submit_file(&self, path: &Path, charset: Option<&str>) -> Result<Task, SubmitError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let file = tokio::fs::File::open(path).await.map_err(SubmitError::File)?;
        let body = Body::from_stream(pieces_of(file));
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let (route, kind) = match (is_json, charset) {
            (true, _) => (paths::SUBJECTS, "application/json".to_owned()),
            (false, None) => (paths::FILES, "text/csv".to_owned()),
            (false, Some(charset)) => (paths::FILES, format!("text/csv; charset={charset}")),
        };
        Ok(self.submit(route, &kind, name.as_deref(), body).await?)
    }

    pub async fn task(&self, task_id: &str) -> Result<Task, CallError> {
        self.hub.get(&paths::task(path_segment(task_id)?)).await
    }

    /// Asks at once, then after 100 ms and ever more slowly up to a second (real time), until the task is completed
    /// or failed. `on_progress` sees every answer, also the last.
    pub async fn wait_until_finished(
        &self,
        task_id: &str,
        mut on_progress: impl FnMut(&Task),
    ) -> Result<Task, CallError> {
        let mut pause = POLL_MIN;
        loop {
            let task = self.task(task_id).await?;
            on_progress(&task);
            if matches!(task.status, TaskStatus::Completed | TaskStatus::Failed) {
                return Ok(task);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(POLL_MAX);
        }
    }

    /// All results of a task, page by page.
    pub async fn results(&self, task_id: &str) -> Result<Vec<RecordResult>, CallError> {
        let task_id = path_segment(task_id)?;
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page: Results = self.hub.get(&paths::task_results(task_id, after)).await?;
            all.extend(page.results);
            match page.next {
                // A hub that names the same page again would never end.
                next @ Some(_) if next > after => after = next,
                Some(_) => return Err(CallError::Unexpected("results that do not go on".to_owned())),
                None => return Ok(all),
            }
        }
    }

    /// What the hub has of one resident. The number travels in the body alone.
    pub async fn search(&self, number: &IndividualNumber) -> Result<SearchAnswer, CallError> {
        let request = SearchRequest { my_number: number.expose().to_owned() };
        self.hub.post(paths::SEARCH, &request).await
    }

    async fn submit(
        &self,
        path: &str,
        content_type: &str,
        file_name: Option<&str>,
        body: Body,
    ) -> Result<Task, CallError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, header(content_type)?);
        if let Some(name) = file_name {
            headers.insert(FILE_NAME, header(&percent_encoded(name))?);
        }
        let hub = self.hub.with_timeout(SUBMIT_TIMEOUT);
        let (status, body) = accepted(hub.send(Method::POST, path, headers, body).await?)?;
        serde_json::from_slice(&body).map_err(|_| unexpected(status))
    }
}

/// Why a file was not handed in.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error("the file cannot be read: {0}")]
    File(std::io::Error),
    #[error(transparent)]
    Call(#[from] CallError),
}

const PIECE_BYTES: usize = 64 * 1024;

/// A file that fails half-way breaks the request off, and the hub keeps nothing of it.
fn pieces_of(file: tokio::fs::File) -> impl Stream<Item = std::io::Result<Bytes>> {
    futures_util::stream::try_unfold(file, async |mut file| {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let read = file.read_buf(&mut piece).await?;
        Ok((read > 0).then(|| (piece.freeze(), file)))
    })
}

fn header(text: &str) -> Result<HeaderValue, CallError> {
    HeaderValue::from_str(text).map_err(|_| CallError::Unexpected("a header that is none".to_owned()))
}

fn unexpected(status: StatusCode) -> CallError {
    CallError::Unexpected(format!("status {status} with a body that is not agreed"))
}

/// The body of a success; anything else is the problem that it tells.
pub(crate) fn accepted(
    (status, _, body): (StatusCode, HeaderMap, Bytes),
) -> Result<(StatusCode, Bytes), CallError> {
    if status.is_success() {
        return Ok((status, body));
    }
    Err(serde_json::from_slice::<Problem>(&body).map_or_else(|_| unexpected(status), CallError::Refused))
}

/// Ids of tasks and erasures are made of these characters; anything else would be another path.
pub(crate) fn path_segment(task_id: &str) -> Result<&str, CallError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if task_id.is_empty() || !task_id.bytes().all(allowed) {
        return Err(CallError::Unexpected("an id that is none".to_owned()));
    }
    Ok(task_id)
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend([byte >> 4, byte & 15].map(|digit| {
                char::from_digit(u32::from(digit), 16).expect("half a byte is a hexadecimal digit")
            }));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_japanese_file_name_becomes_a_header() {
        assert_eq!(percent_encoded("こ 1.csv"), "%e3%81%93%201.csv");
        assert!(header(&percent_encoded("二\u{7}\n.json")).is_ok());
    }

    #[test]
    fn a_task_id_is_no_path() {
        assert_eq!(path_segment("t-0a_Z"), Ok("t-0a_Z"));
        for id in ["", "../x", "a/b", "a?after=1", "a b", "あ"] {
            assert!(path_segment(id).is_err(), "{id}");
        }
    }
}
