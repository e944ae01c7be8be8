//! What is asked.

/// Writes requests, one after the other.
pub trait Workload: Send {
    /// Appends a whole request of HTTP/1.1 to the buffer. What the request needs, such as a linkage key, is made here
    /// and now: this is the stage [`Mint`](crate::report::Stage::Mint).
    fn write_next(&mut self, request: &mut Vec<u8>);

    /// Whether the body of a successful answer is one: a hub that knew nobody would be fast.
    fn accepts(&self, body: &[u8]) -> bool;
}

/// The part of a request that is the same every time.
#[derive(Clone, Debug)]
pub struct Head(Vec<u8>);

impl Head {
    pub fn post(path: &str, host: std::net::SocketAddr) -> Self {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\naccept: application/json, application/problem+json\r\n\
             content-type: application/json\r\ncontent-length: "
        );
        Self(head.into_bytes())
    }

    /// Appends a request with this body.
    pub fn write(&self, body: &[u8], request: &mut Vec<u8>) {
        use std::io::Write;
        request.extend_from_slice(&self.0);
        write!(request, "{}\r\n\r\n", body.len()).expect("a Vec takes every byte");
        request.extend_from_slice(body);
    }
}

/// The same request again and again, whatever is answered with a success.
pub struct Constant(Vec<u8>);

impl Constant {
    pub fn get(path: &str, host: std::net::SocketAddr) -> Self {
        Self(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes())
    }

    pub fn post(path: &str, host: std::net::SocketAddr, body: &[u8]) -> Self {
        let mut request = Vec::new();
        Head::post(path, host).write(body, &mut request);
        Self(request)
    }
}

impl Workload for Constant {
    fn write_next(&mut self, request: &mut Vec<u8>) {
        request.extend_from_slice(&self.0);
    }

    fn accepts(&self, _body: &[u8]) -> bool {
        true
    }
}
