//! `epoch`, `joined` and `route`, as a query needs them before anything of it is decided. They are asked at once: none of
//! them needs what another one says.

use std::collections::HashMap;

use pmh_store::{Columns, LIST_ROWS_MAX, Statements, StoreError};

use crate::access::PersonAccess;
use crate::keys::RoutingKey;
use crate::store::epochs::{self, Window};
use crate::store::joins::{self, Joined};
use crate::store::routes::{self, Route};

pub(crate) struct Asked {
    /// What the epochs accept; one that is unknown is missing.
    pub(crate) windows: HashMap<i64, Window>,
    joins: Vec<Joined>,
    routes: Vec<Route>,
}

#[derive(Clone, Copy)]
enum Table {
    Epoch,
    Joined,
    Route,
}

/// Each epoch and each tag named once.
pub(crate) async fn ask(
    tx: &mut impl Statements,
    routing: &RoutingKey,
    epochs: &[i64],
    pmh_tags: &[&[u8]],
) -> Result<Asked, StoreError> {
    let mut queries = Vec::new();
    let mut tables = Vec::new();
    for part in epochs.chunks(LIST_ROWS_MAX) {
        queries.push(epochs::accepting(part));
        tables.push(Table::Epoch);
    }
    for part in pmh_tags.chunks(LIST_ROWS_MAX) {
        queries.extend([joins::about(part), routes::beginning_at(part)]);
        tables.extend([Table::Joined, Table::Route]);
    }
    let (mut windows, mut joins) = (HashMap::new(), Vec::new());
    let mut routes = Vec::with_capacity(pmh_tags.len());
    let take = |at: usize, row: &dyn Columns| {
        match tables[at] {
            Table::Epoch => windows.extend([epochs::window(row)?]),
            Table::Joined => joins.push(joins::joined(row)?),
            Table::Route => routes.push(routes::route(row)?),
        }
        Ok(())
    };
    tx.fetch_together(&queries, take).await?;
    Ok(Asked { windows, joins: joins::written_by_the_hub(routing, joins), routes })
}

impl Asked {
    /// Whoever these tags belong to, in their order, and where records of theirs are, in no order and among others. The
    /// tags are of accepted keys and among those that were asked about. Hardly anybody has several PMH-IDs, so routes are
    /// asked for once more where somebody has.
    pub(crate) async fn people_and_routes_of(
        self,
        tx: &mut impl Statements,
        routing: &RoutingKey,
        accepted: Vec<Vec<u8>>,
    ) -> Result<(Vec<PersonAccess>, Vec<Route>), StoreError> {
        let mut joins = self.joins;
        joins.retain(|joined| {
            accepted.iter().any(|tag| *tag == joined.retired_tag || *tag == joined.surviving_tag)
        });
        let is_any_joined = !joins.is_empty();
        let people = joins::people_of(tx, routing, accepted, joins).await?;
        let routes = if is_any_joined {
            routes::list_from(tx, &people.iter().collect::<Vec<_>>()).await?
        } else {
            self.routes
        };
        Ok((people, routes))
    }
}
