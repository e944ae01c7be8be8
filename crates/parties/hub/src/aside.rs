//! Work of more than a millisecond beside the threads that answer requests.

use std::panic::resume_unwind;

use pmh_store::StoreError;

/// A panic of the work is the caller's. Only a runtime that ends gives the work up.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(ended) => match ended.try_into_panic() {
            Ok(payload) => resume_unwind(payload),
            Err(_cancelled) => Err(StoreError::Unavailable),
        },
    }
}
