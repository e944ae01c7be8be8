//! A CSV file from disk as the body of a request, piece by piece.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use pmh_wire::{CsvLayout, Encoding, HeaderTranslator};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

const PIECE_BYTES: usize = 64 * 1024;

/// A file that fails half-way breaks the request off, and the hub keeps nothing of it.
pub(crate) fn pieces_of(file: File) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, async |mut file| Ok(next_piece(&mut file).await?.map(|piece| (piece, file))))
}

/// The body with its header row in the hub's layout, and the encoding that the file turned out to have: what tells it
/// may stand in the vendor's header alone, which the hub does not see.
pub(crate) async fn translated(
    mut file: File,
    encoding: Option<Encoding>,
    layout: &CsvLayout,
) -> std::io::Result<(Option<Encoding>, Body)> {
    let mut translator = HeaderTranslator::new(encoding, layout.clone());
    let mut first = Vec::new();
    while !translator.is_through() {
        first.extend(match next_piece(&mut file).await? {
            Some(piece) => translator.push(&piece),
            None => translator.finish(),
        });
    }
    let first = stream::once(std::future::ready(Ok(Bytes::from(first))));
    Ok((translator.encoding(), Body::from_stream(first.chain(pieces_of(file)))))
}

async fn next_piece(file: &mut File) -> std::io::Result<Option<Bytes>> {
    let mut piece = BytesMut::with_capacity(PIECE_BYTES);
    let read = file.read_buf(&mut piece).await?;
    Ok((read > 0).then(|| piece.freeze()))
}
