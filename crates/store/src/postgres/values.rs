//! Values of a statement as the server takes them. A list is one array for each of its columns: rows of parameters cost
//! the server about a microsecond more for each (`bench/README.md`).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, WrongType};

use crate::statements::{Bind, Query};
use crate::{Kind, StoreError};

/// A value that is ready to be sent.
pub(super) struct Value {
    sent_as: Type,
    bytes: BytesMut,
}

/// The text with its list, as this database reads it. A single row stays one of parameters: where the text names it once
/// the planner sees through it.
pub(super) fn text(query: &Query<'_>) -> Cow<'static, str> {
    if !query.is_about_several() {
        return query.text_of_rows(Kind::Postgres);
    }
    let columns = (1..=query.columns).map(|at| format!("unnest(${at}) AS column{at}"));
    let columns = columns.collect::<Vec<_>>().join(", ");
    Cow::Owned(query.text_about(&format!("(SELECT {columns}) AS wanted")))
}

pub(super) fn of(query: &Query<'_>) -> Result<Vec<Value>, StoreError> {
    let values = if query.is_about_several() {
        (0..query.columns).map(|at| column(query, at)).collect()
    } else {
        query.binds.iter().map(Value::one).collect::<Result<Vec<_>, _>>()
    };
    values.map_err(|_| StoreError::Usage("a value is larger than a message may be".to_owned()))
}

/// One value of each row of the list; they are of one kind.
fn column(query: &Query<'_>, at: usize) -> Result<Value, Unsendable> {
    let column = query.binds.iter().skip(at).step_by(query.columns);
    let mut integers = Vec::new();
    let mut texts = Vec::new();
    let mut bytes = Vec::new();
    for bind in column {
        match *bind {
            Bind::Integer(number) => integers.push(number),
            Bind::Text(text) => texts.push(text),
            Bind::Bytes(value) => bytes.push(value),
        }
    }
    debug_assert_eq!(
        integers.len().max(texts.len()).max(bytes.len()) * query.columns,
        query.binds.len(),
        "of one kind"
    );
    match query.binds[at] {
        Bind::Integer(_) => Value::new(Type::INT8_ARRAY, &integers),
        Bind::Text(_) => Value::new(Type::TEXT_ARRAY, &texts),
        Bind::Bytes(_) => Value::new(Type::BYTEA_ARRAY, &bytes),
    }
}

type Unsendable = Box<dyn Error + Sync + Send>;

impl Value {
    fn new(sent_as: Type, value: &impl ToSql) -> Result<Self, Unsendable> {
        let mut bytes = BytesMut::new();
        value.to_sql(&sent_as, &mut bytes)?;
        Ok(Self { sent_as, bytes })
    }

    fn one(bind: &Bind<'_>) -> Result<Self, Unsendable> {
        match *bind {
            Bind::Integer(number) => Self::new(Type::INT8, &number),
            Bind::Text(text) => Self::new(Type::TEXT, &text),
            Bind::Bytes(bytes) => Self::new(Type::BYTEA, &bytes),
        }
    }

    pub(super) fn sent_as(&self) -> Type {
        self.sent_as.clone()
    }
}

/// The driver can print its parameters.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(…)", self.sent_as)
    }
}

impl ToSql for Value {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Unsendable> {
        out.extend_from_slice(&self.bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    /// It is of one type already, which the statement must ask for.
    fn to_sql_checked(&self, asked: &Type, out: &mut BytesMut) -> Result<IsNull, Unsendable> {
        if *asked != self.sent_as {
            return Err(Box::new(WrongType::new::<Self>(asked.clone())));
        }
        self.to_sql(asked, out)
    }
}
