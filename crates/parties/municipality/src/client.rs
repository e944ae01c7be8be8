//! The client side of the hub's registration door, as a municipal system speaks it. The command line uses it for a
//! user's own files.

use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use pmh_domain::{IndividualNumber, MunicipalityCode};
use pmh_service::{CallError, PeerClient};
use pmh_store::StoreError;
use pmh_wire::{
    CsvLayout, Encoding, Problem, RecordResult, Results, SearchAnswer, SearchRequest, Task, TaskStatus,
    Tasks, paths,
};
use serde::de::DeserializeOwned;
use tokio::io::AsyncWriteExt;

use crate::file_body::{pieces_of, translated};

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
    layout: Option<CsvLayout>,
}

impl RegistrationClient {
    pub fn new(hub: PeerClient, municipality: MunicipalityCode) -> Self {
        Self { hub, municipality, layout: None }
    }

    /// CSV files from disk have a vendor's own columns: their header row is sent as ours.
    #[must_use]
    pub fn with_layout(self, layout: Option<CsvLayout>) -> Self {
        Self { layout, ..self }
    }

    /// The same municipality with somebody's session instead of the credential of its own system. `None` for a text
    /// that is no session.
    #[must_use]
    pub fn signed_in(&self, session: &str) -> Option<Self> {
        Some(Self { hub: self.hub.with_bearer(session)?, ..self.clone() })
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
        self.submit(paths::FILES, &csv_kind(charset), file_name, file.into()).await
    }

    /// A file from disk, read while it is sent: JSON if its name ends in `.json`, else CSV.
    pub async fn submit_file(&self, path: &Path, charset: Option<&str>) -> Result<Task, SubmitError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let file = tokio::fs::File::open(path).await.map_err(SubmitError::File)?;
        if is_json(path) {
            let body = Body::from_stream(pieces_of(file));
            return Ok(self.submit(paths::SUBJECTS, "application/json", name.as_deref(), body).await?);
        }
        let encoding = charset.map(str::parse::<Encoding>).transpose();
        let (charset, body) = match (&self.layout, encoding) {
            (Some(layout), Ok(encoding)) => {
                let (encoding, body) = translated(file, encoding, layout).await.map_err(SubmitError::File)?;
                (encoding.map(Encoding::charset), body)
            }
            // A word that names no encoding is for the hub to refuse.
            (None, _) | (_, Err(_)) => (charset, Body::from_stream(pieces_of(file))),
        };
        let kind = csv_kind(charset);
        Ok(self.submit(paths::FILES, &kind, name.as_deref(), body).await?)
    }

    /// A page of the tasks that fit, newest first; the next one begins after [`Tasks::next`].
    pub async fn tasks(&self, filter: &TaskFilter, after: Option<u64>) -> Result<Tasks, CallError> {
        let asked = [
            ("status", filter.status.map(|status| status.as_str().to_owned())),
            ("from", filter.from.clone()),
            ("to", filter.to.clone()),
            ("after", after.map(|after| after.to_string())),
        ];
        let asked = asked.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let query: Vec<String> =
            asked.map(|(name, value)| format!("{name}={}", percent_encoded(&value))).collect();
        let mut headers = HeaderMap::new();
        if let Some(name) = &filter.file_name {
            headers.insert(FILE_NAME, header(&percent_encoded(name))?);
        }
        let path = format!("{}?{}", paths::TASKS, query.join("&"));
        read(self.hub.send(Method::GET, &path, headers, Body::empty()).await?)
    }

    /// Drops the rows that wait. A task that is cancelled already answers the same again.
    pub async fn cancel(&self, task_id: &str) -> Result<Task, CallError> {
        let path = paths::task_cancellation(path_segment(task_id)?);
        read(self.hub.send(Method::POST, &path, HeaderMap::new(), Body::empty()).await?)
    }

    pub async fn task(&self, task_id: &str) -> Result<Task, CallError> {
        self.hub.get(&paths::task(path_segment(task_id)?)).await
    }

    /// Asks at once, then after 100 ms and ever more slowly up to a second (real time), until the task is completed,
    /// cancelled or failed. `on_progress` sees every answer, also the last.
    pub async fn wait_until_finished(
        &self,
        task_id: &str,
        mut on_progress: impl FnMut(&Task),
    ) -> Result<Task, CallError> {
        let mut pause = POLL_MIN;
        loop {
            let task = self.task(task_id).await?;
            on_progress(&task);
            if task.status.is_final() {
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

    /// All results of a task as CSV, in the encoding of the upload, written while they come.
    pub async fn save_results(&self, task_id: &str, path: &Path) -> Result<(), SubmitError> {
        self.save(&paths::task_results(path_segment(task_id)?, None), "text/csv", path).await
    }

    pub(crate) async fn save(&self, from: &str, kind: &'static str, path: &Path) -> Result<(), SubmitError> {
        save_pieces(self.hub.download(from, HeaderValue::from_static(kind)).await?, path).await
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
        read(hub.send(Method::POST, path, headers, body).await?)
    }
}

/// Which tasks to list; times are RFC 3339 and included, the name is a part of the file's.
#[derive(Clone, Default)]
pub struct TaskFilter {
    pub status: Option<TaskStatus>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub file_name: Option<String>,
}

/// Why a file was not handed in, or its results not saved.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error("the file cannot be read or written: {0}")]
    File(std::io::Error),
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Writes an answer to a file while it comes, under another name until the last byte is there: a reader of the folder
/// never sees half a file.
pub async fn save_pieces(
    pieces: impl Stream<Item = Result<Bytes, CallError>>,
    path: &Path,
) -> Result<(), SubmitError> {
    let mut pieces = std::pin::pin!(pieces);
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    let mut file = tokio::fs::File::create(&unfinished).await.map_err(SubmitError::File)?;
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece?).await.map_err(SubmitError::File)?;
    }
    file.sync_all().await.map_err(SubmitError::File)?;
    tokio::fs::rename(unfinished, path).await.map_err(SubmitError::File)
}

/// By its name; anything else is CSV.
pub(crate) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn csv_kind(charset: Option<&str>) -> String {
    charset.map_or_else(|| "text/csv".to_owned(), |charset| format!("text/csv; charset={charset}"))
}

fn header(text: &str) -> Result<HeaderValue, CallError> {
    HeaderValue::from_str(text).map_err(|_| CallError::Unexpected("a header that is none".to_owned()))
}

fn read<A: DeserializeOwned>(answer: (StatusCode, HeaderMap, Bytes)) -> Result<A, CallError> {
    let (status, body) = accepted(answer)?;
    serde_json::from_slice(&body).map_err(|_| unexpected(status))
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
