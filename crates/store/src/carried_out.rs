//! Waiting for the thread that carries a statement out.

use std::pin::pin;
use std::task::Poll;
use std::thread;

/// From so many rows, or values, on the other thread goes first. Where other programs want the core as well it costs their turn
/// too, which is much for a short list.
const LONG_LIST: usize = 16;

/// Waits for a statement about a list of so many rows, or with so many values, and, if they are many, lets whoever carries it out go first.
/// SQLite works on a thread of its own and hands over row after row. Where both threads share a core each row would
/// wake this one, and they would take turns for every row; so most statements are done when this thread looks again.
pub async fn carried_out<T>(length: usize, statement: impl Future<Output = T>) -> T {
    let mut statement = pin!(statement);
    std::future::poll_fn(|context| match statement.as_mut().poll(context) {
        Poll::Pending if length >= LONG_LIST => {
            thread::yield_now();
            statement.as_mut().poll(context)
        }
        waiting_or_done => waiting_or_done,
    })
    .await
}
