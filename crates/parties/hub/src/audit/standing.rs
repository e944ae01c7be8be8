//! What stands in the tables of a partition, page by page, for an export: versions and marks, nothing that is sealed.

use pmh_store::{StoreError, Tx};
use pmh_wire::audit_export::StandingRow;

use crate::access::PartitionAccess;
use crate::keys::RoutingKey;
use crate::store::standing;

pub(super) const TABLES: [&str; 4] = ["person", "certificate", "answer", "route"];

/// From where the next page goes on.
pub(super) enum Place {
    People(i64),
    Certificates(i64, i64),
    Answers(i64),
    Routes(i64, Vec<u8>),
    End,
}

/// A page, and the next place. A page may be empty before the end.
pub(super) async fn read_page(
    tx: &mut Tx,
    access: &PartitionAccess,
    routing: &RoutingKey,
    place: Place,
) -> Result<(Vec<StandingRow>, Place), StoreError> {
    Ok(match place {
        Place::People(after) => {
            let rows = standing::people(tx, access, after).await?;
            let next = rows.last().map_or(Place::Certificates(0, 0), |(person, _)| Place::People(*person));
            (
                rows.into_iter()
                    .map(|(person, version)| row("person", person.to_string(), version))
                    .collect(),
                next,
            )
        }
        Place::Certificates(person, certificate) => {
            let rows = standing::certificates(tx, access, (person, certificate)).await?;
            let next = rows.last().map_or(Place::Answers(0), |((person, certificate), _)| {
                Place::Certificates(*person, *certificate)
            });
            let stands = |((person, certificate), version)| {
                row("certificate", format!("{person}.{certificate}"), version)
            };
            (rows.into_iter().map(stands).collect(), next)
        }
        Place::Answers(after) => {
            let rows = standing::answers(tx, access, after).await?;
            let next =
                rows.last().map_or(Place::Routes(0, Vec::new()), |(person, _)| Place::Answers(*person));
            (
                rows.into_iter()
                    .map(|(person, version)| row("answer", person.to_string(), version))
                    .collect(),
                next,
            )
        }
        Place::Routes(person, pmh_tag) => {
            let rows = standing::routes(tx, access, (person, &pmh_tag)).await?;
            let next =
                rows.last().map_or(Place::End, |route| Place::Routes(route.person, route.pmh_tag.clone()));
            let stands = rows.iter().map(|route| StandingRow {
                holds: Some(routing.leads(route)),
                ..row("route", route.person.to_string(), 0)
            });
            (stands.collect(), next)
        }
        Place::End => (Vec::new(), Place::End),
    })
}

fn row(table: &str, row: String, version: i64) -> StandingRow {
    StandingRow { table: table.to_owned(), row, version, holds: None }
}
