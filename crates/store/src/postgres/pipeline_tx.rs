//! A transaction on a [`Pipeline`].

use std::error::Error;
use std::fmt;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, Row, Statement};

use super::WRITE;
use super::pipeline::{Link, Pipeline, Place};
use crate::statements::{Bind, Columns, Query, Statements};
use crate::{PREPARED_STATEMENTS_MAX, StoreError};

/// What the server says to something that was sent.
type Answer = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// Dropping it rolls back.
pub struct PipelineTx {
    home: Arc<Pipeline>,
    /// Present until it goes back.
    link: Option<(Link, Place)>,
    stage: Stage,
    /// What was sent and not yet heard of, in order.
    ahead: Vec<Answer>,
}

enum Stage {
    /// The server knows of no transaction yet.
    ToBegin,
    /// It is committed, or each statement is one of its own.
    InNone,
    /// All that was heard of has worked.
    Sound,
    /// Something failed, or was given up while it was on its way. The server would take a `COMMIT` and roll back.
    Doubtful,
}

impl PipelineTx {
    pub(super) fn to_begin(home: Arc<Pipeline>, link: (Link, Place)) -> Self {
        Self { home, link: Some(link), stage: Stage::ToBegin, ahead: Vec::new() }
    }

    pub(super) fn in_none(home: Arc<Pipeline>, link: (Link, Place)) -> Self {
        Self { home, link: Some(link), stage: Stage::InNone, ahead: Vec::new() }
    }

    fn link(&mut self) -> &mut Link {
        &mut self.link.as_mut().expect("it goes back when this is dropped").0
    }

    fn client(&mut self) -> Arc<Client> {
        Arc::clone(&self.link().client)
    }

    /// To be heard of later. It leaves with what is sent next.
    fn send_ahead(&mut self, sending: impl Future<Output = Result<(), StoreError>> + Send + 'static) {
        let mut sending: Answer = Box::pin(sending);
        // The first look at it sends.
        self.ahead.push(match sending.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => sending,
            Poll::Ready(failed) => Box::pin(std::future::ready(failed)),
        });
    }

    /// What the server says to this, unless something that was sent before it has failed.
    async fn answered<T>(
        &mut self,
        sending: Pin<&mut impl Future<Output = Result<T, StoreError>>>,
    ) -> Result<T, StoreError> {
        let stage = mem::replace(&mut self.stage, Stage::Doubtful);
        let ahead = mem::take(&mut self.ahead);
        let ahead = async {
            for answer in ahead {
                answer.await?;
            }
            Ok::<_, StoreError>(())
        };
        let (ahead, answer) = self.link().drive(pin!(async { tokio::join!(ahead, sending) })).await;
        ahead?;
        let answer = answer?;
        self.stage = stage;
        Ok(answer)
    }

    /// The statement, as this connection keeps it, in a transaction that has begun.
    async fn prepared(&mut self, sql: &str, binds: &[Bind<'_>]) -> Result<Statement, StoreError> {
        let client = self.client();
        if matches!(self.stage, Stage::ToBegin) {
            self.stage = Stage::Sound;
            let client = Arc::clone(&client);
            self.send_ahead(async move { Ok(client.batch_execute(WRITE).await?) });
        }
        if let Some(statement) = self.link().prepared.get(sql) {
            return Ok(statement.clone());
        }
        let types: Vec<Type> = binds.iter().map(Bind::kind).collect();
        let preparing = pin!(async { Ok(client.prepare_typed(sql, &types).await?) });
        let statement = self.answered(preparing).await?;
        let prepared = &mut self.link().prepared;
        if prepared.len() == PREPARED_STATEMENTS_MAX {
            prepared.clear();
        }
        prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Statements for PipelineTx {
    async fn run(&mut self, sql: &str, binds: &[Bind<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql, binds).await?;
        let client = self.client();
        let running = async { Ok(client.execute_raw(&statement, binds.iter().copied()).await?) };
        self.answered(pin!(running)).await
    }

    async fn run_ahead(&mut self, sql: &str, binds: &[Bind<'_>]) -> Result<(), StoreError> {
        let statement = self.prepared(sql, binds).await?;
        let client = self.client();
        let kept: Vec<Kept> = binds.iter().map(Kept::from).collect();
        self.send_ahead(async move {
            client.execute_raw(&statement, kept.iter().map(Kept::bind)).await?;
            Ok(())
        });
        Ok(())
    }

    async fn fetch<T: Send>(
        &mut self,
        sql: &str,
        binds: &[Bind<'_>],
        map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let statement = self.prepared(sql, binds).await?;
        let client = self.client();
        self.answered(pin!(rows(&client, &statement, binds, map))).await
    }

    async fn fetch_together(
        &mut self,
        queries: &[Query<'_>],
        mut take: impl FnMut(usize, &dyn Columns) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let mut statements = Vec::with_capacity(queries.len());
        for query in queries {
            statements.push(self.prepared(&query.sql, &query.binds).await?);
        }
        let client = self.client();
        let found = async {
            // All are heard at once: what one says is kept in few pieces until somebody takes it, and those after it wait.
            let asking = queries.iter().zip(&statements).map(async |(query, statement)| {
                let rows = client.query_raw(statement, query.binds.iter().copied()).await?;
                rows.try_collect::<Vec<Row>>().await
            });
            // Each is told of in its turn: an error of one lets those after it fail, too.
            for (at, rows) in join_all(asking).await.into_iter().enumerate() {
                for row in rows? {
                    take(at, &row)?;
                }
            }
            Ok(())
        };
        self.answered(pin!(found)).await
    }

    async fn commit(mut self) -> Result<(), StoreError> {
        match self.stage {
            Stage::ToBegin | Stage::InNone => return Ok(()),
            Stage::Sound => {}
            Stage::Doubtful => {
                return Err(StoreError::Statement("a statement of the transaction has failed".to_owned()));
            }
        }
        let client = self.client();
        self.answered(pin!(async { Ok(client.batch_execute("COMMIT").await?) })).await?;
        self.stage = Stage::InNone;
        Ok(())
    }
}

async fn rows<T>(
    client: &Client,
    statement: &Statement,
    binds: &[Bind<'_>],
    mut map: impl FnMut(&dyn Columns) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut rows = pin!(client.query_raw(statement, binds.iter().copied()).await?);
    let mut found = Vec::with_capacity(binds.len());
    while let Some(row) = rows.try_next().await? {
        found.push(map(&row)?);
    }
    Ok(found)
}

impl Drop for PipelineTx {
    fn drop(&mut self) {
        let Some((link, place)) = self.link.take() else { return };
        match self.stage {
            Stage::ToBegin | Stage::InNone => self.home.give_back(link, place),
            Stage::Sound | Stage::Doubtful => self.home.give_back_after_rolling_back(link, place),
        }
    }
}

/// A value until its statement is sent: the driver wants it with the future that waits for the answer.
enum Kept {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&Bind<'_>> for Kept {
    fn from(bind: &Bind<'_>) -> Self {
        match *bind {
            Bind::Integer(number) => Self::Integer(number),
            Bind::Text(text) => Self::Text(text.to_owned()),
            Bind::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}

impl Kept {
    fn bind(&self) -> Bind<'_> {
        match self {
            Self::Integer(number) => Bind::Integer(*number),
            Self::Text(text) => Bind::Text(text),
            Self::Bytes(bytes) => Bind::Bytes(bytes),
        }
    }
}

impl Bind<'_> {
    fn kind(&self) -> Type {
        match self {
            Self::Integer(_) => Type::INT8,
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
        }
    }
}

/// The driver can print its parameters.
impl fmt::Debug for Bind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(…)", self.kind())
    }
}

impl ToSql for Bind<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Integer(number) => number.to_sql_checked(kind, out),
            Self::Text(text) => text.to_sql_checked(kind, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(kind, out),
        }
    }
}

impl Columns for Row {
    fn integer(&self, at: usize) -> Result<i64, StoreError> {
        self.try_get(at).map_err(|_| StoreError::undecoded(at))
    }

    fn text(&self, at: usize) -> Result<&str, StoreError> {
        self.try_get(at).map_err(|_| StoreError::undecoded(at))
    }

    fn bytes(&self, at: usize) -> Result<&[u8], StoreError> {
        self.try_get(at).map_err(|_| StoreError::undecoded(at))
    }

    fn optional_bytes(&self, at: usize) -> Result<Option<&[u8]>, StoreError> {
        self.try_get(at).map_err(|_| StoreError::undecoded(at))
    }
}
