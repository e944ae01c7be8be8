//! JSON bodies of requests.

use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use pmh_wire::{Code, read_body};
use serde::de::DeserializeOwned;

use crate::Refused;

/// Extracts a JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refused> {
        if !is_json(request.headers()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let collected = request.into_body().collect().await;
        let bytes = collected.map_err(|error| Refused::from_body_error(&error))?.to_bytes();
        Ok(Self(read_body(&bytes)?))
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
}
