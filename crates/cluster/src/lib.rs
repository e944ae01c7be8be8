//! A PostgreSQL of our own: made in a temporary folder, reached through a socket in it, gone afterwards.
//!
//! Depends on no crate of the project: `xtask` must run when they do not compile.

mod programs;

use std::{
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub use programs::{POSTGRES_MAJOR_MIN, find_postgres};

/// The cluster's superuser. Tests check that even its URL runs as a role bound by row-level security.
const SUPERUSER: &str = "pmh_admin";

/// A path to a socket must fit into 107 bytes; `/.s.PGSQL.5432` comes on top.
const FOLDER_BYTES_MAX: usize = 80;

/// As the server prints it in the C locale.
const READY: &str = "database system is ready to accept connections";

pub struct Cluster {
    server: Child,
    programs: PathBuf,
    owner: Option<Owner>,
    folder: TempDir,
}

/// Whom the server runs as when we are root, whom it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owner {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Returns when the server takes connections. `settings` are added to those of every server; nothing in them may
    /// touch durability.
    pub async fn start(parent: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let programs = find_postgres().context("PostgreSQL is not found")?;
        let owner = if is_root() { Some(unprivileged_owner()?) } else { None };
        let folder = make_folder(parent, owner)?;
        let data = folder.path().join("data");
        let mut initdb = command(&programs.join("initdb"), owner, folder.path());
        initdb
            .args(["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .args(["--username", SUPERUSER, "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null());
        run(&mut initdb).await?;
        let server = start_server(&programs, owner, folder.path(), settings)?;
        let mut cluster = Self { server, programs, owner, folder };
        match cluster.wait_until_ready().await {
            Ok(()) => Ok(cluster),
            Err(error) => {
                cluster.stop().await;
                Err(error)
            }
        }
    }

    /// Of the maintenance database.
    pub fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@{}/postgres", percent_encoded(self.folder.path()))
    }

    /// The server's first process, whose children are all others.
    pub fn process(&self) -> Option<u32> {
        self.server.id()
    }

    /// Where its tables and its log are.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Does at once what the server would do some time after many rows were written.
    pub async fn settle(&self) -> Result<()> {
        // The client's programs may stand elsewhere, and are a package of their own (postgresql-client).
        let beside = self.programs.join("psql");
        let psql = if beside.is_file() { beside } else { PathBuf::from("psql") };
        let mut settle = command(&psql, self.owner, self.folder.path());
        settle.args(["--quiet", "--no-psqlrc", "--dbname"]).arg(self.url());
        settle.args(["--command", "VACUUM (ANALYZE)", "--command", "CHECKPOINT"]);
        run(&mut settle).await
    }

    /// Nothing in it is worth a checkpoint: "immediate" is enough. The folder goes with `self`.
    pub async fn stop(mut self) {
        let mut stop = command(&self.programs.join("pg_ctl"), self.owner, self.folder.path());
        stop.args(["stop", "--mode=immediate", "--silent", "--pgdata"]).arg(self.folder.path().join("data"));
        let stopped = stop.status().await.is_ok_and(|status| status.success());
        if !stopped && let Err(error) = self.server.start_kill() {
            eprintln!("the PostgreSQL server does not stop: {error}");
        }
        if let Err(error) = self.server.wait().await {
            eprintln!("the PostgreSQL server cannot be waited for: {error}");
        }
    }

    /// Reads what the server prints until it says so; the rest is read and dropped, lest the pipe fills.
    async fn wait_until_ready(&mut self) -> Result<()> {
        let stderr = self.server.stderr.take().context("the server's output is piped")?;
        let mut lines = BufReader::new(stderr).lines();
        let mut said = String::new();
        while let Some(line) = lines.next_line().await? {
            if line.contains(READY) {
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(());
            }
            said.push_str(&line);
            said.push('\n');
        }
        bail!("PostgreSQL does not start:\n{said}")
    }
}

async fn run(command: &mut Command) -> Result<()> {
    let status = command.kill_on_drop(true).status().await;
    let program = command.as_std().get_program().to_string_lossy();
    let status = status.with_context(|| format!("cannot run {program}"))?;
    ensure!(status.success(), "{program}: {status}");
    Ok(())
}

fn start_server(
    programs: &Path,
    owner: Option<Owner>,
    folder: &Path,
    settings: &[(&str, &str)],
) -> Result<Child> {
    let setting = |name: &str, value: &str| ["-c".to_owned(), format!("{name}={value}")];
    let mut server = command(&programs.join("postgres"), owner, folder);
    server
        .arg("-D")
        .arg(folder.join("data"))
        .args(setting("listen_addresses", ""))
        .args(setting("unix_socket_directories", &folder.to_string_lossy()))
        .args(settings.iter().flat_map(|(name, value)| setting(name, value)))
        // Durability stays as it is in production, and whoever starts the server asks it.
        .args(setting("synchronous_commit", "on"))
        // Errors are provoked; only what concerns the server itself is of interest.
        .args(setting("log_min_messages", "log"))
        .args(setting("log_min_error_statement", "panic"))
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        // Ctrl-C reaches us alone, and we stop it.
        .process_group(0)
        .kill_on_drop(true);
    server.spawn().context("cannot start PostgreSQL")
}

fn command(program: &Path, owner: Option<Owner>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    // The folder we were started in may not be open to the owner.
    command.stdin(Stdio::null()).current_dir(folder).env("LC_ALL", "C");
    if let Some(Owner { uid, gid }) = owner {
        command.uid(uid).gid(gid);
    }
    command
}

fn make_folder(parent: &Path, owner: Option<Owner>) -> Result<TempDir> {
    let parent = if parent.as_os_str().len() > FOLDER_BYTES_MAX { Path::new("/tmp") } else { parent };
    // Only its owner (and root) gets in, so the server need not ask for a password.
    let folder = tempfile::Builder::new().prefix("pmh-postgres-").tempdir_in(parent)?;
    if let Some(Owner { uid, gid }) = owner {
        chown(folder.path(), Some(uid), Some(gid)).context("cannot give the folder to the server's user")?;
    }
    Ok(folder)
}

/// The owner of this very process, as the kernel shows it.
fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}

fn unprivileged_owner() -> Result<Owner> {
    let passwd = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|user| owner_in(&passwd, user))
        .context("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")
}

fn owner_in(passwd: &str, user: &str) -> Option<Owner> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(user))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    let owner = Owner { uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? };
    (owner.uid != 0).then_some(owner)
}

/// The path to a socket stands where a URL has its host.
fn percent_encoded(path: &Path) -> String {
    let encode = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.as_os_str().as_encoded_bytes().iter().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_folder_becomes_the_host_of_a_url() {
        assert_eq!(percent_encoded(Path::new("/tmp/pmh-postgres-a_1")), "%2Ftmp%2Fpmh-postgres-a_1");
        assert_eq!(percent_encoded(Path::new("/tmp/あ")), "%2Ftmp%2F%E3%81%82");
    }

    #[test]
    fn the_server_never_runs_as_root() {
        let passwd =
            "root:x:0:0:root:/:/bin/bash\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\nodd:x:0:1::/:\n";
        assert_eq!(owner_in(passwd, "postgres"), Some(Owner { uid: 101, gid: 104 }));
        assert_eq!(owner_in(passwd, "root"), None);
        assert_eq!(owner_in(passwd, "odd"), None);
        assert_eq!(owner_in(passwd, "nobody"), None);
    }
}
