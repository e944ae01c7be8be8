//! `certificate`: the subsidy area, one sealed row per certificate of a person in a partition.

use pmh_store::{StoreError, Tx, batches};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch_list, run_list, value_rows};

#[derive(Clone)]
pub(crate) struct CertificateRow {
    pub(crate) person: i64,
    pub(crate) certificate: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
    /// When a deletion record took it away, in virtual time.
    pub(crate) deleted_ms: Option<i64>,
}

/// All certificates of these people, each named once, in the order in which they were first registered.
pub(crate) async fn list_of(
    tx: &mut Tx,
    access: &PartitionAccess,
    persons: &[i64],
) -> Result<Vec<CertificateRow>, StoreError> {
    let mut certificates = Vec::new();
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!(
            "SELECT person, certificate, sealed, version, key_version, deleted_ms \
             FROM (VALUES {}) AS wanted CROSS JOIN certificate \
             WHERE municipality_code = wanted.column1 AND person = wanted.column2 ORDER BY person, certificate",
            value_rows(2, part.len())
        );
        certificates.extend(fetch_list!(tx, sql, [], part,
        |query, person| query.bind(access.code()).bind(person), row => CertificateRow {
            person: row.try_get(0)?,
            certificate: row.try_get(1)?,
            sealed: row.try_get(2)?,
            version: row.try_get(3)?,
            key_version: row.try_get(4)?,
            deleted_ms: row.try_get(5)?,
        }));
    }
    Ok(certificates)
}

/// Inserts or replaces.
pub(crate) async fn put(
    tx: &mut Tx,
    access: &PartitionAccess,
    certificates: &[CertificateRow],
) -> Result<(), StoreError> {
    for range in batches(certificates.len()) {
        let part = &certificates[range];
        let sql = format!(
            "INSERT INTO certificate (municipality_code, person, certificate, sealed, version, key_version, \
             deleted_ms) VALUES {} ON CONFLICT (municipality_code, person, certificate) DO UPDATE SET \
             sealed = excluded.sealed, version = excluded.version, key_version = excluded.key_version, \
             deleted_ms = excluded.deleted_ms",
            value_rows(7, part.len())
        );
        run_list!(tx, sql, part, |query, row| query
            .bind(access.code())
            .bind(row.person)
            .bind(row.certificate)
            .bind(&row.sealed)
            .bind(row.version)
            .bind(row.key_version)
            .bind(row.deleted_ms));
    }
    Ok(())
}
