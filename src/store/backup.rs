//! A backup of the whole database as one file, and back.
//!
//! The file is PostgreSQL's own custom format, so `pg_restore` reads it too. A restore is made
//! beside the database and takes its place in one transaction at the very end: whatever fails
//! before that leaves everything as it was.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;

use super::private_cluster::find_programs;
use super::{MIGRATIONS, Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "PostgreSQL's programs pg_dump and pg_restore are not installed; on Debian: apt-get install postgresql-client-15"
    )]
    NotInstalled,
    #[error("{program}: {said}")]
    Program { program: &'static str, said: String },
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{} is no backup of Pianqu: {why}", path.display())]
    NotOurs { path: PathBuf, why: String },
    #[error("the backup has schema {found}, this program knows {known} and older; use a newer Pianqu")]
    Newer { found: i64, known: i64 },
    #[error("the database «{0}» is not empty; with --replace the backup takes its place")]
    NotEmpty(String),
    #[error("another restore of this database is under way, or one was cut off and left «{0}»: look, and drop it")]
    UnderWay(String),
    #[error("the database is in use and its users do not let go; stop them and try again: {0}")]
    InUse(StoreError),
    #[error("«{0}» cannot be replaced: the restore needs a database of another name")]
    Address(String),
}

impl From<tokio_postgres::Error> for BackupError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Writes the database of `store` to `file`. The file appears when it is whole; an older one of
/// that name is replaced. Returns its size in bytes.
pub async fn back_up(store: &Store, file: &Path) -> Result<u64, BackupError> {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = write_whole(store, &part).await;
    let finished = match written {
        Ok(size) => std::fs::rename(&part, file).map(|()| size).map_err(|e| at(file, e)),
        Err(error) => Err(error),
    };
    if finished.is_err() {
        // What could not be finished may not even have been begun.
        let _ = std::fs::remove_file(&part);
    }
    finished
}

async fn write_whole(store: &Store, part: &Path) -> Result<u64, BackupError> {
    // The reader's own account of what is missing or unwritable is better than pg_dump's.
    let handle = std::fs::File::create(part).map_err(|e| at(part, e))?;
    let mut dump = program("pg_dump", store.url())?;
    dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(part);
    run("pg_dump", dump).await?;
    handle.sync_all().map_err(|e| at(part, e))?;
    let mut list = program("pg_restore", store.url())?;
    list.arg("--list").arg(part);
    run("pg_restore", list).await?;
    Ok(handle.metadata().map_err(|e| at(part, e))?.len())
}

/// Puts the backup in `file` in the place of the database of `store`, and brings it to the newest
/// schema. `replace` says that what is there now may be lost. Returns the revision.
pub async fn restore(store: &Store, file: &Path, replace: bool) -> Result<u64, BackupError> {
    let target = database_name(store.url())?;
    if target == "postgres" {
        return Err(BackupError::Address(target));
    }
    if !replace && !is_empty(store).await? {
        return Err(BackupError::NotEmpty(target));
    }
    let beside = format!("{target}_restoring");
    let admin = store.with_database("postgres")?.connect_raw().await?;
    admin.batch_execute("set client_min_messages = warning").await?;
    if let Err(error) = admin.batch_execute(&format!("create database {}", quoted(&beside))).await {
        return Err(match error.code() {
            Some(code) if *code == SqlState::DUPLICATE_DATABASE => BackupError::UnderWay(beside),
            _ => error.into(),
        });
    }
    let restored = fill(&store.with_database(&beside)?, file).await;
    let placed = match restored {
        Ok(revision) => take_its_place(&admin, &target, &beside).await.map(|()| revision),
        Err(error) => Err(error),
    };
    if placed.is_err() {
        admin.batch_execute(&format!("drop database if exists {} with (force)", quoted(&beside))).await?;
    }
    placed
}

/// Fills an empty database from a backup and looks at what came of it.
async fn fill(beside: &Store, file: &Path) -> Result<u64, BackupError> {
    std::fs::File::open(file).map_err(|e| at(file, e))?;
    let not_ours = |why: String| BackupError::NotOurs { path: file.to_owned(), why };
    let mut load = program("pg_restore", beside.url())?;
    load.args(["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--dbname"])
        .arg(database_name(beside.url())?)
        .arg(file);
    run("pg_restore", load).await.map_err(|error| match error {
        BackupError::Program { said, .. } if said.contains("not appear to be a valid archive") => not_ours(said),
        other => other,
    })?;
    let client = beside.connect_raw().await?;
    let has_schema: bool =
        client.query_one("select to_regclass('public._sqlx_migrations') is not null", &[]).await?.try_get(0)?;
    if !has_schema {
        return Err(not_ours("it has no table of migrations".to_owned()));
    }
    let found: Option<i64> = client.query_one("select max(version) from _sqlx_migrations", &[]).await?.try_get(0)?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    match found {
        Some(found) if found > known => return Err(BackupError::Newer { found, known }),
        Some(_) => {}
        None => return Err(not_ours("no migration was ever applied to it".to_owned())),
    }
    beside.migrate().await?;
    beside.pool().close().await;
    // The feed speaks of transactions of the database that was saved; here their numbers mean
    // others. It becomes a count: the revision stays, and every node reads all layers anew.
    let fold = include_str!("../../sql/queries/change/fold.sql");
    let revision: i64 = client.query_one(fold, &[]).await?.try_get(0)?;
    client.batch_execute("analyze").await?;
    Ok(revision.max(0) as u64)
}

const ATTEMPTS: usize = 5;

/// Swaps the databases in one transaction, then drops the old one.
async fn take_its_place(admin: &tokio_postgres::Client, target: &str, beside: &str) -> Result<(), BackupError> {
    let old = format!("{target}_replaced");
    let swap = format!(
        "begin; alter database {target} rename to {old}; alter database {beside} rename to {target}; commit",
        target = quoted(target),
        old = quoted(&old),
        beside = quoted(beside)
    );
    // Left by a restore that was cut off after it had succeeded.
    admin.batch_execute(&format!("drop database if exists {} with (force)", quoted(&old))).await?;
    let mut swapped = Ok(());
    for _ in 0..ATTEMPTS {
        // Whoever is connected is sent away, without waiting: the renaming waits for them and keeps
        // newcomers out meanwhile. One that comes between the two makes for another attempt.
        let send_away = "select pg_terminate_backend(pid) from pg_stat_activity
                         where datname in ($1, $2) and pid <> pg_backend_pid()";
        admin.query(send_away, &[&target, &beside]).await?;
        swapped = admin.batch_execute(&swap).await;
        match &swapped {
            Err(error) if error.code() == Some(&SqlState::OBJECT_IN_USE) => admin.batch_execute("rollback").await?,
            _ => break,
        }
    }
    if let Err(error) = swapped {
        let is_in_use = error.code() == Some(&SqlState::OBJECT_IN_USE);
        admin.batch_execute("rollback").await?;
        return Err(if is_in_use { BackupError::InUse(error.into()) } else { error.into() });
    }
    Ok(admin.batch_execute(&format!("drop database {} with (force)", quoted(&old))).await?)
}

/// Nothing of ours was ever written there, and nobody else's tables are there.
async fn is_empty(store: &Store) -> Result<bool, BackupError> {
    let client = store.connect_raw().await?;
    let is_ours: bool = client.query_one("select to_regclass('public.change') is not null", &[]).await?.try_get(0)?;
    let query = if is_ours {
        "select (select count(*) from change) + (select pruned from change_pruned) + (select count(*) from import) = 0"
    } else {
        "select not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e'))"
    };
    Ok(client.query_one(query, &[]).await?.try_get(0)?)
}

fn database_name(url: &str) -> Result<String, StoreError> {
    let config = tokio_postgres::Config::from_str(url).map_err(|_| StoreError::Address(url.to_owned()))?;
    let name = config.get_dbname().or(config.get_user()).ok_or_else(|| StoreError::Address(url.to_owned()))?;
    Ok(name.to_owned())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn at(path: &Path, source: std::io::Error) -> BackupError {
    BackupError::File { path: path.to_owned(), source }
}

/// One of PostgreSQL's programs, told by its environment where the database is: what stands on a
/// command line, every user of the machine can read.
fn program(name: &'static str, url: &str) -> Result<tokio::process::Command, BackupError> {
    let unreadable = || StoreError::Address(url.to_owned());
    let config = tokio_postgres::Config::from_str(url).map_err(|_| unreadable())?;
    let programs = find_programs().ok_or(BackupError::NotInstalled)?;
    let mut command = tokio::process::Command::new(programs.join(name));
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        Some(Host::Unix(folder)) => folder.to_string_lossy().into_owned(),
        None => "localhost".to_owned(),
    };
    command.env("PGHOST", host).env("PGDATABASE", database_name(url)?).env("PGCONNECT_TIMEOUT", "10");
    if let Some(port) = config.get_ports().first() {
        command.env("PGPORT", port.to_string());
    }
    if let Some(user) = config.get_user() {
        command.env("PGUSER", user);
    }
    if let Some(password) = config.get_password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).into_owned());
    }
    command.kill_on_drop(true);
    Ok(command)
}

async fn run(program: &'static str, mut command: tokio::process::Command) -> Result<(), BackupError> {
    let output = command.output().await.map_err(|e| BackupError::Program { program, said: e.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(BackupError::Program { program, said })
}
