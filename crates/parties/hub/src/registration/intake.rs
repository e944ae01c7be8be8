//! From the socket to `accepted`: rows are parsed while they arrive and stored in sealed chunks. 202 answers
//! when the whole body has ended, was well-formed, and stands durably; anything before that leaves nothing.

use std::borrow::Cow;

use axum::body::Body;
use futures_util::StreamExt;
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::csv::{CsvLayout, CsvReader};
use pmh_wire::encoding::Encoding;
use pmh_wire::json_array::JsonArrayReader;
use pmh_wire::registration::{Row, Task};
use pmh_wire::{Code, Columns, Problem};

use super::chunk::{Filling, WaitingRow};
use super::{WAITING_CHUNKS_MAX, leftovers, task_body};
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::chunks::{self, ChunkRow};
use crate::store::submitters::{self, SubmitterRow};
use crate::store::tasks::{self, Acceptance, NewTask};
use crate::users::{TaskPrograms, admit_row};

/// How the body is written.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Json,
    Csv(Option<Encoding>),
}

enum Reader {
    Json(Box<JsonArrayReader>),
    Csv(Box<CsvReader>),
}

impl Reader {
    fn new(format: Format, layout: Option<&CsvLayout>) -> Self {
        match format {
            Format::Json => Self::Json(Box::new(JsonArrayReader::new())),
            Format::Csv(encoding) => {
                let layout = layout.cloned().unwrap_or_default();
                Self::Csv(Box::new(CsvReader::with_layout(encoding, layout)))
            }
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Problem> {
        match self {
            Self::Json(reader) => reader.push(bytes),
            Self::Csv(reader) => reader.push(bytes),
        }
    }

    fn columns(&self) -> Cow<'_, Columns> {
        match self {
            Self::Json(_) => Cow::Owned(Columns::default()),
            Self::Csv(reader) => Cow::Borrowed(reader.columns()),
        }
    }

    /// The last rows, and the encoding that a CSV turned out to have.
    fn finish(self) -> Result<(Vec<Row>, Option<Encoding>), Problem> {
        match self {
            Self::Json(reader) => Ok((reader.finish()?, None)),
            Self::Csv(reader) => {
                let encoding = reader.encoding();
                Ok((reader.finish()?, encoding))
            }
        }
    }
}

/// Receives a body to its end. It runs as a task of its own: a client that hangs up cannot leave chunks.
pub(crate) async fn receive(
    desk: Desk,
    access: PartitionAccess,
    format: Format,
    file_name: Option<String>,
    body: Body,
) -> Result<Task, Refused> {
    let tracker = desk.tracker.clone();
    let receiving = tracker.spawn(async move {
        let mut intake = Intake::begin(&desk, &access, file_name).await?;
        match intake.take_in(format, body).await {
            Ok(task) => Ok(task),
            Err(refused) => {
                let Intake { task, .. } = intake;
                leftovers::delete(&desk, &access, task).await;
                Err(refused)
            }
        }
    });
    receiving.await.unwrap_or_else(|_| Err(Code::Internal.into()))
}

struct Intake<'a> {
    desk: &'a Desk,
    access: &'a PartitionAccess,
    task: Vec<u8>,
    waiting: Filling,
    chunks: i64,
    received: i64,
    /// HMAC over the rows so far: each chunk's rows after the tag of what was before. It begins with the
    /// organisation of the user who hands them in: nobody is shown another one's task.
    content_tag: Vec<u8>,
    programs: TaskPrograms,
}

impl<'a> Intake<'a> {
    async fn begin(
        desk: &'a Desk,
        access: &'a PartitionAccess,
        file_name: Option<String>,
    ) -> Result<Self, Refused> {
        let task = desk.entropy.bytes::<16>().to_vec();
        let keys = desk.keys.identity(access)?;
        let file_name = file_name.map(|name| keys.seal_file_name(&task, &name));
        let mut tx = desk.store.write().await?;
        tx.for_municipality(access.code()).await?;
        if chunks::count(&mut tx, access).await? >= WAITING_CHUNKS_MAX {
            return Err(Code::TooManyRowsWait.into());
        }
        let new = NewTask { task: &task, file_name: file_name.as_deref(), key_version: keys.version() };
        tasks::add_receiving(&mut tx, access, &new).await?;
        tx.commit().await?;
        let content_tag = match access.caller() {
            None => Vec::new(),
            Some(caller) => keys.content_tag(&[], caller.organisation.as_str().as_bytes()),
        };
        let (waiting, programs) = (Filling::default(), TaskPrograms::default());
        Ok(Self { desk, access, task, waiting, chunks: 0, received: 0, content_tag, programs })
    }

    async fn take_in(&mut self, format: Format, body: Body) -> Result<Task, Refused> {
        let layout = self.desk.layouts.get(&self.access.municipality());
        let mut reader = Reader::new(format, layout);
        let mut bytes = body.into_data_stream();
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|error| Refused::from_body_error(&error))?;
            let rows = reader.push(&piece)?;
            self.keep(rows, &reader.columns()).await?;
        }
        let columns = reader.columns().into_owned();
        let (rows, encoding) = reader.finish()?;
        self.keep(rows, &columns).await?;
        self.flush().await?;
        self.accept(encoding).await
    }

    async fn keep(&mut self, rows: Vec<Row>, columns: &Columns) -> Result<(), Refused> {
        for row in rows {
            self.received += 1;
            let row = admit_row(self.desk, self.access, WaitingRow::from(row), &mut self.programs);
            self.waiting.push(&row, columns);
            if self.waiting.is_full() {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Refused> {
        let Some((text, lines)) = self.waiting.take() else { return Ok(()) };
        let keys = self.desk.keys.identity(self.access)?;
        self.content_tag = keys.content_tag(&self.content_tag, &text);
        let sealed = keys.seal_chunk(&self.task, self.chunks, &text);
        let mut tx = self.desk.store.write().await?;
        tx.for_municipality(self.access.code()).await?;
        if !tasks::hold_receiving(&mut tx, self.access, &self.task).await? {
            return Err(Code::Unavailable.into());
        }
        let row = ChunkRow { chunk: self.chunks, sealed, key_version: keys.version(), lines };
        chunks::add(&mut tx, self.access, &self.task, &row).await?;
        tx.commit().await?;
        self.chunks += 1;
        Ok(())
    }

    /// The same content is the same task while that is unfinished and no other was accepted after it: a file that
    /// takes back what came in between is a file of its own.
    async fn accept(&mut self, encoding: Option<Encoding>) -> Result<Task, Refused> {
        let mut turn = self.desk.lane.turn().await;
        let mut tx = self.desk.store.write().await?;
        tx.for_municipality(self.access.code()).await?;
        if !tasks::hold_receiving(&mut tx, self.access, &self.task).await? {
            return Err(Code::Unavailable.into());
        }
        let oldest = tasks::find_next(&mut tx, self.access).await?.map(|oldest| oldest.accepted_order);
        let newest = tasks::find_newest_with(&mut tx, self.access, &self.content_tag).await?;
        if let Some(same) = newest.filter(|same| same.ending.is_none() && !same.is_finished()) {
            drop((tx, turn));
            leftovers::delete(self.desk, self.access, self.task.clone()).await;
            return Ok(task_body::task_body(self.desk, self.access, &same, oldest));
        }
        let acceptance = Acceptance {
            content_tag: &self.content_tag,
            csv_encoding: encoding.map(Encoding::name),
            accepted_ms: self.desk.clock.now_ms(),
            chunks: self.chunks,
            received: self.received,
        };
        tasks::accept(&mut tx, self.access, &self.task, &acceptance).await?;
        let accepted = tasks::find(&mut tx, self.access, &self.task)
            .await?
            .ok_or(StoreError::Inconsistent { table: "registration_task", column: "task" })?;
        if let Some(caller) = self.access.caller() {
            let submitter = SubmitterRow {
                task: self.task.clone(),
                organisation: caller.organisation.to_string(),
                account: caller.account,
                programs: self.programs.to_text(),
            };
            submitters::add(&mut tx, self.access, &submitter).await?;
        }
        let entry = Entry::of(self.access.code(), "registration.accept", self.access.principal())
            .with_outcome(format!("{} rows", self.received));
        turn.append(&mut tx, &[entry]).await?;
        turn.commit(tx).await?;
        self.desk.counters.add("rows_accepted", u64::try_from(self.received).unwrap_or_default());
        self.desk.wake(self.access.municipality());
        Ok(task_body::task_body(self.desk, self.access, &accepted, oldest))
    }
}
