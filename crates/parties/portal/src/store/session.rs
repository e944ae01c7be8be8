//! Sessions, by the keyed hash of their token.

use pmh_store::{StoreError, Tx, on_connection};

pub(crate) struct Session {
    /// Of its token.
    pub(crate) tag: [u8; 32],
    pub(crate) portal_tag: Vec<u8>,
    pub(crate) began_ms: i64,
    pub(crate) ends_ms: i64,
}

pub(crate) async fn add(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO session (session_tag, portal_tag, began_ms, ends_ms) VALUES ($1, $2, $3, $4)",
        )
        .bind(session.tag.as_slice())
        .bind(session.portal_tag.as_slice())
        .bind(session.began_ms)
        .bind(session.ends_ms)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// A session that began after now (the clock was set back) is no session.
pub(crate) async fn find_portal_tag(
    tx: &mut Tx,
    session_tag: &[u8],
    now_ms: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar(
            "SELECT portal_tag FROM session WHERE session_tag = $1 AND began_ms <= $2 AND ends_ms > $2",
        )
        .bind(session_tag)
        .bind(now_ms)
        .fetch_optional(conn)
        .await)?)
}

pub(crate) async fn delete_ended(tx: &mut Tx, now_ms: i64) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("DELETE FROM session WHERE ends_ms <= $1")
        .bind(now_ms)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn delete_of(tx: &mut Tx, portal_tag: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("DELETE FROM session WHERE portal_tag = $1")
        .bind(portal_tag)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
