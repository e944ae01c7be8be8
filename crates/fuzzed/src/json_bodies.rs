//! JSON: the body of every door that takes one, and the array of records.

use std::sync::LazyLock;

use pmh_wire::{
    BindingRequest, CardCommand, ClockCommand, Code, Columns, ConfirmationRequest, DeliveriesRequest,
    EligibilityQuery, Enrol, EnrolAccount, EnrolCard, EnrolPerson, EpochRequest, ErasureApproval,
    ErasureRequest, IntroductionEntries, JsonArrayReader, KeyCommand, LinkingEntries, LoginRequest,
    NumberCommand, NumberingRequest, OperationReview, OperatorErasure, OperatorExport, PasswordChange,
    PersonActsRequest, Problem, RecordsRequest, SearchRequest, UserApplication, UserChange, UserLogin,
    UserMovements, UserNamed, UserReview, VisitRequest, read_body, read_certificate_detail,
    read_copayment_limit, record_from_json,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::files::{assert_judged, assert_rows, drawn, first_line, piece_of, read, records};

static MALFORMED: LazyLock<Problem> = LazyLock::new(|| Code::MalformedBody.problem());

/// Whether the bytes are such a body.
type IsBody = fn(&[u8]) -> bool;

macro_rules! bodies {
    ($($body:ty,)*) => {
        /// By the name of the type. A test looks whether a door takes any other.
        pub const BODIES: &[(&str, IsBody)] = &[$((stringify!($body), body::<$body>),)*];
    };
}

bodies! {
    BindingRequest,
    CardCommand,
    ClockCommand,
    ConfirmationRequest,
    DeliveriesRequest,
    EligibilityQuery,
    Enrol<EnrolAccount>,
    Enrol<EnrolCard>,
    Enrol<EnrolPerson>,
    EpochRequest,
    ErasureApproval,
    ErasureRequest,
    IntroductionEntries,
    KeyCommand,
    LinkingEntries,
    LoginRequest,
    NumberCommand,
    NumberingRequest,
    OperationReview,
    OperatorErasure,
    OperatorExport,
    PasswordChange,
    PersonActsRequest,
    RecordsRequest,
    SearchRequest,
    UserApplication,
    UserChange,
    UserLogin,
    UserMovements,
    UserNamed,
    UserReview,
    VisitRequest,
}

/// The first line names the body, the rest is one. Another name stands for one that is drawn.
pub fn json_bodies(bytes: &[u8]) {
    let (name, rest) = first_line(bytes);
    match name {
        b"array" => array(rest),
        b"record" => record(rest),
        b"inner" => inner_members(rest),
        name => {
            let named = BODIES.iter().find(|(body, _)| body.as_bytes() == name);
            let (_, is_body) = named.unwrap_or(&BODIES[drawn(name, BODIES.len())]);
            is_body(rest);
        }
    }
}

/// What is read is what is sent again, and what is refused is refused by its place alone.
fn body<T: Serialize + DeserializeOwned + PartialEq>(bytes: &[u8]) -> bool {
    match read_body::<T>(bytes) {
        Ok(body) => {
            let sent = serde_json::to_vec(&body).expect("a body can be sent");
            assert!(read_body::<T>(&sent).is_ok_and(|again| again == body), "{}", size_of::<T>());
            true
        }
        Err(mut problem) => {
            if let Some(line) = problem.line.take() {
                assert_inside(bytes, line, problem.column.take());
            }
            assert_eq!(problem, *MALFORMED, "nothing of the body is repeated");
            false
        }
    }
}

/// A place may be one past the end of its line: there something is missing.
fn assert_inside(bytes: &[u8], line: u64, column: Option<u64>) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let at = usize::try_from(line - 1).expect("a line of a text in memory");
    let length = lines.nth(at).unwrap_or_else(|| panic!("line {line} is not there")).len() as u64;
    let column = column.expect("a line comes with a column");
    assert!((1..=length + 1).contains(&column), "column {column} of {length}");
}

fn array(bytes: &[u8]) {
    let outcome = read(JsonArrayReader::new(), bytes, bytes.len());
    assert_eq!(read(JsonArrayReader::new(), bytes, piece_of(bytes)), outcome, "cut in pieces");
    assert_rows(&outcome, bytes.len() as u64, 0);
    if let Some(problem) = &outcome.problem
        && let Some(line) = problem.line
    {
        assert_inside(bytes, line, problem.column);
    }
    let records = records(&outcome);
    for record in &records {
        assert_judged(record, &Columns::default(), 0);
    }
    let sent = serde_json::to_vec(&records).expect("records can be sent");
    let again = read(JsonArrayReader::new(), &sent, sent.len());
    assert!(again.problem.is_none() && crate::files::records(&again) == records);
}

/// A fault tells a member by a name of ours, or by one that consists of letters: never by a value.
fn record(bytes: &[u8]) {
    let Err(faults) = record_from_json(bytes) else { return };
    assert!(!faults.is_empty(), "a record is refused without a reason");
    for field in faults.iter().filter_map(|fault| fault.field.as_deref()) {
        let is_name = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.');
        assert!(field.len() <= 64 + "basicFiveInfo.".len() && field.bytes().all(is_name), "{field}");
    }
}

fn inner_members(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (limit, _) = read_copayment_limit(text.to_owned());
    assert_eq!(limit.verbatim.as_str(), text, "a limit keeps its text");
    drop(pmh_wire::copayment_texts(&limit));
    let (detail, _) = read_certificate_detail(text.to_owned());
    assert_eq!(detail.verbatim.as_str(), text, "a detail keeps its text");
}
