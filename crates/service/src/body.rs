//! JSON bodies of requests.

use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use pmh_wire::Code;
use serde::de::DeserializeOwned;

use crate::Refused;

/// Extracts a JSON body. What is wrong with it is told by line and column only: the parser's own message may
/// quote a value.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refused> {
        if !is_json(request.headers()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let collected = request.into_body().collect().await;
        let bytes = collected.map_err(|error| Refused::from_body_error(&error))?.to_bytes();
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Self(body)),
            Err(error) => Err(malformed(&error)),
        }
    }
}

fn malformed(error: &serde_json::Error) -> Refused {
    let problem = Code::MalformedBody.problem();
    // A body that ended too early has no place of its own in the parser's eyes when it is empty.
    match (u64::try_from(error.line()), u64::try_from(error.column())) {
        (Ok(line @ 1..), Ok(column)) => problem.at_line(line).at_column(column).into(),
        _ => problem.into(),
    }
}

/// `application/json`, with no other charset than UTF-8 (RFC 8259, section 8.1).
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    named
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_json_in_utf_8_is_json() {
        let judged = |value: &'static str| {
            is_json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        assert!(judged("application/json") && judged("Application/JSON; charset=\"UTF-8\""));
        assert!(!judged("text/plain") && !judged("application/json; charset=shift_jis") && !judged(""));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn a_syntax_error_is_told_by_its_place_alone() {
        let error = serde_json::from_str::<Vec<u8>>("[1,\n \"900000000001\"]").unwrap_err();
        assert_eq!(malformed(&error).0, Code::MalformedBody.problem().at_line(2).at_column(15));
    }
}
