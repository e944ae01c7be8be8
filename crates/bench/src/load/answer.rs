//! Reads one answer of HTTP/1.1 from a kept connection.

use std::ops::Range;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;

const HEAD_BYTES_MAX: usize = 64 << 10;
const BODY_BYTES_MAX: usize = 64 << 20;
const HEADERS_MAX: usize = 64;
/// Room for what most answers are, so that one read takes one in.
const READ_BYTES: usize = 8 << 10;

/// Where the answer lies in the buffer that it was read into.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Whether the server takes another request on this connection.
    pub(super) is_kept: bool,
    pub(super) body: Range<usize>,
    pub(super) first_byte: Instant,
}

/// Why an answer did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("connection closed")]
    Closed,
    #[error("not HTTP")]
    NotHttp,
    #[error("answer too large")]
    TooLarge,
}

enum Length {
    Known(usize),
    Chunked,
}

struct Head {
    status: u16,
    is_kept: bool,
    bytes: usize,
    length: Length,
}

/// The buffer then holds this answer and nothing else.
pub(super) async fn read<R: AsyncRead + Unpin>(io: &mut R, buffer: &mut BytesMut) -> Result<Answer, Broken> {
    buffer.clear();
    fill(io, buffer).await?;
    let first_byte = Instant::now();
    let head = loop {
        match Head::parse(buffer)? {
            Some(head) => break head,
            None if buffer.len() > HEAD_BYTES_MAX => return Err(Broken::TooLarge),
            None => fill(io, buffer).await?,
        }
    };
    let body = match head.length {
        Length::Known(length) if length > BODY_BYTES_MAX => return Err(Broken::TooLarge),
        Length::Known(length) => {
            let end = head.bytes + length;
            while buffer.len() < end {
                fill(io, buffer).await?;
            }
            head.bytes..end
        }
        Length::Chunked => read_chunks(io, buffer, head.bytes).await?,
    };
    // Nothing was asked that more could be the answer of.
    if buffer.len() > body.end {
        Err(Broken::NotHttp)
    } else {
        Ok(Answer { body, ..head.answer(first_byte) })
    }
}

async fn fill<R: AsyncRead + Unpin>(io: &mut R, buffer: &mut BytesMut) -> Result<(), Broken> {
    buffer.reserve(READ_BYTES);
    match io.read_buf(buffer).await {
        Ok(0) | Err(_) => Err(Broken::Closed),
        Ok(_) => Ok(()),
    }
}

/// Takes the sizes out, so that the body lies in one piece behind the head.
async fn read_chunks<R: AsyncRead + Unpin>(
    io: &mut R,
    buffer: &mut BytesMut,
    begin: usize,
) -> Result<Range<usize>, Broken> {
    let mut end = begin;
    loop {
        let (line, size) = loop {
            match httparse::parse_chunk_size(&buffer[end..]).map_err(|_| Broken::NotHttp)? {
                httparse::Status::Complete(found) => break found,
                httparse::Status::Partial => fill(io, buffer).await?,
            }
        };
        let size = usize::try_from(size).map_err(|_| Broken::TooLarge)?;
        if size > BODY_BYTES_MAX - (end - begin) {
            return Err(Broken::TooLarge);
        }
        let after = end + line + size + "\r\n".len();
        while buffer.len() < after {
            fill(io, buffer).await?;
        }
        if &buffer[after - 2..after] != b"\r\n" {
            return Err(Broken::NotHttp);
        }
        buffer.copy_within(end + line..end + line + size, end);
        let rest = buffer.len() - after;
        buffer.copy_within(after.., end + size);
        end += size;
        buffer.truncate(end + rest);
        if size == 0 {
            return Ok(begin..end);
        }
    }
}

impl Head {
    /// `None` while it is not there as a whole.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Broken> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(bytes).map_err(|_| Broken::NotHttp)?;
        let httparse::Status::Complete(length) = parsed else { return Ok(None) };
        let status = response.code.filter(|code| *code >= 200).ok_or(Broken::NotHttp)?;
        let mut head = Self {
            status,
            is_kept: response.version == Some(1),
            bytes: length,
            // Without a length it would go on to the end of the connection: 204 has none, and no door answers so else.
            length: Length::Known(0),
        };
        for header in response.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                let text = std::str::from_utf8(header.value).map_err(|_| Broken::NotHttp)?;
                head.length = Length::Known(text.trim().parse().map_err(|_| Broken::NotHttp)?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                head.length = Length::Chunked;
            } else if header.name.eq_ignore_ascii_case("connection") {
                head.is_kept = !header.value.eq_ignore_ascii_case(b"close");
            }
        }
        Ok(Some(head))
    }

    fn answer(&self, first_byte: Instant) -> Answer {
        Answer { status: self.status, is_kept: self.is_kept, body: 0..0, first_byte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Byte by byte: every cut there can be.
    async fn read_slowly(text: &str) -> Result<(u16, bool, Vec<u8>), Broken> {
        let mut slow = tokio_test_io(text);
        let mut buffer = BytesMut::new();
        let answer = read(&mut slow, &mut buffer).await?;
        Ok((answer.status, answer.is_kept, buffer[answer.body].to_vec()))
    }

    struct OneByOne(std::vec::IntoIter<u8>);

    fn tokio_test_io(text: &str) -> OneByOne {
        OneByOne(text.as_bytes().to_vec().into_iter())
    }

    impl AsyncRead for OneByOne {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            buffer: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            if let Some(byte) = self.0.next() {
                buffer.put_slice(&[byte]);
            }
            std::task::Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn an_answer_is_read_in_whatever_pieces_it_comes() {
        let text = "HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\nconnection: close\r\n\r\nbody";
        assert_eq!(read_slowly(text).await, Ok((409, false, b"body".to_vec())));
        let text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\nA;x=y\r\n, and more\r\n0\r\n\r\n";
        assert_eq!(read_slowly(text).await, Ok((200, true, b"one, and more".to_vec())));
        assert_eq!(read_slowly("HTTP/1.1 204 No Content\r\n\r\n").await, Ok((204, true, Vec::new())));
    }

    #[tokio::test]
    async fn what_breaks_off_or_is_no_http_is_told_apart() {
        for (text, broken) in [
            ("", Broken::Closed),
            ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbody", Broken::Closed),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody", Broken::Closed),
            ("SSH-2.0-OpenSSH\r\n\r\n", Broken::NotHttp),
            ("HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", Broken::NotHttp),
            ("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", Broken::TooLarge),
        ] {
            assert_eq!(read_slowly(text).await, Err(broken), "{text}");
        }
        let mut two = &b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n12"[..];
        assert_eq!(read(&mut two, &mut BytesMut::new()).await.unwrap_err(), Broken::NotHttp);
    }
}
