//! Doors for people are reached by loopback names only: a page from elsewhere must not steer them.
//!
//! Without this check any web page could point a name of its own at 127.0.0.1 (DNS rebinding) and speak to
//! the terminal with the browser of whoever looks at it.

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Uri};

/// `Host` names loopback with the door's port or none, and `Origin` is absent or this door.
pub(crate) fn is_own(headers: &HeaderMap, uri: &Uri, port: u16) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    // A target in absolute form overrules Host (RFC 9112, section 3.2.2), so both must be own.
    authority(host).is_some_and(|host| is_loopback(&host, port))
        && uri.authority().is_none_or(|target| is_loopback(target, port))
        && headers.get_all(ORIGIN).iter().all(|origin| is_own_origin(origin, port))
}

fn is_own_origin(origin: &HeaderValue, port: u16) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let Some(authority) = origin.strip_prefix("http://").and_then(|rest| rest.parse::<Authority>().ok())
    else {
        return false;
    };
    // An origin leaves out the port of its scheme.
    is_loopback(&authority, port) && authority.port_u16().unwrap_or(80) == port
}

fn authority(value: &HeaderValue) -> Option<Authority> {
    value.to_str().ok()?.parse().ok()
}

fn is_loopback(authority: &Authority, port: u16) -> bool {
    let host = authority.host();
    let named = host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" || host == "[::1]";
    // "localhost:" and "user@localhost" have neither a port nor none.
    let text = authority.as_str();
    let whole = match authority.port() {
        None => text.len() == host.len(),
        Some(port) => text.len() == host.len() + 1 + port.as_str().len(),
    };
    named && whole && authority.port_u16().is_none_or(|named| named == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(host: &[&'static str], origin: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in host {
            headers.append(HOST, HeaderValue::from_static(host));
        }
        for origin in origin {
            headers.append(ORIGIN, HeaderValue::from_static(origin));
        }
        is_own(&headers, &Uri::from_static("/"), 8740)
    }

    #[test]
    fn loopback_names_with_the_own_port_or_none_are_own() {
        for host in ["localhost", "LOCALHOST:8740", "127.0.0.1:8740", "127.0.0.1", "[::1]:8740", "[::1]"] {
            assert!(judged(&[host], &[]), "{host}");
        }
    }

    #[test]
    fn other_hosts_are_not() {
        let foreign = [
            "rebound.example",
            "rebound.example:8740",
            "localhost:8741",
            "127.0.0.2",
            "0.0.0.0:8740",
            "localhost.example",
            "localhost:",
            "user@localhost",
            "localhost:99999",
            "",
        ];
        for host in foreign {
            assert!(!judged(&[host], &[]), "{host}");
        }
        assert!(!judged(&[], &[]) && !judged(&["localhost", "localhost"], &[]));
    }

    #[test]
    fn an_origin_is_absent_or_the_door_itself() {
        assert!(judged(&["localhost:8740"], &["http://localhost:8740"]));
        assert!(judged(&["localhost:8740"], &["http://127.0.0.1:8740"]));
        for origin in ["null", "http://localhost", "https://localhost:8740", "http://rebound.example:8740"] {
            assert!(!judged(&["localhost:8740"], &[origin]), "{origin}");
        }
        assert!(!judged(&["localhost"], &["http://localhost:8740", "http://rebound.example"]));
    }

    #[test]
    fn a_target_in_absolute_form_is_checked_too() {
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost:8740"))]);
        assert!(is_own(&headers, &Uri::from_static("http://localhost:8740/visits"), 8740));
        assert!(!is_own(&headers, &Uri::from_static("http://rebound.example:8740/visits"), 8740));
    }
}
