//! Sends one submission as the published JSON array, chunk by chunk from the store, in constant memory.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use pmh_store::StoreError;

use crate::municipality::Municipal;
use crate::store::chunk::{self, ChunkKey};

/// The body. It ends with an error, and so is refused by the hub as a whole, if a chunk cannot be read.
pub(crate) fn body(
    municipal: Arc<Municipal>,
    municipality: String,
    submission: i64,
) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
    stream::try_unfold(Some(0_i64), move |position| {
        let municipal = Arc::clone(&municipal);
        let municipality = municipality.clone();
        async move {
            let Some(position) = position else { return Ok(None) };
            let key = ChunkKey { municipality: &municipality, submission, chunk: position };
            let piece = match read_chunk(&municipal, key).await? {
                Some(records) => {
                    let before = if position == 0 { b"[" } else { b"," };
                    Some((Bytes::from([before.as_slice(), &records].concat()), Some(position + 1)))
                }
                None if position == 0 => Some((Bytes::from_static(b"[]"), None)),
                None => Some((Bytes::from_static(b"]"), None)),
            };
            Ok(piece)
        }
    })
}

async fn read_chunk(municipal: &Municipal, key: ChunkKey<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    let mut tx = municipal.store.read().await?;
    let sealed = chunk::find(&mut tx, key).await?;
    tx.commit().await?;
    sealed.map(|sealed| municipal.keys.open_chunk(key, sealed)).transpose()
}
