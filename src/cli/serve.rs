//! `pianqu serve`: the map and the API, following the database.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use tokio::net::TcpListener;

use super::database;
use crate::app::{City, refresh};
use crate::config::{DatabaseArgs, ServeArgs};

pub async fn run(database_args: DatabaseArgs, args: ServeArgs) -> anyhow::Result<()> {
    // First what can fail at once, so that nothing was started in vain.
    let listener = TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let lock = match database_args.database_url {
        None => Some(lock_data_dir(&database_args.data_dir, &format!("http://{address}"))?),
        // Nodes keep no state of their own: any number may share somebody's database.
        Some(_) => None,
    };
    let database = database::open(&database_args).await?;

    let (snapshot, position) = refresh::load(&database.store).await?;
    tracing::info!(features = snapshot.feature_count(), revision = snapshot.revision, "the city is in memory");
    let city = Arc::new(City::new(snapshot));
    tokio::spawn(refresh::follow(city.clone(), database.store.clone(), position));

    println!("Pianqu is at http://{address}");
    axum::serve(listener, axum::Router::new()).with_graceful_shutdown(asked_to_stop()).await?;

    if let Some(cluster) = database.private {
        tracing::info!("stopping the private PostgreSQL");
        tokio::task::spawn_blocking(move || cluster.stop()).await??;
    }
    drop(lock);
    Ok(())
}

/// Ends when the program is told to: Ctrl-C, or SIGTERM from a service manager.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminated) => terminated,
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be heard; only Ctrl-C stops the program");
            let _ = interrupted.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
    tracing::info!("stopping");
}

/// Keeps a second program off the data directory. The lock is the kernel's: it ends with the
/// program, however that ends.
fn lock_data_dir(data_dir: &Path, address: &str) -> anyhow::Result<File> {
    std::fs::create_dir_all(data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
    let path = data_dir.join("lock");
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            let mut owner = String::new();
            file.read_to_string(&mut owner)?;
            bail!(
                "another pianqu already serves from {} ({}). Stop it, or use another --data-dir",
                data_dir.display(),
                owner.trim()
            );
        }
        Err(std::fs::TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {}, {address}", std::process::id())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_told_who_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock_data_dir(dir.path(), "http://127.0.0.1:8080").unwrap();
        let refusal = lock_data_dir(dir.path(), "http://127.0.0.1:8081").unwrap_err().to_string();
        assert!(refusal.contains("127.0.0.1:8080"), "{refusal}");
        drop(first);
        assert!(lock_data_dir(dir.path(), "http://127.0.0.1:8081").is_ok());
    }
}
