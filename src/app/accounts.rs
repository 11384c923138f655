//! Accounts: passwords, sessions and tokens, and whose a secret is that a request brings.
//!
//! A secret is looked up in the database once and then believed for a few seconds, so a map full of tiles costs one
//! look. Who is shut out is out on every node within that time; while the database is away, whoever was known stays.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::City;
use super::attempts::Attempts;
use crate::domain::Viewer;
use crate::domain::account::Role;
use crate::store::account::{self, Holder, SecretHash, TokenEntry};
use crate::store::{Store, StoreError};

/// How long a secret is believed without asking again.
const BELIEVED: Duration = Duration::from_secs(5);
/// Secrets that are remembered at most.
const REMEMBERED: usize = 10_000;
/// Passwords that are checked at once: each takes 19 MiB and some ten milliseconds of a processor.
const CHECKED_AT_ONCE: usize = 2;
/// Secrets that are looked up at once: each takes a connection.
const LOOKED_UP_AT_ONCE: usize = 4;
/// How long a log-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// What a token begins with, so that people and scanners of code know it.
pub const TOKEN_MARK: &str = "pq_";

/// Who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub account_id: i64,
    pub name: String,
    pub role: Role,
    pub viewer: Viewer,
    /// `None`: until the token is taken back.
    pub expires_at: Option<DateTime<Utc>>,
    /// `None`: it is a session's.
    pub token_id: Option<i64>,
}

/// A session that has begun.
pub struct Begun {
    pub person: Person,
    /// For the cookie; it is kept nowhere.
    pub secret: String,
}

#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    #[error("the name or the password is wrong")]
    Wrong,
    #[error("too many wrong passwords")]
    TooOften { wait_s: u32 },
    #[error("too many log in at once")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Internal(String),
}

pub struct Accounts {
    store: Store,
    city: Arc<City>,
    known: Mutex<HashMap<SecretHash, (Arc<Person>, Instant)>>,
    attempts: Mutex<Attempts>,
    checking: Semaphore,
    looking_up: Semaphore,
    /// Some account was seen; the last is never deleted by the program.
    has_any: AtomicBool,
    session_length: Duration,
}

impl Accounts {
    pub fn new(store: Store, city: Arc<City>, session_length: Duration) -> Self {
        Self {
            store,
            city,
            known: Mutex::default(),
            attempts: Mutex::default(),
            checking: Semaphore::new(CHECKED_AT_ONCE),
            looking_up: Semaphore::new(LOOKED_UP_AT_ONCE),
            has_any: AtomicBool::new(false),
            session_length,
        }
    }

    /// Whose a secret is; `None` when it is nobody's, or no longer.
    pub async fn person(&self, secret: &str) -> Result<Option<Arc<Person>>, StoreError> {
        let hash = hash_of(secret);
        let known = || lock(&self.known).get(&hash).cloned().filter(|(person, _)| person.is_valid());
        let is_believed = |asked: Instant| asked.elapsed() < BELIEVED || !self.city.is_database_up();
        if let Some((person, asked)) = known()
            && is_believed(asked)
        {
            return Ok(Some(person));
        }
        let _place = self.looking_up.acquire().await.expect("the semaphore is never closed");
        let known = known();
        // Whoever waited may find it looked up already.
        if let Some((person, asked)) = &known
            && is_believed(*asked)
        {
            return Ok(Some(person.clone()));
        }
        let found = account::by_secret(&self.store, &hash).await;
        match found {
            Ok(Some(holder)) => {
                // Who cannot be placed is not taken for somebody else.
                let unfit = StoreError::Row {
                    table: "account",
                    id: holder.account_id,
                    why: "no role of ours, or more names than are kept".to_owned(),
                };
                let person = Arc::new(Person::of(holder).ok_or(unfit)?);
                self.remember(hash, person.clone());
                Ok(Some(person))
            }
            Ok(None) => {
                lock(&self.known).remove(&hash);
                Ok(None)
            }
            Err(error) if error.is_our_mistake() => Err(error),
            Err(error) => known.map(|(person, _)| Some(person)).ok_or(error),
        }
    }

    /// True when somebody could log in. A database that is away has nobody new.
    pub async fn has_any(&self) -> bool {
        if self.has_any.load(Ordering::Relaxed) {
            return true;
        }
        let _place = self.looking_up.acquire().await.expect("the semaphore is never closed");
        let found = account::has_any(&self.store).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "accounts could not be looked for");
            false
        });
        self.has_any.store(found, Ordering::Relaxed);
        found
    }

    fn remember(&self, hash: SecretHash, person: Arc<Person>) {
        let mut known = lock(&self.known);
        if known.len() >= REMEMBERED {
            known.retain(|_, (_, asked)| asked.elapsed() < BELIEVED);
        }
        if known.len() < REMEMBERED {
            known.insert(hash, (person, Instant::now()));
        }
    }

    /// Checks a password and begins a session. An unknown name, a wrong password and an account that is shut out
    /// take the same time and get the same answer.
    pub async fn log_in(&self, name: &str, password: String) -> Result<Begun, LogInError> {
        if let Some(wait) = lock(&self.attempts).begin(name, Instant::now()) {
            return Err(LogInError::TooOften { wait_s: u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX) });
        }
        let found = account::find(&self.store, name).await?;
        let _place = tokio::time::timeout(PATIENCE, self.checking.acquire()).await.map_err(|_| LogInError::Busy)?;
        let expected = found.as_ref().map(|account| account.password_hash.clone());
        let check =
            tokio::task::spawn_blocking(move || is_password(&password, expected.as_deref().unwrap_or(NOBODYS_HASH)));
        let is_right = check.await.map_err(|error| LogInError::Internal(error.to_string()))?;
        let is_right = is_right.map_err(LogInError::Internal)?;
        let account = found.filter(|account| is_right && !account.is_disabled).ok_or(LogInError::Wrong)?;
        let secret = fresh_secret().map_err(LogInError::Internal)?;
        let hash = hash_of(&secret);
        let seconds = self.session_length.as_secs_f64();
        let expires_at = account::begin_session(&self.store, &hash, account.account_id, seconds).await?;
        let holder = Holder {
            account_id: account.account_id,
            name: account.name,
            role: account.role,
            speaks_for: account.speaks_for,
            expires_at: Some(expires_at),
            token_id: None,
        };
        let person = Person::of(holder).ok_or_else(|| LogInError::Internal("an account without a role".to_owned()))?;
        lock(&self.attempts).succeed(name);
        self.remember(hash, Arc::new(person.clone()));
        Ok(Begun { person, secret })
    }

    pub async fn log_out(&self, secret: &str) -> Result<(), StoreError> {
        let hash = hash_of(secret);
        account::end_session(&self.store, &hash).await?;
        lock(&self.known).remove(&hash);
        Ok(())
    }

    /// A token of this name with its secret, which is kept nowhere; `None` when the account has one of this name.
    pub async fn create_token(
        &self,
        person: &Person,
        name: &str,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Option<(TokenEntry, String)>, LogInError> {
        let secret = format!("{TOKEN_MARK}{}", fresh_secret().map_err(LogInError::Internal)?);
        let hash = hash_of(&secret);
        let made = account::create_token(&self.store, &person.name, person.account_id, &hash, name, expires_at).await?;
        Ok(made.map(|entry| (entry, secret)))
    }

    pub async fn tokens(&self, person: &Person) -> Result<Vec<TokenEntry>, StoreError> {
        account::list_tokens(&self.store, person.account_id).await
    }

    /// False when the account has no such token.
    pub async fn delete_token(&self, person: &Person, token_id: i64) -> Result<bool, StoreError> {
        let is_gone = account::delete_token(&self.store, &person.name, person.account_id, token_id).await?;
        lock(&self.known).retain(|_, (person, _)| person.token_id != Some(token_id));
        Ok(is_gone)
    }
}

impl Person {
    fn of(holder: Holder) -> Option<Self> {
        let role = Role::from_code(&holder.role)?;
        let viewer = role.viewer(holder.speaks_for.as_deref()).ok()?;
        let Holder { account_id, name, expires_at, token_id, .. } = holder;
        Some(Self { account_id, name, role, viewer, expires_at, token_id })
    }

    fn is_valid(&self) -> bool {
        self.expires_at.is_none_or(|end| end > Utc::now())
    }
}

const SHORTEST_PASSWORD: usize = 10;
/// A hash of very much text would cost an attacker nothing and us very much.
pub const LONGEST_PASSWORD: usize = 200;

/// The hash of a new password, with a salt of its own; an error says what is wrong with it.
pub fn hash_new_password(password: &str) -> Result<String, String> {
    let length = password.chars().count();
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
        return Err(format!("a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"));
    }
    hash_password(password)
}

fn hash_password(password: &str) -> Result<String, String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

fn is_password(password: &str, expected: &str) -> Result<bool, String> {
    use argon2::password_hash::Error;
    let expected = PasswordHash::new(expected).map_err(|error| format!("a stored password: {error}"))?;
    match Argon2::default().verify_password(password.as_bytes(), &expected) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// What the password of an unknown name is held against: it costs what others cost, and nothing is known to give it.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyBpdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// 256 random bits as text.
fn fresh_secret() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn hash_of(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whoever panicked with one of these locks held left a whole value behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_no_two_hashes_are_alike() {
        let hash = hash_new_password("一个很长的密码口令啊").unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert_eq!(is_password("一个很长的密码口令啊", &hash), Ok(true));
        assert_eq!(is_password("一个很长的密码口令", &hash), Ok(false));
        assert_ne!(hash_new_password("一个很长的密码口令啊").unwrap(), hash);
        assert!(is_password("x", "no hash").is_err());
        assert!(hash_new_password("short").is_err() && hash_new_password(&"长".repeat(201)).is_err());
        assert_eq!(is_password("", NOBODYS_HASH), Ok(false));
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(&hash), cost(NOBODYS_HASH), "it takes as long");
    }

    #[test]
    fn secrets_are_256_bits_and_never_the_same() {
        let (one, other) = (fresh_secret().unwrap(), fresh_secret().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
        assert_ne!(hash_of(&one), hash_of(&other));
    }
}
