//! The lock that keeps a second program off a data directory.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, bail};

/// Held while a program serves from a data directory. The lock is the kernel's: it ends with the
/// program, however that ends.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Takes the lock, or says who has it. `who` is what the next one will be told.
    pub fn take(data_dir: &Path, who: &str) -> anyhow::Result<Self> {
        let mut file = open(data_dir)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                file.read_to_string(&mut owner)?;
                bail!(
                    "another pianqu already serves from {} ({}). Stop it, or use another --data-dir",
                    data_dir.display(),
                    owner.trim()
                );
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", data_dir.display()));
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "process {}, {who}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

fn open(data_dir: &Path) -> anyhow::Result<File> {
    std::fs::create_dir_all(data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
    let path = data_dir.join("lock");
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_told_who_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let first = DataDirLock::take(dir.path(), "http://127.0.0.1:8080").unwrap();
        let refusal = DataDirLock::take(dir.path(), "http://127.0.0.1:8081").unwrap_err().to_string();
        assert!(refusal.contains("127.0.0.1:8080"), "{refusal}");
        drop(first);
        assert!(DataDirLock::take(dir.path(), "http://127.0.0.1:8081").is_ok());
    }
}
