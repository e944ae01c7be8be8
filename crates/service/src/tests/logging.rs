//! What the log learns of a request.

use std::cell::RefCell;
use std::fmt::Write;

use axum::Router;
use axum::routing::get;
use pmh_wire::Party;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::stand::Stand;
use crate::Limits;

thread_local! {
    /// A test's runtime has one thread, so what is logged on it is this test's own.
    static LOG: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Writes down every field of every span and event of this crate.
struct Everything;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        LOG.with_borrow_mut(|log| write!(log, "{}={value:?} ", field.name()).unwrap());
    }
}

impl Subscriber for Everything {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("pmh_service")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields);
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        values.record(&mut Fields);
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields);
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

#[tokio::test]
async fn a_span_holds_the_template_of_the_path_and_nothing_that_the_client_wrote() {
    tracing::subscriber::set_global_default(Everything).unwrap();
    let stand = Stand::new();
    let router = Router::new().route("/v1/tasks/{task}", get(|| async { axum::Json(true) }));
    let door = stand.numbering(router, Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    client.get::<bool>("/v1/tasks/900000000001?number=900000000002").await.unwrap();
    client.get::<bool>("/900000000003").await.unwrap_err();
    let log = LOG.take();
    for wanted in ["door=\"numbering\"", "method=\"GET\"", "path=\"/v1/tasks/{task}\"", "path=\"unknown\""] {
        assert!(log.contains(wanted), "{wanted}: {log}");
    }
    for wanted in ["peer=urn:pmh-sim:hub:hub", "status=200", "status=404", "elapsed_ms="] {
        assert!(log.contains(wanted), "{wanted}: {log}");
    }
    assert!(!log.contains("90000000000"), "{log}");
}
