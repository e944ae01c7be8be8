//! The hub's rows, counted past its doors.

use std::collections::BTreeMap;

use pmh_store::{Store, Tx, on_connection};

use super::TestDatabase;
use super::world::{OSAKA, TOKYO};

/// Partitioned tables, seen one municipality at a time.
const OF_MUNICIPALITIES: [&str; 9] = [
    "SELECT COUNT(*) FROM person WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM certificate WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM answer WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM route WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM unrouted WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM registration_task WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM registration_chunk WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM registration_row WHERE municipality_code = $1",
    "SELECT COUNT(*) FROM registration_result WHERE municipality_code = $1",
];
const OF_THE_HUB: [&str; 5] = [
    "SELECT COUNT(*) FROM binding",
    "SELECT COUNT(*) FROM unbinding",
    "SELECT COUNT(*) FROM epoch",
    "SELECT COUNT(*) FROM used_key",
    "SELECT COUNT(*) FROM audit",
];

/// Tables and how many rows each has, the audit among them.
pub(crate) type Rows = BTreeMap<String, i64>;

pub(crate) struct HubTables {
    desk: Store,
    query: Store,
}

impl HubTables {
    pub(crate) async fn open(place: &TestDatabase) -> Self {
        let open = async |role| pmh_hub::SCHEMA.open(place.database(), role, 1).await.unwrap();
        Self { desk: open("desk").await, query: open("query").await }
    }

    pub(crate) async fn rows(&self) -> Rows {
        let mut rows = Rows::new();
        for municipality in [OSAKA, TOKYO] {
            let mut tx = self.desk.read().await.unwrap();
            tx.for_municipality(municipality).await.unwrap();
            for sql in OF_MUNICIPALITIES {
                *rows.entry(table(sql)).or_default() += count(&mut tx, sql, Some(municipality)).await;
            }
        }
        let mut tx = self.query.read().await.unwrap();
        for sql in OF_THE_HUB {
            rows.insert(table(sql), count(&mut tx, sql, None).await);
        }
        rows
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.rows().await[table]
    }
}

fn table(sql: &str) -> String {
    sql.split(' ').nth(3).unwrap().to_owned()
}

async fn count(tx: &mut Tx, sql: &'static str, municipality: Option<&str>) -> i64 {
    on_connection!(tx, conn => {
        let query = sqlx::query_scalar(sql);
        let query = match municipality {
            Some(code) => query.bind(code),
            None => query,
        };
        query.fetch_one(conn).await.unwrap()
    })
}
