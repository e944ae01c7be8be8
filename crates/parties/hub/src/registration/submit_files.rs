//! `POST /registration/v1/files`: the same records as CSV. `charset` may name the encoding; otherwise a BOM
//! or the header row decides.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use pmh_service::Refused;
use pmh_wire::Code;
use pmh_wire::encoding::Encoding;
use pmh_wire::registration::Task;

use super::SignedIn;
use super::intake::{self, Format};
use crate::state::Desk;

/// Carries 連携ファイル名, percent-encoded UTF-8 (*assumed*: the seeds name the item, not where it travels).
const FILE_NAME: &str = "x-pmh-file-name";
/// Characters of a file name, as most file systems have it.
const FILE_NAME_CHARS_MAX: usize = 255;

pub(crate) async fn submit_files(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Task>), Refused> {
    let (media_type, charset) = media_type_of(&headers);
    if media_type != "text/csv" {
        return Err(Code::UnsupportedMediaType.into());
    }
    let encoding = match charset {
        None => None,
        Some(name) => Some(name.parse::<Encoding>().map_err(|_| Code::UnknownEncoding)?),
    };
    let file_name = file_name_of(&headers)?;
    let task = intake::receive(desk, access, Format::Csv(encoding), file_name, body).await?;
    Ok((StatusCode::ACCEPTED, Json(task)))
}

/// The media type in lower case and its `charset`.
pub(crate) fn media_type_of(headers: &HeaderMap) -> (String, Option<String>) {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.eq_ignore_ascii_case("charset").then(|| value.trim_matches('"').to_ascii_lowercase())
    });
    (media_type, charset)
}

/// The file's name as the municipality calls it.
pub(crate) fn file_name_of(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let Some(value) = headers.get(FILE_NAME) else { return Ok(None) };
    let name = percent_decoded(value.as_bytes()).ok_or(Code::InvalidMember)?;
    if name.is_empty() || name.chars().count() > FILE_NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(Code::InvalidMember.into());
    }
    Ok(Some(name))
}

fn percent_decoded(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
