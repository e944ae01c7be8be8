//! A transaction on a [`Pipeline`].

use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use tokio::runtime::Handle;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Statement};

use super::WRITE;
use super::pipeline::{Link, Pipeline, Place};
use super::values::{self, Value};
use crate::statements::{Columns, Query, Statements};
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
    stays_awake: bool,
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
        Self { home, link: Some(link), stage: Stage::ToBegin, ahead: Vec::new(), stays_awake: false }
    }

    pub(super) fn in_none(home: Arc<Pipeline>, link: (Link, Place)) -> Self {
        Self { home, link: Some(link), stage: Stage::InNone, ahead: Vec::new(), stays_awake: false }
    }

    pub(crate) fn stay_awake(&mut self) {
        // Of several workers another one waits for news of the connections: it would have to be woken, at each look.
        self.stays_awake = Handle::current().metrics().num_workers() == 1;
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
        let stays_awake = self.stays_awake;
        let both = pin!(async { tokio::join!(ahead, sending) });
        let link = self.link();
        let (ahead, answer) = if stays_awake { link.drive_awake(both).await } else { link.drive(both).await };
        ahead?;
        let answer = answer?;
        self.stage = stage;
        Ok(answer)
    }

    /// The statement, as this connection keeps it, in a transaction that has begun.
    async fn prepared(&mut self, query: &Query<'_>, values: &[Value]) -> Result<Statement, StoreError> {
        let client = self.client();
        if matches!(self.stage, Stage::ToBegin) {
            self.stage = Stage::Sound;
            let client = Arc::clone(&client);
            self.send_ahead(async move { Ok(client.batch_execute(WRITE).await?) });
        }
        let key = (query.sql, query.is_about_several());
        if let Some(statement) = self.link().prepared.get(&key) {
            return Ok(statement.clone());
        }
        let types: Vec<Type> = values.iter().map(Value::sent_as).collect();
        let sql = values::text(query);
        let preparing = pin!(async { Ok(client.prepare_typed(&sql, &types).await?) });
        let statement = self.answered(preparing).await?;
        let prepared = &mut self.link().prepared;
        if prepared.len() == PREPARED_STATEMENTS_MAX {
            prepared.clear();
        }
        prepared.insert(key, statement.clone());
        Ok(statement)
    }
}

impl Statements for PipelineTx {
    async fn run(&mut self, query: &Query<'_>) -> Result<u64, StoreError> {
        let values = values::of(query)?;
        let statement = self.prepared(query, &values).await?;
        let client = self.client();
        let running = async { Ok(client.execute_raw(&statement, values).await?) };
        self.answered(pin!(running)).await
    }

    async fn run_ahead(&mut self, query: &Query<'_>) -> Result<(), StoreError> {
        let values = values::of(query)?;
        let statement = self.prepared(query, &values).await?;
        let client = self.client();
        self.send_ahead(async move {
            client.execute_raw(&statement, values).await?;
            Ok(())
        });
        Ok(())
    }

    async fn fetch<T: Send>(
        &mut self,
        query: &Query<'_>,
        map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let values = values::of(query)?;
        let statement = self.prepared(query, &values).await?;
        let client = self.client();
        self.answered(pin!(rows(&client, &statement, values, map))).await
    }

    async fn fetch_together(
        &mut self,
        queries: &[Query<'_>],
        mut take: impl FnMut(usize, &dyn Columns) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let mut asked = Vec::with_capacity(queries.len());
        for query in queries {
            let values = values::of(query)?;
            asked.push((self.prepared(query, &values).await?, values));
        }
        let client = self.client();
        let found = async {
            // All are heard at once: what one says is kept in few pieces until somebody takes it, and those after it wait.
            let asking = asked.into_iter().map(async |(statement, values)| {
                let rows = client.query_raw(&statement, values).await?;
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
    values: Vec<Value>,
    mut map: impl FnMut(&dyn Columns) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut rows = pin!(client.query_raw(statement, values).await?);
    let mut found = Vec::new();
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
