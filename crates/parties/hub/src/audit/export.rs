//! `GET /audit/v1/export`: the audit as one municipality may keep it, and `POST /__admin/audit/export`: the same for
//! the hub's operator, with the entries closed. JSON lines, made while they are sent: a page of rows is in memory,
//! whatever the size of the audit.
//!
//! What stands in the tables is read after the lanes, and what the lanes got meanwhile after that: whatever a row of
//! a table tells, the act that wrote it is in the export. No transaction is longer than a page.

use std::collections::BTreeMap;

use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use pmh_domain::{MunicipalityCode, rfc3339_japan};
use pmh_service::{Body, Refused};
use pmh_store::StoreError;
use pmh_wire::audit_export::{
    EXPORT_MEDIA_TYPE, EXPORT_VERSION, ExportEnd, ExportEntry, ExportHead, ExportLine, ExportRow,
    OperatorExport,
};
use pmh_wire::{Code, Problem};
use tokio::sync::mpsc;

use super::Entry;
use super::read::{open, own_sealed};
use super::show_checkpoints::head_body;
use super::standing::{self, Place, TABLES};
use crate::access::PartitionAccess;
use crate::erasure;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::audit::{self, StoredBatch};

/// A batch may be a chunk of a file, with thousands of rows written.
const ROWS_PER_PAGE: i64 = 16;
/// Pages that wait for a slow reader.
const PAGES_AHEAD: usize = 1;

pub(crate) async fn export(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
) -> Result<Response, Refused> {
    begin(desk, access, true).await
}

pub(super) async fn export_closed(
    State(desk): State<Desk>,
    Body(request): Body<OperatorExport>,
) -> Result<Response, Refused> {
    let municipality: MunicipalityCode = request
        .municipality_code
        .parse()
        .map_err(|_| Code::InvalidMember.problem().at_field("municipalityCode"))?;
    let name = erasure::user_id(&request.requested_by, "requestedBy")?;
    if !desk.keys.knows(municipality) {
        return Err(Code::InvalidMember.problem().at_field("municipalityCode").into());
    }
    begin(desk, PartitionAccess::by_operator(municipality, &name), false).await
}

/// Who takes it out is told before the first byte leaves.
async fn begin(desk: Desk, access: PartitionAccess, is_open: bool) -> Result<Response, Refused> {
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    turn.append(&mut tx, &[Entry::of(access.code(), "audit.export", access.principal())]).await?;
    turn.commit(tx).await?;
    let (pages, received) = mpsc::channel(PAGES_AHEAD);
    let export = Export { desk: desk.clone(), access, is_open, pages, lines: 0, last: BTreeMap::new() };
    desk.tracker.spawn(export.run());
    let body = stream::unfold(received, |mut received| async move {
        let page: Result<Bytes, Problem> = received.recv().await?;
        Some((page, received))
    });
    let kind = HeaderValue::from_static(EXPORT_MEDIA_TYPE);
    Ok(([(CONTENT_TYPE, kind)], HttpBody::from_stream(body)).into_response())
}

struct Export {
    desk: Desk,
    access: PartitionAccess,
    is_open: bool,
    pages: mpsc::Sender<Result<Bytes, Problem>>,
    lines: u64,
    /// The last row of each lane that was sent.
    last: BTreeMap<Vec<u8>, i64>,
}

/// Why an export ends before its end.
enum Stopped {
    /// The reader hung up.
    Unread,
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl Export {
    async fn run(mut self) {
        if let Err(Stopped::Failed(error)) = self.send_all().await {
            let Refused(problem) = error.into();
            // A reader who hung up does not learn it.
            self.pages.send(Err(problem)).await.ok();
        }
    }

    async fn send_all(&mut self) -> Result<(), Stopped> {
        self.send(vec![ExportLine::Export(self.head())]).await?;
        let mut tx = self.desk.store.read().await?;
        let heads = audit::list_checkpoints(&mut tx).await?;
        drop(tx);
        let signer = &self.desk.signer;
        let heads = heads.into_iter().map(|row| ExportLine::Checkpoint(head_body(signer, row))).collect();
        self.send(heads).await?;
        self.send_rows(&[], 0, |_| true).await?;
        if self.is_open {
            self.send_standing().await?;
        }
        let mut tx = self.desk.store.read().await?;
        let lanes = audit::list_lanes(&mut tx).await?;
        drop(tx);
        for (lane, sequence) in lanes {
            let sent = self.last.get(&lane).copied().unwrap_or(0);
            if sequence > sent {
                self.send_rows(&lane, sent, |of| of == lane).await?;
            }
        }
        let mut tx = self.desk.store.read().await?;
        let cuts = audit::list_cuts(&mut tx).await?;
        drop(tx);
        let signer = &self.desk.signer;
        self.send(cuts.into_iter().map(|row| ExportLine::Cut(head_body(signer, row))).collect()).await?;
        self.send(vec![ExportLine::End(ExportEnd { lines: self.lines + 1 })]).await
    }

    fn head(&self) -> ExportHead {
        let tables: &[&str] = if self.is_open { &TABLES } else { &[] };
        ExportHead {
            version: EXPORT_VERSION,
            municipality_code: self.access.code().to_owned(),
            made_at: rfc3339_japan(self.desk.clock.now_ms()),
            public_key: hex::encode(self.desk.signer.public_key()),
            is_open: self.is_open,
            tables: tables.iter().map(|table| (*table).to_owned()).collect(),
        }
    }

    /// Rows after a place, as long as they are of a wanted lane.
    async fn send_rows(
        &mut self,
        lane: &[u8],
        sequence: i64,
        wants: impl Fn(&[u8]) -> bool + Send,
    ) -> Result<(), Stopped> {
        let (mut lane, mut sequence) = (lane.to_vec(), sequence);
        loop {
            let mut tx = self.desk.store.read().await?;
            let batches =
                audit::list(&mut tx, (i64::MIN, i64::MAX), (&lane, sequence), ROWS_PER_PAGE).await?;
            drop(tx);
            let wanted: Vec<StoredBatch> =
                batches.into_iter().take_while(|batch| wants(&batch.lane)).collect();
            let Some(last) = wanted.last() else { return Ok(()) };
            (lane, sequence) = (last.lane.clone(), last.sequence);
            self.last.extend(wanted.iter().map(|batch| (batch.lane.clone(), batch.sequence)));
            let rows = wanted.iter().map(|batch| ExportLine::Row(self.row(batch))).collect();
            self.send(rows).await?;
        }
    }

    /// As it stands: what was tampered with is for the reader to find.
    fn row(&self, batch: &StoredBatch) -> ExportRow {
        let own = own_sealed(&self.access, batch).unwrap_or_default();
        let entries = own.into_iter().map(|(position, sealed)| {
            let rings = &self.desk.keys.subsidy;
            let told = self.is_open.then(|| open(rings, &self.access, (batch, position), &sealed)).flatten();
            ExportEntry { position, sealed: hex::encode(sealed), told }
        });
        ExportRow {
            lane: hex::encode(&batch.lane),
            sequence: batch.sequence,
            virtual_ms: batch.virtual_ms,
            real_ms: batch.real_ms,
            previous: hex::encode(&batch.previous),
            hash: hex::encode(&batch.hash),
            leaves: hex::encode(&batch.leaves),
            entries: entries.collect(),
        }
    }

    async fn send_standing(&mut self) -> Result<(), Stopped> {
        let mut place = Place::People(0);
        while !matches!(place, Place::End) {
            let mut tx = self.desk.store.read().await?;
            tx.for_municipality(self.access.code()).await?;
            let (rows, next) =
                standing::read_page(&mut tx, &self.access, &self.desk.keys.routing, place).await?;
            drop(tx);
            place = next;
            self.send(rows.into_iter().map(ExportLine::Standing).collect()).await?;
        }
        Ok(())
    }

    async fn send(&mut self, lines: Vec<ExportLine>) -> Result<(), Stopped> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut page = Vec::new();
        for line in &lines {
            serde_json::to_writer(&mut page, line).expect("a line of strings and numbers always serialises");
            page.push(b'\n');
        }
        self.lines += lines.len() as u64;
        self.pages.send(Ok(Bytes::from(page))).await.map_err(|_| Stopped::Unread)
    }
}
