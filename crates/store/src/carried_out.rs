//! Waiting for the thread that carries a statement out.

use std::pin::pin;
use std::task::Poll;
use std::thread;

/// Waits for a statement and lets whoever carries it out go first. SQLite works on a thread of its own and hands over
/// row after row. Where both threads share a core each row would wake this one, and they would take turns for every
/// row; so most statements are done when this thread looks again. With cores to spare it costs a microsecond.
pub async fn carried_out<T>(statement: impl Future<Output = T>) -> T {
    let mut statement = pin!(statement);
    std::future::poll_fn(|context| match statement.as_mut().poll(context) {
        Poll::Pending => {
            thread::yield_now();
            statement.as_mut().poll(context)
        }
        done @ Poll::Ready(_) => done,
    })
    .await
}
