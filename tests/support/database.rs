//! One database for one test, gone with it.

use std::sync::atomic::{AtomicU32, Ordering};

use pmh_simulator::leak_scan::Scanned;
use pmh_store::Database;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use super::leaks;

/// URL of the maintenance database of a running server, as a superuser.
const SERVER_URL: &str = "PMH_TEST_POSTGRES";

pub(crate) struct TestDatabase {
    database: Database,
    place: Place,
}

enum Place {
    Sqlite(TempDir),
    Postgres(Own),
}

/// A database of the test server, and the world whose roles go with it.
struct Own {
    server_url: String,
    name: String,
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        leaks::watch_the_log();
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite { folder: folder.path().join("data") };
        Self { database, place: Place::Sqlite(folder) }
    }

    /// Fails where there is no server, rather than pass without having tested anything.
    pub(crate) async fn postgres() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);

        leaks::watch_the_log();
        let Ok(server_url) = std::env::var(SERVER_URL) else {
            panic!("PostgreSQL cases need a server: run `cargo xtask test`");
        };
        let name = format!("t{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let own = Own { server_url, name };
        // A process of the same number may have died here before.
        remove(&own.server_url, &own.name).await;
        run(&own.server_url, &format!("CREATE DATABASE \"{}\" TEMPLATE template0", own.name)).await;
        let database = Database::parse(&own.url(None), &own.name).unwrap();
        Self { database, place: Place::Postgres(own) }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The same database for another user of the server.
    pub(crate) fn database_as(&self, user: &str) -> Database {
        let own = self.own();
        Database::parse(&own.url(Some(user)), &own.name).unwrap()
    }

    /// Runs a statement as superuser inside this database.
    pub(crate) async fn administer(&self, sql: &str) {
        run(&self.own().url(None), sql).await;
    }

    /// Name of the world and of the database. Roles that a test makes begin with `pmh_<world>_`: those are
    /// removed afterwards.
    pub(crate) fn world(&self) -> &str {
        &self.own().name
    }

    fn own(&self) -> &Own {
        match &self.place {
            Place::Postgres(own) => own,
            Place::Sqlite(folder) => panic!("not on PostgreSQL but in {}", folder.path().display()),
        }
    }
}

impl Own {
    /// The server's URL with this database instead of the maintenance one.
    fn url(&self, user: Option<&str>) -> String {
        let (base, query) = match self.server_url.split_once('?') {
            Some((base, query)) => (base, format!("?{query}")),
            None => (self.server_url.as_str(), String::new()),
        };
        let (scheme, rest) = base.split_once("://").unwrap();
        let authority = rest.split('/').next().unwrap();
        let authority = match (user, authority.rsplit_once('@')) {
            (Some(user), Some((_, host))) => format!("{user}@{host}"),
            (Some(user), None) => format!("{user}@{authority}"),
            (None, _) => authority.to_owned(),
        };
        format!("{scheme}://{authority}/{}{query}", self.name)
    }
}

async fn remove(server_url: &str, name: &str) {
    run(server_url, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await;
    let drop_roles = format!(
        "DO $$ DECLARE role name; BEGIN \
           FOR role IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'pmh_{name}_') LOOP \
             EXECUTE format('DROP ROLE %I', role); \
           END LOOP; \
         END $$"
    );
    run(server_url, &drop_roles).await;
}

async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// What the test left is looked through before it goes. A test that has failed says more by itself.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Sqlite(folder) = &self.place
            && !std::thread::panicking()
        {
            leaks::none_in_folder(&folder.path().join("data"));
        }
    }
}

async fn looked_through(url: &str) -> Scanned {
    let mut scanned = Scanned::default();
    leaks::everybody().schemas(url, "pmh_", &mut scanned).await.unwrap();
    scanned
}

impl Drop for Own {
    fn drop(&mut self) {
        let (server_url, name) = (self.server_url.clone(), self.name.clone());
        let own_url = self.url(None);
        // Nothing can be awaited here, and the test's runtime may be ending.
        let removal = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let scanned = runtime.block_on(looked_through(&own_url));
            runtime.block_on(remove(&server_url, &name));
            scanned
        });
        let removed = removal.join();
        // A second panic would abort the run and hide the first.
        if !std::thread::panicking() {
            leaks::none_in(&removed.unwrap_or_else(|_| panic!("{} was not removed", self.name)));
        }
    }
}
