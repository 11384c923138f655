//! Accounts, the sessions and tokens by which they ask, and their history.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use tokio_postgres::{Row, Transaction};

use super::{Store, StoreError};

/// SHA-256 of what a cookie or a token holds.
pub type SecretHash = [u8; 32];

/// An account as a log-in finds it.
#[derive(Clone)]
pub struct AccountRow {
    pub account_id: i64,
    pub name: String,
    pub role: String,
    pub speaks_for: Option<String>,
    pub is_disabled: bool,
    pub password_hash: String,
}

/// Whose a secret is.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    pub account_id: i64,
    pub name: String,
    pub role: String,
    pub speaks_for: Option<String>,
    /// `None`: until it is taken back.
    pub expires_at: Option<DateTime<Utc>>,
    /// `None`: it is a session's.
    pub token_id: Option<i64>,
}

/// An account as the list tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountEntry {
    pub name: String,
    pub role: String,
    pub speaks_for: Option<String>,
    pub is_disabled: bool,
    pub created_at: DateTime<Utc>,
    pub last_login_at: Option<DateTime<Utc>>,
    pub sessions: i64,
    pub tokens: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TokenEntry {
    pub token_id: i64,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Runs `work` in a transaction of this actor; empty for the name of the database user.
async fn begin<'c>(client: &'c mut tokio_postgres::Client, actor: &str) -> Result<Transaction<'c>, StoreError> {
    let transaction = client.transaction().await?;
    transaction.execute("select set_config('pianqu.actor', $1, true)", &[&actor]).await?;
    Ok(transaction)
}

fn is_taken(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION)
}

/// False when the name is taken.
pub async fn create(
    store: &Store,
    name: &str,
    role: &str,
    speaks_for: Option<&str>,
    password_hash: &str,
) -> Result<bool, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = begin(&mut client, "").await?;
    let sql = include_str!("../../sql/queries/account/create.sql");
    match transaction.query_one(sql, &[&name, &role, &speaks_for, &password_hash]).await {
        Err(error) if is_taken(&error) => return Ok(false),
        created => created?,
    };
    transaction.commit().await?;
    Ok(true)
}

/// True when there is an account.
pub async fn has_any(store: &Store) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("select exists (select from account)").fetch_one(store.pool()).await?)
}

pub async fn list(store: &Store) -> Result<Vec<AccountEntry>, StoreError> {
    let client = store.connect_raw().await?;
    let rows = client.query(include_str!("../../sql/queries/account/list.sql"), &[]).await?;
    let entry = |row: &Row| {
        Ok(AccountEntry {
            name: row.try_get("name")?,
            role: row.try_get("role")?,
            speaks_for: row.try_get("speaks_for")?,
            is_disabled: row.try_get("is_disabled")?,
            created_at: row.try_get("created_at")?,
            last_login_at: row.try_get("last_login_at")?,
            sessions: row.try_get("sessions")?,
            tokens: row.try_get("tokens")?,
        })
    };
    rows.iter().map(entry).collect()
}

/// Shuts an account out, or lets it in again. False when there is none of this name.
pub async fn set_disabled(store: &Store, name: &str, is_disabled: bool) -> Result<bool, StoreError> {
    change(store, "update account set is_disabled = $2 where lower(name) = lower($1)", name, &is_disabled).await
}

/// False when there is none of this name.
pub async fn set_password(store: &Store, name: &str, password_hash: &str) -> Result<bool, StoreError> {
    change(store, "update account set password_hash = $2 where lower(name) = lower($1)", name, &password_hash).await
}

async fn change(
    store: &Store,
    sql: &str,
    name: &str,
    value: &(dyn tokio_postgres::types::ToSql + Sync),
) -> Result<bool, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = begin(&mut client, "").await?;
    let count = transaction.execute(sql, &[&name, value]).await?;
    transaction.commit().await?;
    Ok(count > 0)
}

pub async fn find(store: &Store, name: &str) -> Result<Option<AccountRow>, StoreError> {
    let client = store.connect_raw().await?;
    let found = client.query_opt(include_str!("../../sql/queries/account/find.sql"), &[&name]).await?;
    let row = |row: Row| {
        Ok(AccountRow {
            account_id: row.try_get("account_id")?,
            name: row.try_get("name")?,
            role: row.try_get("role")?,
            speaks_for: row.try_get("speaks_for")?,
            is_disabled: row.try_get("is_disabled")?,
            password_hash: row.try_get("password_hash")?,
        })
    };
    found.map(row).transpose()
}

/// Whose a secret is; `None` when it is nobody's, has run out, or its account is shut out. Asked often, so by a
/// connection of the pool.
pub async fn by_secret(store: &Store, hash: &SecretHash) -> Result<Option<Holder>, StoreError> {
    let query = sqlx::query(include_str!("../../sql/queries/account/by_secret.sql")).bind(hash.as_slice());
    let row = |row: sqlx::postgres::PgRow| {
        Ok(Holder {
            account_id: row.try_get("account_id")?,
            name: row.try_get("name")?,
            role: row.try_get("role")?,
            speaks_for: row.try_get("speaks_for")?,
            expires_at: row.try_get("expires_at")?,
            token_id: row.try_get("token_id")?,
        })
    };
    query.fetch_optional(store.pool()).await?.map(row).transpose()
}

/// Begins a session and tells when it ends.
pub async fn begin_session(
    store: &Store,
    hash: &SecretHash,
    account_id: i64,
    seconds: f64,
) -> Result<DateTime<Utc>, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = begin(&mut client, "").await?;
    let sql = include_str!("../../sql/queries/account/begin_session.sql");
    let row = transaction.query_one(sql, &[&hash.as_slice(), &account_id, &seconds]).await?;
    transaction.commit().await?;
    Ok(row.try_get("expires_at")?)
}

pub async fn end_session(store: &Store, hash: &SecretHash) -> Result<(), StoreError> {
    let client = store.connect_raw().await?;
    client.execute("delete from session where secret_hash = $1", &[&hash.as_slice()]).await?;
    Ok(())
}

/// `None` when the account has a token of this name.
pub async fn create_token(
    store: &Store,
    actor: &str,
    account_id: i64,
    hash: &SecretHash,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Option<TokenEntry>, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = begin(&mut client, actor).await?;
    let sql = include_str!("../../sql/queries/account/create_token.sql");
    let row = match transaction.query_one(sql, &[&hash.as_slice(), &account_id, &name, &expires_at]).await {
        Err(error) if is_taken(&error) => return Ok(None),
        created => created?,
    };
    transaction.commit().await?;
    let (token_id, created_at) = (row.try_get("token_id")?, row.try_get("created_at")?);
    Ok(Some(TokenEntry { token_id, name: name.to_owned(), created_at, expires_at }))
}

pub async fn list_tokens(store: &Store, account_id: i64) -> Result<Vec<TokenEntry>, StoreError> {
    let client = store.connect_raw().await?;
    let rows = client.query(include_str!("../../sql/queries/account/list_tokens.sql"), &[&account_id]).await?;
    let entry = |row: &Row| {
        Ok(TokenEntry {
            token_id: row.try_get("token_id")?,
            name: row.try_get("name")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    };
    rows.iter().map(entry).collect()
}

/// False when the account has no such token.
pub async fn delete_token(store: &Store, actor: &str, account_id: i64, token_id: i64) -> Result<bool, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = begin(&mut client, actor).await?;
    let sql = "delete from token where account_id = $1 and token_id = $2";
    let count = transaction.execute(sql, &[&account_id, &token_id]).await?;
    transaction.commit().await?;
    Ok(count > 0)
}
