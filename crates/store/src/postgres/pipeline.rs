//! Connections whose statements follow each other without waiting, where nothing of an answer is needed for the next
//! one. The driver of all others waits for the server at each, and also at `BEGIN` and `COMMIT`: for a transaction of few
//! statements dearer than the work itself.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, Connection, NoTls, Socket, Statement};

use super::pipeline_tx::PipelineTx;
use crate::{ACQUIRE_TIMEOUT_MS, StoreError};

/// Transactions that many questions share may run at once: one computes here while another one computes there and a third
/// is flushed.
pub(crate) const TOGETHER: usize = 3;

/// One more, for who begins such a transaction beside the questions.
const CONNECTIONS_MAX: usize = TOGETHER + 1;

const PATIENCE: Duration = Duration::from_millis(ACQUIRE_TIMEOUT_MS);

/// Some half a millisecond: most answers to a lone question are here by then, that of its commit where the disk is quick.
const LOOKS_AWAKE: usize = 400;

/// At most [`CONNECTIONS_MAX`] connections beside those of the pool, each opened when it is first needed.
pub struct Pipeline {
    config: Config,
    /// What each connection runs first.
    become_role: String,
    /// As many as there are connections that nobody uses, or that are not open.
    places: Arc<Semaphore>,
    /// In no transaction.
    idle: Mutex<Vec<Link>>,
}

/// A connection, whoever uses it moves its messages: no task of its own is to be woken for each. So whoever drops it
/// closes it.
pub(super) struct Link {
    pub(super) client: Arc<Client>,
    /// Until it ends.
    connection: Option<Box<Connection<Socket, NoTlsStream>>>,
    /// By text, and whether it is about several rows of a list.
    pub(super) prepared: HashMap<(&'static str, bool), Statement>,
}

/// The right to one of the connections.
pub(super) type Place = OwnedSemaphorePermit;

impl Pipeline {
    pub(super) fn new(options: &PgConnectOptions, become_role: String) -> Arc<Self> {
        Arc::new(Self {
            config: config(options),
            become_role,
            places: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            idle: Mutex::default(),
        })
    }

    /// A transaction that may write. Sends nothing: what begins it goes with the first of its statements.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<PipelineTx, StoreError> {
        Ok(PipelineTx::to_begin(Arc::clone(self), self.take().await?))
    }

    /// Each statement is a transaction of its own.
    pub(crate) async fn look_up(self: &Arc<Self>) -> Result<PipelineTx, StoreError> {
        Ok(PipelineTx::in_none(Arc::clone(self), self.take().await?))
    }

    async fn take(&self) -> Result<(Link, Place), StoreError> {
        let free = timeout(PATIENCE, Arc::clone(&self.places).acquire_owned());
        let place = free.await.map_err(|_| StoreError::Busy)?.map_err(|_| StoreError::Unavailable)?;
        let link = match self.take_idle() {
            Some(link) => link,
            None => self.connect().await?,
        };
        Ok((link, place))
    }

    /// Waits until open transactions have ended.
    pub(crate) async fn close(&self) {
        let all = u32::try_from(CONNECTIONS_MAX).expect("they are few");
        // An error says that it is closed already.
        let _places = self.places.acquire_many(all).await;
        self.places.close();
        let idle = std::mem::take(&mut *self.lock());
        for link in idle {
            link.end().await;
        }
    }

    fn take_idle(&self) -> Option<Link> {
        let mut idle = self.lock();
        std::iter::from_fn(|| idle.pop()).find_map(Link::if_open)
    }

    /// One that is in no transaction.
    pub(super) fn give_back(&self, link: Link, place: Place) {
        self.lock().push(link);
        drop(place);
    }

    /// Whether the transaction ends well or not is not known, or it has to end.
    pub(super) fn give_back_after_rolling_back(self: &Arc<Self>, mut link: Link, place: Place) {
        // Where nothing runs any more the connection is closed, which rolls back as well.
        let Ok(runtime) = Handle::try_current() else { return };
        let home = Arc::clone(self);
        runtime.spawn(async move {
            let client = Arc::clone(&link.client);
            let rolling_back = pin!(client.batch_execute("ROLLBACK"));
            let rolled_back = link.drive(rolling_back);
            if matches!(timeout(PATIENCE, rolled_back).await, Ok(Ok(()))) {
                home.give_back(link, place);
            }
        });
    }

    /// As the connections of the pool are opened.
    async fn connect(&self) -> Result<Link, StoreError> {
        let (client, connection) = self.config.connect(NoTls).await?;
        let client = Arc::new(client);
        let prepared = HashMap::new();
        let mut link = Link { client: Arc::clone(&client), connection: Some(Box::new(connection)), prepared };
        link.drive(pin!(client.batch_execute(&self.become_role))).await?;
        Ok(link)
    }

    /// No code that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, Vec<Link>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Link {
    /// Moves messages until this is done. What was sent and not yet answered is done too once the connection ends.
    pub(super) async fn drive<T>(&mut self, mut work: Pin<&mut impl Future<Output = T>>) -> T {
        std::future::poll_fn(|context| {
            let done = work.as_mut().poll(context);
            if done.is_ready() {
                return done;
            }
            self.turn(context);
            work.as_mut().poll(context)
        })
        .await
    }

    /// The same, but it looks [`LOOKS_AWAKE`] times before it sleeps: whoever else is ready here has a turn between two looks.
    pub(super) async fn drive_awake<T>(&mut self, work: Pin<&mut impl Future<Output = T>>) -> T {
        let mut driving = pin!(self.drive(work));
        for _ in 0..LOOKS_AWAKE {
            tokio::select! {
                biased;
                done = &mut driving => return done,
                () = tokio::task::yield_now() => {}
            }
        }
        driving.await
    }

    /// Sends and receives what can be without waiting.
    fn turn(&mut self, context: &mut Context<'_>) {
        let Some(connection) = &mut self.connection else { return };
        if Pin::new(connection).poll(context).is_ready() {
            // Whoever waits for an answer learns it by this.
            self.connection = None;
        }
    }

    /// One that the server has closed meanwhile is thrown away.
    fn if_open(mut self) -> Option<Self> {
        self.turn(&mut Context::from_waker(Waker::noop()));
        self.connection.is_some().then_some(self)
    }

    async fn end(self) {
        drop((self.client, self.prepared));
        if let Some(connection) = self.connection {
            // It is over either way.
            let _ = timeout(PATIENCE, connection).await;
        }
    }
}

/// To the same server, as the same user.
fn config(options: &PgConnectOptions) -> Config {
    let mut config = Config::new();
    match options.get_socket() {
        Some(folder) => config.host_path(folder),
        None => config.host(options.get_host()),
    };
    config.port(options.get_port()).user(options.get_username()).connect_timeout(PATIENCE);
    if let Some(database) = options.get_database() {
        config.dbname(database);
    }
    if let Some(password) = password(options) {
        config.password(password);
    }
    if let Some(settings) = options.get_options() {
        config.options(settings);
    }
    if let Some(name) = options.get_application_name() {
        config.application_name(name);
    }
    config
}

/// Told by the other driver in a URL alone, which it cannot make with every name of a user or a host.
fn password(options: &PgConnectOptions) -> Option<Vec<u8>> {
    let mut url = options.clone().username("user").host("host").to_url_lossy();
    url.set_query(None);
    let config: Config = url.as_str().parse().ok()?;
    config.get_password().map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tokio_postgres::config::Host;

    use super::*;
    use crate::postgres::options;

    fn config_of(url: &str) -> Config {
        config(&options(url).unwrap())
    }

    #[test]
    fn it_connects_as_the_pool_does() {
        let config =
            config_of("postgres://us%40er:p%2F%3Aw%C3%A4@server:6432/da%20ta?options=-c%20geqo%3Doff");
        assert_eq!(config.get_hosts(), [Host::Tcp("server".to_owned())]);
        assert_eq!((config.get_ports(), config.get_user()), (&[6432][..], Some("us@er")));
        assert_eq!(config.get_password(), Some("p/:wä".as_bytes()));
        assert_eq!((config.get_dbname(), config.get_options()), (Some("da ta"), Some("-c geqo=off")));
        assert_eq!(config.get_application_name(), Some("pmh-sim"));
    }

    #[test]
    fn a_socket_is_a_folder_however_it_is_written() {
        for url in ["postgres://u:p@%2Frun%2Fpg/d", "postgres://u:p@localhost/d?host=/run/pg"] {
            let config = config_of(url);
            assert_eq!(config.get_hosts(), [Host::Unix(Path::new("/run/pg").to_owned())], "{url}");
            assert_eq!(config.get_password(), Some(&b"p"[..]), "{url}");
        }
    }
}
