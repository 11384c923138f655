//! PostgreSQL: the only room that knows it.
//!
//! Invariants: geometry crosses as WKB; every write is a transaction with its history; sqlx for
//! transactions, migrations and checked queries, tokio-postgres for binary COPY.

pub mod account;
pub mod backup;
pub mod change;
pub mod city;
pub mod edit;
pub mod eligibility;
pub mod import;
pub mod import_log;
pub mod import_sources;
pub mod layer_rows;
pub mod ownership;
pub mod private_cluster;
pub mod scenario;
pub mod scheme;
pub mod trench_plan;
pub mod validity;

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio_postgres::NoTls;

/// A way to the database: a pool for everyday queries, and single connections for COPY.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    url: String,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database address «{0}» cannot be read")]
    Address(String),
    #[error("PostgreSQL: {0}")]
    Query(#[from] sqlx::Error),
    #[error("PostgreSQL: {}", with_cause(.0))]
    Copy(#[from] tokio_postgres::Error),
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("table {table}, row {id}: {why}")]
    Row { table: &'static str, id: i64, why: String },
}

impl StoreError {
    /// True when the database understood and refused what it was given (SQLSTATE classes 22 and 23):
    /// the data is at fault, not the connection and not we.
    pub fn is_about_the_data(&self) -> bool {
        self.sql_state().is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
    }

    /// True when PostgreSQL gave this transaction up for another's sake.
    pub fn is_worth_another_try(&self) -> bool {
        matches!(self.sql_state().as_deref(), Some("40001" | "40P01"))
    }

    /// True when the database answered that the question itself is wrong: our mistake, which waiting
    /// does not mend.
    pub fn is_our_mistake(&self) -> bool {
        match self {
            StoreError::Query(_) | StoreError::Copy(_) => self.sql_state().is_some_and(|code| {
                // Connection, resources, operator intervention and the system itself pass.
                !["08", "53", "57", "58", "40", "25"].iter().any(|class| code.starts_with(class))
            }),
            _ => true,
        }
    }

    fn sql_state(&self) -> Option<String> {
        match self {
            StoreError::Query(error) => error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned()),
            StoreError::Copy(error) => error.code().map(|code| code.code().to_owned()),
            _ => None,
        }
    }
}

/// A byte as a part of a URL.
fn percent(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

/// tokio-postgres keeps what the server said in the source of its error.
fn with_cause(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("sql/migrations");

impl Store {
    /// Prepares a pool for `url`; nothing is asked of the database yet.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address(url.to_owned()))?
            .application_name("pianqu");
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(std::time::Duration::from_secs(5))
            .connect_lazy_with(options);
        Ok(Self { pool, url: url.to_owned() })
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The address that this store was made for.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Another database of the same server.
    pub fn with_database(&self, name: &str) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Address(self.url.clone());
        let (address, parameters) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let (scheme, rest) = address.split_once("://").ok_or_else(unreadable)?;
        let server = rest.split('/').next().unwrap_or(rest);
        let name: String = name.bytes().map(percent).collect();
        let separator = if parameters.is_empty() { "" } else { "?" };
        Self::new(&format!("{scheme}://{server}/{name}{separator}{parameters}"))
    }

    /// A connection of its own, for COPY and for long reads. Its driver ends with the client.
    pub async fn connect_raw(&self) -> Result<tokio_postgres::Client, StoreError> {
        let mut config =
            tokio_postgres::Config::from_str(&self.url).map_err(|_| StoreError::Address(self.url.clone()))?;
        config.application_name("pianqu");
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a database connection ended");
            }
        });
        Ok(client)
    }

    /// Brings the schema to the newest version. Returns how many migrations were applied.
    ///
    /// Two programs that start together are kept apart by sqlx's lock.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        let before = self.applied_migrations().await?;
        MIGRATIONS.run(&self.pool).await?;
        Ok(self.applied_migrations().await? - before)
    }

    async fn applied_migrations(&self) -> Result<usize, StoreError> {
        let is_there: bool =
            sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null").fetch_one(&self.pool).await?;
        if !is_there {
            return Ok(0);
        }
        let count: i64 =
            sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(&self.pool).await?;
        Ok(count as usize)
    }
}
